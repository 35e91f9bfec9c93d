"""JPEG, 8 bits."""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.imaging.formats.jpeg import EXIF_MARK, ICC_MARK, XMP_MARK
from engine.imaging.raster import Raster
from engine.imaging.types import Metadata

log = logging.getLogger(__name__)

LONGEST = 65500
"""Longest side that libjpeg writes, in pixels."""
_APP1, _APP2 = 0xE1, 0xE2
_SEGMENT = 65533
MOST_XMP = _SEGMENT - len(XMP_MARK)
"""Bytes of a packet that fit into its one segment."""
_JFIF_END = 20
_FULL_COLOUR_FROM = 90  # qualities from here on keep chroma at full resolution


def write(path: Path, raster: Raster) -> None:
    """Write a JPEG file with ICC, EXIF, XMP and resolution.

    Raises:
        OSError: if it can't be written.
    """
    import imagecodecs

    encoded: Any = imagecodecs.jpeg8_encode(
        raster.block(0, raster.size[0]),
        raster.quality,
        subsampling="444" if raster.quality >= _FULL_COLOUR_FROM else "420",
    )
    with path.open("wb") as file:
        file.write(_with_density(encoded[:_JFIF_END], raster.metadata.dpi))
        for marker, body in _segments(raster.metadata):
            file.write(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body)
        file.write(memoryview(encoded)[_JFIF_END:])


def _with_density(head: bytes, dpi: tuple[float, float] | None) -> bytes:
    """The start of the file with its JFIF segment, which has the resolution at its end."""
    if dpi is None:
        return head
    density = struct.pack(">BHH", 1, *(min(65535, max(1, round(d))) for d in dpi))
    return head[:13] + density + head[18:]


def _segments(about: Metadata) -> Iterator[tuple[int, bytes]]:
    for mark, block in ((EXIF_MARK, about.exif), (XMP_MARK, about.xmp)):
        if block and len(mark) + len(block) <= _SEGMENT:
            yield _APP1, mark + block
        elif block:
            log.warning("%d bytes of metadata don't fit into a JPEG file.", len(block))
    size = _SEGMENT - len(ICC_MARK) - 2
    icc = about.icc or b""
    pieces = [icc[at : at + size] for at in range(0, len(icc), size)]
    if len(pieces) > 255:
        log.warning("The ICC profile of %d bytes doesn't fit into a JPEG file.", len(icc))
        return
    for number, piece in enumerate(pieces, start=1):
        yield _APP2, ICC_MARK + bytes((number, len(pieces))) + piece
