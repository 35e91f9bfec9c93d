"""WebP, 8 bits."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from engine.imaging import exif
from engine.imaging.formats.webp import chunks
from engine.imaging.raster import Raster

LONGEST = 16383
"""Longest side of a WebP file, in pixels."""
_HAS_ICC, _HAS_ALPHA, _HAS_EXIF, _HAS_XMP = 0x20, 0x10, 0x08, 0x04


def write(path: Path, raster: Raster) -> None:
    """Write a WebP file with straight alpha, ICC, EXIF and XMP; lossless at quality 100.

    Raises:
        OSError: if it can't be written.
    """
    import imagecodecs

    block = raster.block(0, raster.size[0])
    if block.ndim == 2:
        block = np.repeat(block[..., None], 3, axis=2)
    lossless = raster.quality == 100
    encoded: Any = imagecodecs.webp_encode(block, raster.quality, lossless=lossless)
    body = b"".join(_chunk(name, part) for name, part in _parts(encoded, raster))
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP")
        file.write(body)


def _parts(encoded: bytes, raster: Raster) -> list[tuple[bytes, bytes]]:
    """The picture's chunks with the metadata around them, in the order the format wants."""
    picture = [(name, body) for name, body in chunks(encoded) if name != b"VP8X"]
    about = raster.metadata
    block = exif.with_resolution(about.exif, about.dpi)
    flags = _HAS_ICC * bool(about.icc) | _HAS_EXIF * bool(block) | _HAS_XMP * bool(about.xmp)
    flags |= _HAS_ALPHA * (raster.channels == 4)
    if not flags:
        return picture
    height, width = raster.size
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    before = [(b"VP8X", bytes((flags, 0, 0, 0)) + canvas), (b"ICCP", about.icc)]
    after = [(b"EXIF", block), (b"XMP ", about.xmp)]
    return [(name, body) for name, body in (*before, *picture, *after) if body]


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
