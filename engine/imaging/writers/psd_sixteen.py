"""PSD with 16 bits a channel, written here: psd-tools makes layers of 8-bit pictures.

Its newer releases take 16-bit arrays as well, but put them where 8-bit layers lie. As Photoshop
does, 16-bit layers are zipped with prediction and lie in the `Lr16` block.

Source: Adobe Photoshop File Formats Specification.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.imaging.formats.psd import MAGIC
from engine.imaging.formats.psd_resources import write_blocks
from engine.imaging.types import Rect
from engine.imaging.writers.deflate import zlib_pieces
from engine.imaging.writers.psd_document import (
    TOO_LARGE,
    Document,
    Layer,
    Rows,
    colour,
)

_GREY, _RGB = 1, 3
_RAW, _ZIP_PREDICTED = 0, 3
_OPACITY, _MASK = -1, -2
_FLAGS = 0x08  # "bit 4 means something", as in every file since Photoshop 5


def save(path: Path, document: Document) -> None:
    """Write the file.

    Raises:
        OSError: if it can't be written, or is too large for the format.
    """
    height, width = document.size
    mode = _GREY if document.grey else _RGB
    with path.open("wb") as file:
        channels = len(document.merged)
        file.write(MAGIC + struct.pack(">H6xHIIHH", 1, channels, height, width, 16, mode))
        file.write(bytes(4))
        resources = write_blocks(document.metadata)
        file.write(struct.pack(">I", len(resources)) + resources)
        with _length(file):
            if document.layers:
                _write_layers(file, document)
        _write_merged(file, document)


@contextmanager
def _length(file: BinaryIO, *, multiple: int = 2) -> Iterator[None]:
    """A 4-byte length in front of what the block writes, padded to a multiple."""
    file.write(bytes(4))
    start = file.tell()
    yield
    file.write(bytes(-(file.tell() - start) % multiple))
    _patch(file, start - 4, file.tell() - start)


def _patch(file: BinaryIO, at: int, length: int) -> None:
    if length > 2**32 - 1:
        raise OSError(None, TOO_LARGE)
    end = file.tell()
    file.seek(at)
    file.write(struct.pack(">I", length))
    file.seek(end)


def _write_layers(file: BinaryIO, document: Document) -> None:
    """The records of all layers, then their channels, whose lengths go back into the records."""
    count = len(document.layers)
    file.write(bytes(8) + b"8BIMLr16")
    with _length(file, multiple=4):
        file.write(struct.pack(">h", -count if document.transparent else count))
        channels = [_channels(layer) for layer in document.layers]
        places = [
            _write_record(file, document, layer, list(rows))
            for layer, rows in zip(document.layers, channels, strict=True)
        ]
        for rows, lengths_at in zip(channels, places, strict=True):
            for at, samples in zip(lengths_at, rows.values(), strict=True):
                start = file.tell()
                _write_zip(file, document, samples)
                _patch(file, at, file.tell() - start)


def _channels(layer: Layer) -> dict[int, Rows]:
    """A layer's channels by their number in the file."""
    channels = {_OPACITY: layer.opacity, **dict(enumerate(colour(layer.raster)))}
    if layer.mask is not None:
        channels[_MASK] = layer.mask
    return channels


def _write_record(
    file: BinaryIO, document: Document, layer: Layer, channels: list[int]
) -> list[int]:
    """A layer's record with its channels' lengths left open; returns where those lie."""
    frame = struct.pack(">4i", 0, 0, *document.size)
    file.write(frame + struct.pack(">H", len(channels)))
    places = []
    for number in channels:
        file.write(struct.pack(">hI", number, 0))
        places.append(file.tell() - 4)
    file.write(b"8BIMnorm" + struct.pack(">BBBx", 255, 0, _FLAGS))
    with _length(file):
        mask = frame + struct.pack(">BBxx", 0, 0) if _MASK in channels else b""
        file.write(struct.pack(">I", len(mask)) + mask)
        file.write(bytes(4))  # no blending ranges
        _write_name(file, layer.name)
    return places


def _write_name(file: BinaryIO, name: str) -> None:
    short = bytes((len(name),)) + name.encode("ascii")
    file.write(short + bytes(-len(short) % 4))
    wide = struct.pack(">I", len(name)) + name.encode("utf-16-be")
    wide += bytes(-len(wide) % 4)
    file.write(b"8BIMluni" + struct.pack(">I", len(wide)) + wide)


def _write_merged(file: BinaryIO, document: Document) -> None:
    file.write(struct.pack(">H", _RAW))
    for rows in document.merged:
        for strip in document.strips():
            file.write(rows(strip).astype(">u2").tobytes())


def _write_zip(file: BinaryIO, document: Document, rows: Rows) -> None:
    """Differences to the left neighbour, high bytes first, as one zlib stream."""

    def predicted(strip: Rect) -> NDArray[np.uint8]:
        block = rows(strip)
        differences = block.astype(">u2")
        differences[:, 1:] = block[:, 1:] - block[:, :-1]
        return differences.view(np.uint8)

    file.write(struct.pack(">H", _ZIP_PREDICTED))
    for piece in zlib_pieces(predicted, document.strips()):
        file.write(piece)
