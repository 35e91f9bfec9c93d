"""PSD and PSB: the merged picture that lies behind the layers; 1, 8 and 16 bits.

A file without one has its layers drawn (`psd_layers`).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.imaging.color import ColourModel
from engine.imaging.decoded import Decoded
from engine.imaging.formats import psd_layers, psd_resources
from engine.imaging.formats.source import Source
from engine.imaging.limits import DamagedError, check_contents, check_dimensions, inflate
from engine.imaging.premultiply import unmatted_from_white

MAGIC = b"8BPS"
_BITMAP, _GREY, _INDEXED, _RGB, _CMYK, _DUOTONE = 0, 1, 2, 3, 4, 8
_MODES: dict[int, tuple[ColourModel, int]] = {
    _BITMAP: ("grey", 1),
    _GREY: ("grey", 1),
    _INDEXED: ("rgb", 1),
    _RGB: ("rgb", 3),
    _CMYK: ("cmyk", 4),
    _DUOTONE: ("grey", 1),
}
_LAYERED = (_GREY, _RGB, _CMYK)
_RAW, _RLE, _ZIP, _ZIP_PREDICTED = 0, 1, 2, 3
_MOST_CHANNELS = 56
_PIXELS_PER_BYTE = 8 * 1032
_LAYER_BLOCKS = (b"Lr16", b"Lr32", b"Layr")
_LONG_BLOCKS = frozenset(
    b"LMsk Lr16 Lr32 Layr Mt16 Mt32 Mtrn Alph FMsk lnk2 FEid FXid PxSD".split()
)


@dataclass(frozen=True)
class _Sections:
    """The header's numbers, and where the parts of the file lie."""

    large: bool
    channels: int
    height: int
    width: int
    depth: int
    mode: int
    palette: bytes
    resources: dict[int, bytes]
    layers: memoryview
    picture: memoryview


def decode(source: Source) -> Decoded:
    """Decode the flattened picture at its own depth; ICC, EXIF, XMP and resolution kept.

    The picture's transparency, or else the first extra channel, becomes the alpha.
    """
    parts = _sections(source.data)
    check_dimensions(source.path, parts.height, parts.width)
    _check_kind(source, parts)
    decoded = _merged(parts) if _is_merged(parts) else _drawn(source, parts)
    found = parts.resources
    decoded.icc = found.get(psd_resources.ICC)
    decoded.exif = found.get(psd_resources.EXIF)
    decoded.xmp = found.get(psd_resources.XMP)
    decoded.dpi = psd_resources.resolution(found.get(psd_resources.RESOLUTION))
    return decoded


def _merged(parts: _Sections) -> Decoded:
    check_contents(parts.height, parts.width, stored=len(parts.picture) - 2, most=_PIXELS_PER_BYTE)
    return _interpret(parts, _unpack(parts))


def _drawn(source: Source, parts: _Sections) -> Decoded:
    if parts.mode not in _LAYERED:
        raise psd_layers.refusal(source, "layers in its colour mode can't be drawn")
    model = _MODES[parts.mode][0]
    size = parts.height, parts.width
    return psd_layers.draw(source, size, model=model, bits=parts.depth)


def _is_merged(parts: _Sections) -> bool:
    """Whether what lies behind the layers is a real picture; older files always have one."""
    version = parts.resources.get(psd_resources.VERSION, b"")
    return len(version) <= 4 or bool(version[4])


def _sections(data: bytes) -> _Sections:
    version, channels, height, width, depth, mode = struct.unpack_from(">H6xHIIHH", data, 4)
    if version not in (1, 2):
        raise DamagedError(f"its version is {version}")
    view, at = memoryview(data), 26
    palette, at = _counted(view, at, ">I")
    resources, at = _counted(view, at, ">I")
    layers, at = _counted(view, at, ">Q" if version == 2 else ">I")
    return _Sections(
        version == 2,
        channels,
        height,
        width,
        depth,
        mode,
        bytes(palette),
        psd_resources.read_blocks(bytes(resources)),
        layers,
        view[at:],
    )


def _counted(view: memoryview, at: int, form: str) -> tuple[memoryview, int]:
    """A part with its length in front, and where it ends."""
    (length,) = struct.unpack_from(form, view, at)
    start = at + struct.calcsize(form)
    if start + length > len(view):
        raise DamagedError("a part of it is cut short")
    return view[start : start + length], start + length


def _check_kind(source: Source, parts: _Sections) -> None:
    problem = ""
    if parts.mode not in _MODES:
        problem = f"has a colour mode (number {parts.mode}) that can't be opened."
    elif parts.depth not in ((1,) if parts.mode == _BITMAP else (8, 16)):
        problem = f"has {parts.depth} bits a channel, which can't be opened."
    if problem:
        remedy = "Convert it to RGB with 8 or 16 bits a channel and save it again."
        raise UserError(f"This PSD file {problem}", remedy=remedy, path=source.path)
    if not _MODES[parts.mode][1] <= parts.channels <= _MOST_CHANNELS:
        raise DamagedError(f"it has {parts.channels} channels")


