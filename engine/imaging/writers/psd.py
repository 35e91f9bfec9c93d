"""PSD, 8 and 16 bits: flat, one layer with a mask, or the subject's layer over the background's.

Source: Adobe Photoshop File Formats Specification. As Photoshop does, 8-bit channels are packed
with PackBits; 16-bit layers are zipped with prediction and lie in the `Lr16` block.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError
from engine.imaging.formats.psd import MAGIC
from engine.imaging.formats.psd_resources import write_blocks
from engine.imaging.geometry import strips
from engine.imaging.raster import Raster, to_depth
from engine.imaging.types import Rect, from_float, to_float
from engine.imaging.writers.deflate import zlib_pieces

LONGEST = 30000
"""Longest side of a PSD file, in pixels."""
_GREY, _RGB = 1, 3
_RAW, _RLE, _ZIP_PREDICTED = 0, 1, 3
_OPACITY, _MASK = -1, -2
_LOCKED_TRANSPARENCY, _HAS_FLAG_4 = 0x01, 0x08
_ROWS = 128

Rows: TypeAlias = Callable[[Rect], NDArray[Any]]
"""Gives one channel's samples of a strip, H×W uint8 or uint16."""


@dataclass(frozen=True)
class _Layer:
    """A layer as large as the picture; channels by their number in the file."""

    name: str
    channels: dict[int, Rows]
    flags: int = _HAS_FLAG_4


def write(path: Path, raster: Raster) -> None:
    """Write a flat file, or with alpha one layer with that as its layer mask.

    Raises:
        OSError: if it can't be written.
    """
    if raster.alpha is None:
        _write(path, raster, _colour(raster), [])
        return
    white = Raster(np.broadcast_to(np.uint8(255), (*raster.size, 3)), bits=raster.bits)
    merged = [*_merged(white, raster), _alpha(raster)]
    _write(path, raster, merged, [_subject(raster)], transparent=True)


def write_layers(path: Path, background: Raster, subject: Raster) -> None:
    """Write the subject's layer, with its alpha as layer mask, over the background's layer.

    Raises:
        OSError: if it can't be written.
    """
    below = _Layer(
        "Background",
        dict(enumerate(_colour(background))),
        _LOCKED_TRANSPARENCY | _HAS_FLAG_4,
    )
    _write(path, subject, _merged(background, subject), [below, _subject(subject)])


def _subject(raster: Raster) -> _Layer:
    opaque = _plane(np.broadcast_to(np.uint8(255), raster.size), raster.bits)
    colour = dict(enumerate(_colour(raster)))
    return _Layer("Subject", {_OPACITY: opaque, **colour, _MASK: _alpha(raster)})


def _colour(raster: Raster) -> list[Rows]:
    if raster.samples.ndim == 2:
        return [_plane(raster.samples, raster.bits)]
    return [_plane(raster.samples[..., channel], raster.bits) for channel in range(3)]


def _alpha(raster: Raster) -> Rows:
    if raster.alpha is None:
        raise BugError("a layer mask needs an alpha")
    return _plane(raster.alpha, raster.bits)


def _plane(samples: NDArray[Any], bits: int) -> Rows:
    return lambda strip: to_depth(samples[strip.slices], bits)


def _merged(background: Raster, subject: Raster) -> list[Rows]:
    return [partial(_blend, background, subject, channel) for channel in range(3)]


def _blend(background: Raster, subject: Raster, channel: int, strip: Rect) -> NDArray[Any]:
    """alpha · foreground + (1 − alpha) · background on encoded values, as Photoshop blends."""
    cover = np.float32(1) if subject.alpha is None else subject.alpha[strip.slices]
    above = to_float(subject.samples[strip.slices][..., channel])
    below = to_float(background.samples[strip.slices][..., channel])
    return from_float(below + cover * (above - below), subject.dtype)


def _write(
    path: Path,
    raster: Raster,
    merged: Sequence[Rows],
    layers: Sequence[_Layer],
    *,
    transparent: bool = False,
) -> None:
    height, width = raster.size
    mode = _GREY if raster.samples.ndim == 2 else _RGB
    with path.open("wb") as file:
        file.write(
            MAGIC + struct.pack(">H6xHIIHH", 1, len(merged), height, width, raster.bits, mode)
        )
        file.write(bytes(4))
        resources = write_blocks(raster.metadata)
        file.write(struct.pack(">I", len(resources)) + resources)
        with _length(file):
            if layers:
                _write_layer_section(file, raster, layers, transparent=transparent)
        _write_merged(file, raster, merged)


