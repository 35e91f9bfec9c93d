"""PNG, 8 and 16 bits: strips are filtered and packed side by side, and never held all at once."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.imaging.formats.png import INCH, SIGNATURE, XMP_KEYWORD
from engine.imaging.geometry import strips
from engine.imaging.raster import Raster
from engine.imaging.types import Rect
from engine.imaging.writers.deflate import zlib_pieces

_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
_STRIP_BYTES = 4 << 20
_SUB, _UP = 1, 2


def write(path: Path, raster: Raster) -> None:
    """Write a PNG file with straight alpha, ICC, EXIF, XMP and resolution.

    Raises:
        OSError: if it can't be written.
    """
    with path.open("wb") as file:
        file.write(SIGNATURE)
        _chunk(file, b"IHDR", _header(raster))
        _write_metadata(file, raster)
        for piece in zlib_pieces(partial(_filtered, raster), _strips(raster)):
            _chunk(file, b"IDAT", piece)
        _chunk(file, b"IEND", b"")


def _chunk(file: BinaryIO, name: bytes, body: bytes) -> None:
    file.write(struct.pack(">I", len(body)) + name)
    file.write(body)
    file.write(struct.pack(">I", zlib.crc32(body, zlib.crc32(name))))


def _header(raster: Raster) -> bytes:
    height, width = raster.size
    colour = _COLOUR_TYPES[raster.channels]
    return struct.pack(">IIBBBBB", width, height, raster.bits, colour, 0, 0, 0)


def _write_metadata(file: BinaryIO, raster: Raster) -> None:
    about = raster.metadata
    if about.icc:
        _chunk(file, b"iCCP", b"ICC profile\0\0" + zlib.compress(about.icc))
    if about.dpi:
        across, down = (round(d / INCH) for d in about.dpi)
        _chunk(file, b"pHYs", struct.pack(">IIB", across, down, 1))
    if about.xmp:
        _chunk(file, b"iTXt", XMP_KEYWORD + b"\0\0\0\0\0" + about.xmp)
    if about.exif:
        _chunk(file, b"eXIf", about.exif)


def _strips(raster: Raster) -> Iterator[Rect]:
    row_bytes = raster.size[1] * raster.channels * raster.dtype.itemsize
    return strips(raster.size, rows=max(1, _STRIP_BYTES // row_bytes))


def _filtered(raster: Raster, strip: Rect) -> NDArray[np.uint8]:
    """Rows with their filter bytes in front: differences to the left or above, the lesser.

    Source: PNG specification (third edition), section 9.
    """
    top = strip.top
    above = max(0, top - 1)
    rows = _row_bytes(raster, above, strip.bottom)
    before = rows[:-1] if above < top else np.concatenate((np.zeros_like(rows[:1]), rows[:-1]))
    rows = rows[top - above :]
    step = raster.channels * raster.dtype.itemsize
    filtered = np.empty((strip.height, rows.shape[1] + 1), np.uint8)
    sub = rows.copy()
    sub[:, step:] -= rows[:, :-step]
    up = rows - before
    choice = _cost(sub) <= _cost(up)
    filtered[:, 0] = np.where(choice, _SUB, _UP)
    filtered[choice, 1:] = sub[choice]
    filtered[~choice, 1:] = up[~choice]
    return filtered


def _row_bytes(raster: Raster, top: int, bottom: int) -> NDArray[np.uint8]:
    block = raster.block(top, bottom)
    ordered = np.ascontiguousarray(block, dtype=raster.dtype.newbyteorder(">"))
    return ordered.view(np.uint8).reshape(bottom - top, -1)


def _cost(differences: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How much each row would take, by the sum of absolute differences of a sample of it."""
    sample = differences[:, ::7].view(np.int8).astype(np.int16)
    cost: NDArray[np.int64] = np.abs(sample).sum(axis=1, dtype=np.int64)
    return cost
