"""WebP: lossy and lossless; the first frame of an animation."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging import exif
from engine.imaging.decoded import Decoded
from engine.imaging.formats.jpeg import EXIF_MARK
from engine.imaging.formats.png import split_alpha
from engine.imaging.formats.source import Source
from engine.imaging.limits import DamagedError, check_dimensions


def matches(head: bytes, _suffix: str) -> bool:
    """Whether this is the head of a WebP file."""
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def decode(source: Source) -> Decoded:
    """Decode a WebP file at 8 bits a channel; ICC, EXIF and XMP kept."""
    import imagecodecs

    data = source.data
    if int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise DamagedError("its end is missing")
    parts = dict(reversed(list(chunks(data))))  # the first of each name counts
    height, width = _dimensions(parts)
    check_dimensions(source.path, height, width)
    pixels: NDArray[Any] = imagecodecs.webp_decode(data)
    if pixels.shape[:2] != (height, width) or pixels.dtype != np.uint8:
        raise DamagedError("its header and its picture don't agree")
    samples, alpha, model = split_alpha(pixels)
    block = parts.get(b"EXIF")
    if block is not None and block.startswith(EXIF_MARK):
        block = block[len(EXIF_MARK) :]
    return Decoded(
        samples,
        model,
        "WebP",
        alpha=alpha,
        orientation=exif.orientation(block),
        icc=parts.get(b"ICCP"),
        exif=block,
        xmp=parts.get(b"XMP "),
    )


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each top-level chunk of a RIFF file."""
    at = 12
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        if at + 8 + length > len(data):
            raise DamagedError("a chunk is cut short")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _dimensions(parts: dict[bytes, bytes]) -> tuple[int, int]:
    """(height, width): of the canvas, or of the lossy or lossless stream if there is none."""
    if b"VP8X" in parts:
        body = parts[b"VP8X"]
        across, down = body[4:7], body[7:10]
        return int.from_bytes(down, "little") + 1, int.from_bytes(across, "little") + 1
    if b"VP8 " in parts:
        width, height = struct.unpack_from("<HH", parts[b"VP8 "], 6)
        return height & 0x3FFF, width & 0x3FFF
    if b"VP8L" in parts:
        (packed,) = struct.unpack_from("<I", parts[b"VP8L"], 1)
        return (packed >> 14 & 0x3FFF) + 1, (packed & 0x3FFF) + 1
    raise DamagedError("it holds no picture")