@contextmanager
def _length(file: BinaryIO, *, multiple: int = 2) -> Iterator[None]:
    """A 4-byte length in front of what the block writes, padded to a multiple."""
    file.write(bytes(4))
    start = file.tell()
    yield
    file.write(bytes(-(file.tell() - start) % multiple))
    _patch(file, start - 4, struct.pack(">I", _fitting(file.tell() - start)))


def _fitting(length: int) -> int:
    if length > 2**32 - 1:
        raise OSError(None, "a PSD file holds at most 4 GB; save as TIFF or EXR")
    return length


def _patch(file: BinaryIO, at: int, body: bytes) -> None:
    end = file.tell()
    file.seek(at)
    file.write(body)
    file.seek(end)


def _write_layer_section(
    file: BinaryIO, raster: Raster, layers: Sequence[_Layer], *, transparent: bool
) -> None:
    count = struct.pack(">h", -len(layers) if transparent else len(layers))
    if raster.bits == 8:
        with _length(file):
            file.write(count)
            _write_layers(file, raster, layers)
        file.write(bytes(4))
        return
    file.write(bytes(8) + b"8BIMLr16")
    with _length(file, multiple=4):
        file.write(count)
        _write_layers(file, raster, layers)


def _write_layers(file: BinaryIO, raster: Raster, layers: Sequence[_Layer]) -> None:
    """The records of all layers, then their channels, whose lengths go back into the records."""
    places = [_write_record(file, raster, layer) for layer in layers]
    pack = _write_rle if raster.bits == 8 else _write_zip
    for layer, lengths_at in zip(layers, places, strict=True):
        for at, rows in zip(lengths_at, layer.channels.values(), strict=True):
            start = file.tell()
            pack(file, raster.size, [rows])
            _patch(file, at, struct.pack(">I", _fitting(file.tell() - start)))


def _write_record(file: BinaryIO, raster: Raster, layer: _Layer) -> list[int]:
    """A layer's record with its channels' lengths left open; returns where those lie."""
    height, width = raster.size
    frame = struct.pack(">4i", 0, 0, height, width)
    file.write(frame + struct.pack(">H", len(layer.channels)))
    places = []
    for number in layer.channels:
        file.write(struct.pack(">hI", number, 0))
        places.append(file.tell() - 4)
    file.write(b"8BIMnorm" + struct.pack(">BBBx", 255, 0, layer.flags))
    with _length(file):
        mask = frame + struct.pack(">BBxx", 0, 0) if _MASK in layer.channels else b""
        file.write(struct.pack(">I", len(mask)) + mask)
        file.write(bytes(4))  # no blending ranges
        name = layer.name.encode("ascii")
        pascal = bytes((len(name),)) + name
        file.write(pascal + bytes(-len(pascal) % 4))
        wide = struct.pack(">I", len(layer.name)) + layer.name.encode("utf-16-be")
        wide += bytes(-len(wide) % 4)
        file.write(b"8BIMluni" + struct.pack(">I", len(wide)) + wide)
    return places


def _write_merged(file: BinaryIO, raster: Raster, channels: Sequence[Rows]) -> None:
    if raster.bits == 8:
        _write_rle(file, raster.size, channels)
        return
    file.write(struct.pack(">H", _RAW))
    for rows in channels:
        for strip in strips(raster.size, rows=_ROWS):
            file.write(rows(strip).astype(">u2").tobytes())


def _write_rle(file: BinaryIO, size: tuple[int, int], channels: Sequence[Rows]) -> None:
    """PackBits: the lengths of all channels' rows, then the rows."""
    import imagecodecs

    file.write(struct.pack(">H", _RLE))
    table = file.tell()
    lengths: list[int] = []
    file.write(bytes(2 * size[0] * len(channels)))
    for rows in channels:
        for strip in strips(size, rows=_ROWS):
            block = np.ascontiguousarray(rows(strip))
            packed = [imagecodecs.packbits_encode(row) for row in block]
            lengths += map(len, packed)
            file.write(b"".join(packed))
    _patch(file, table, np.array(lengths, ">u2").tobytes())


def _write_zip(file: BinaryIO, size: tuple[int, int], channels: Sequence[Rows]) -> None:
    """Differences to the left neighbour, high bytes first, as one zlib stream."""
    (rows,) = channels

    def predicted(strip: Rect) -> NDArray[np.uint8]:
        block = rows(strip)
        differences = block.astype(">u2")
        differences[:, 1:] = block[:, 1:] - block[:, :-1]
        return differences.view(np.uint8)

    file.write(struct.pack(">H", _ZIP_PREDICTED))
    for piece in zlib_pieces(predicted, strips(size, rows=_ROWS)):
        file.write(piece)
