"""PNG: 1 to 16 bits; grey, RGB and palette, with or without transparency."""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging import exif
from engine.imaging.color import ColourModel
from engine.imaging.decoded import Decoded
from engine.imaging.formats.source import Source
from engine.imaging.limits import (
    MAX_METADATA_BYTES,
    DamagedError,
    check_contents,
    check_dimensions,
    inflate,
)

log = logging.getLogger(__name__)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp"
INCH = 0.0254
"""Metres in an inch."""
_PIXELS_PER_BYTE = 8 * 1032  # 1-bit pixels under deflate's best case
_METADATA = frozenset((b"iCCP", b"eXIf", b"iTXt", b"pHYs"))


def decode(source: Source) -> Decoded:
    """Decode a PNG file at its own depth (less than 8 bits become 8)."""
    import imagecodecs

    data = source.data
    width, height = struct.unpack_from(">II", data, 16)
    check_dimensions(source.path, height, width)
    check_contents(height, width, stored=len(data), most=_PIXELS_PER_BYTE)
    samples, alpha, model = split_alpha(imagecodecs.png_decode(data))
    decoded = Decoded(samples, model, "PNG", alpha=alpha)
    for name, body in _metadata_chunks(data):
        _take_or_tell(decoded, name, body)
    decoded.orientation = exif.orientation(decoded.exif)
    return decoded


def split_alpha(
    samples: NDArray[Any],
) -> tuple[NDArray[Any], NDArray[Any] | None, ColourModel]:
    """H×W×(1–4) as grey or RGB samples, the alpha channel if there is one, and the model."""
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    if channels == 1:
        return samples.reshape(samples.shape[:2]), None, "grey"
    if channels == 3:
        return samples, None, "rgb"
    alpha = np.ascontiguousarray(samples[..., -1])
    if channels == 2:
        return np.ascontiguousarray(samples[..., 0]), alpha, "grey"
    return np.ascontiguousarray(samples[..., :3]), alpha, "rgb"


def _metadata_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of the metadata chunks that are whole; a broken one is passed over."""
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, end = data[at + 4 : at + 8], at + 8 + length
        if name in _METADATA and end + 4 <= len(data):
            (check,) = struct.unpack_from(">I", data, end)
            if zlib.crc32(data[at + 4 : end]) == check:
                yield name, data[at + 8 : end]
        at = end + 4


def per_inch(per_metre: int) -> float:
    """Pixels per inch; a whole number wherever one is stored as this many per metre."""
    whole = round(per_metre * INCH)
    return float(whole) if round(whole / INCH) == per_metre else round(per_metre * INCH, 3)


def _take_or_tell(decoded: Decoded, name: bytes, body: bytes) -> None:
    """A damaged block costs what it says, not the picture."""
    try:
        _take_chunk(decoded, name, body)
    except (zlib.error, IndexError, DamagedError) as error:
        log.warning("The PNG file's %s block is left out: %s", name.decode(), error)


def _take_chunk(decoded: Decoded, name: bytes, body: bytes) -> None:
    if name == b"iCCP":
        packed = body.partition(b"\0")[2][1:]
        decoded.icc = inflate(packed, most=MAX_METADATA_BYTES)
    elif name == b"eXIf":
        decoded.exif = body
    elif name == b"pHYs" and len(body) == 9 and body[8] == 1:
        across, down = struct.unpack_from(">II", body)
        decoded.dpi = per_inch(across), per_inch(down)
    elif name == b"iTXt" and body.startswith(XMP_KEYWORD + b"\0") and len(body) > 20:
        decoded.xmp = _international_text(body[len(XMP_KEYWORD) + 1 :])


def _international_text(body: bytes) -> bytes:
    packed, rest = body[0], body[2:]
    text = rest.split(b"\0", 2)[2]
    return inflate(text, most=MAX_METADATA_BYTES) if packed else text