def _unpack(parts: _Sections) -> NDArray[Any]:
    """The colour channels and, if there is one, the first extra one: channels×H×W."""
    wanted = min(parts.channels, _MODES[parts.mode][1] + 1)
    row = -(-parts.width * parts.depth // 8)
    (packing,) = struct.unpack_from(">H", parts.picture)
    if packing == _RLE:
        raw = _unpack_rle(parts, wanted, row)
    else:
        raw = _unpack_plain(parts, packing, wanted * parts.height * row)
    rows = raw.reshape(wanted, parts.height, row)
    if parts.depth == 1:
        return (1 - np.unpackbits(rows, axis=2)[..., : parts.width]) * np.uint8(255)
    planes: NDArray[Any] = rows if parts.depth == 8 else rows.view(">u2").astype(np.uint16)
    if packing == _ZIP_PREDICTED:
        planes = np.cumsum(planes, axis=2, dtype=planes.dtype)
    return planes


def _unpack_plain(parts: _Sections, packing: int, size: int) -> NDArray[np.uint8]:
    body = parts.picture[2:]
    if packing in (_ZIP, _ZIP_PREDICTED):
        row = -(-parts.width * parts.depth // 8)
        whole = inflate(bytes(body), most=parts.channels * parts.height * row + 1)
        body = memoryview(whole)
    elif packing != _RAW:
        raise DamagedError(f"its packing has the number {packing}")
    if len(body) < size:
        raise DamagedError("the end of the picture is missing")
    return np.frombuffer(body, np.uint8, size)


def _unpack_rle(parts: _Sections, wanted: int, row: int) -> NDArray[np.uint8]:
    import imagecodecs

    count = parts.channels * parts.height
    lengths = np.frombuffer(parts.picture, ">u4" if parts.large else ">u2", count, offset=2)
    at = 2 + lengths.nbytes
    raw = np.empty((wanted, parts.height * row), np.uint8)
    per_channel = lengths.reshape(parts.channels, parts.height).sum(axis=1, dtype=np.int64)
    for plane, length in zip(raw, per_channel.tolist(), strict=False):
        packed = bytes(parts.picture[at : at + length])
        unpacked = imagecodecs.packbits_decode(packed, out=plane.data)
        if len(packed) < length or len(unpacked) != plane.size:
            raise DamagedError("the end of the picture is missing")
        at += length
    return raw


def _interpret(parts: _Sections, planes: NDArray[Any]) -> Decoded:
    model, colours = _MODES[parts.mode]
    alpha = np.ascontiguousarray(planes[colours]) if len(planes) > colours else None
    if parts.mode == _INDEXED:
        return _from_palette(parts, planes[0])
    colour = planes[0] if model == "grey" else np.moveaxis(planes[:colours], 0, -1)
    colour = np.ascontiguousarray(colour)
    if model == "cmyk":
        np.subtract(np.iinfo(colour.dtype).max, colour, out=colour)  # stored as paper, not as ink
    elif alpha is not None and _merged_is_transparent(parts):
        colour = unmatted_from_white(colour, alpha)
    return Decoded(colour, model, "PSD", alpha=alpha)


def _from_palette(parts: _Sections, indices: NDArray[np.uint8]) -> Decoded:
    if len(parts.palette) < 768:
        raise DamagedError("its palette is too short")
    colours = np.frombuffer(parts.palette, np.uint8, 768).reshape(3, 256).T
    clear = parts.resources.get(psd_resources.TRANSPARENT_INDEX)
    alpha = None
    if clear is not None and len(clear) >= 2:
        (index,) = struct.unpack_from(">H", clear)
        alpha = np.where(indices == index, np.uint8(0), np.uint8(255))
    return Decoded(colours[indices], "rgb", "PSD", alpha=alpha)


def _merged_is_transparent(parts: _Sections) -> bool:
    """Whether the first extra channel is the merged picture's transparency (count below 0)."""
    layers, length = parts.layers, ">Q" if parts.large else ">I"
    if len(layers) < struct.calcsize(length) + 2:
        return False
    info, at = _counted(layers, 0, length)
    if len(info) >= 2:
        return bool(struct.unpack_from(">h", info)[0] < 0)
    if at + 4 > len(layers):
        return False
    at = _counted(layers, at, ">I")[1]
    while at + 12 <= len(layers):
        key = bytes(layers[at + 4 : at + 8])
        form = ">Q" if parts.large and key in _LONG_BLOCKS else ">I"
        body, end = _counted(layers, at + 8, form)
        if key in _LAYER_BLOCKS and len(body) >= 2:
            return bool(struct.unpack_from(">h", body)[0] < 0)
        at = end + -(end - at) % 4
    return False
