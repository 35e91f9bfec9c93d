"""JPEG: baseline and progressive; grey, RGB and CMYK."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging import exif
from engine.imaging.color import ColourModel
from engine.imaging.decoded import Decoded
from engine.imaging.formats.source import Source
from engine.imaging.limits import DamagedError, check_contents, check_dimensions

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset((0x01, *range(0xD0, 0xD8)))
_MOST_SCANS = 200  # each scan of a progressive file is a pass over the whole picture
_PIXELS_PER_BYTE = 1000  # an empty 16 × 16 block with its colours still takes some bits
_MODELS: dict[int, tuple[ColourModel, str]] = {
    1: ("grey", "GRAYSCALE"),
    3: ("rgb", "RGB"),
    4: ("cmyk", "CMYK"),
}

EXIF_MARK = b"Exif\0\0"
XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
ICC_MARK = b"ICC_PROFILE\0"


@dataclass
class _Header:
    height: int = 0
    width: int = 0
    channels: int = 0
    adobe: bool = False
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    icc: dict[int, bytes] = field(default_factory=dict)


def decode(source: Source) -> Decoded:
    """Decode a JPEG file at 8 bits a channel; EXIF, XMP, ICC and JFIF resolution kept."""
    head = _read_header(source.data)
    check_dimensions(source.path, head.height, head.width)
    check_contents(head.height, head.width, stored=len(source.data), most=_PIXELS_PER_BYTE)
    if head.channels not in _MODELS:
        raise DamagedError(f"it has {head.channels} colour channels")
    model, name = _MODELS[head.channels]
    return Decoded(
        _unpack(source.data, head, name),
        model,
        "JPEG",
        orientation=exif.orientation(head.exif),
        icc=b"".join(head.icc[number] for number in sorted(head.icc)) or None,
        exif=head.exif,
        xmp=head.xmp,
        dpi=head.dpi,
    )


def _unpack(data: bytes, head: _Header, colours: str) -> NDArray[Any]:
    import imagecodecs

    samples: NDArray[Any] = imagecodecs.jpeg8_decode(data, outcolorspace=colours)
    if samples.shape[:2] != (head.height, head.width) or samples.dtype != np.uint8:
        raise DamagedError("its header and its picture don't agree")
    if head.channels == 4 and head.adobe:
        np.subtract(255, samples, out=samples)  # Adobe's programs store the paper, not the ink
    return samples


def dimensions(data: bytes) -> tuple[int, int]:
    """(height, width) as a JPEG stream's header gives them."""
    head = _read_header(data)
    return head.height, head.width


def _read_header(data: bytes) -> _Header:
    """Walk the segments up to the first scan, and see that scans end within the file."""
    head, at = _Header(), 2
    while True:
        at = _next_marker(data, at)
        marker = data[at]
        if marker in _STANDALONE:
            at += 1
            continue
        if marker in (_EOI, _SOI):
            raise DamagedError("it holds no picture")
        (length,) = struct.unpack_from(">H", data, at + 1)
        _take_segment(head, marker, data[at + 3 : at + 1 + length])
        at += 1 + length
        if marker == _SOS:
            _check_scans(data, at)
            return head


def _next_marker(data: bytes, at: int) -> int:
    """Where the byte of the next marker lies; fill bytes before it are skipped."""
    at = data.find(b"\xff", at)
    while 0 <= at < len(data) and data[at] == 0xFF:
        at += 1
    if at < 0 or at >= len(data):
        raise DamagedError("it ends before the picture begins")
    return at


def _check_scans(data: bytes, start: int) -> None:
    if data.find(b"\xff\xd9", start) < 0:
        raise DamagedError("the end of the picture is missing")
    if data.count(b"\xff\xda", start) > _MOST_SCANS:
        raise DamagedError(f"it has more than {_MOST_SCANS} scans")


def _take_segment(head: _Header, marker: int, body: bytes) -> None:
    if marker in _FRAMES:
        head.height, head.width, head.channels = struct.unpack_from(">HHB", body, 1)
        if body[0] != 8:
            raise DamagedError(f"its {body[0]} bits a channel are not supported")
    elif marker == _APP0 and body.startswith(b"JFIF\0") and len(body) >= 12:
        head.dpi = _jfif_resolution(*struct.unpack_from(">BHH", body, 7))
    elif marker == _APP1 and body.startswith(EXIF_MARK):
        head.exif = head.exif or body[len(EXIF_MARK) :]
    elif marker == _APP1 and body.startswith(XMP_MARK):
        head.xmp = head.xmp or body[len(XMP_MARK) :]
    elif marker == _APP2 and body.startswith(ICC_MARK) and len(body) > 14:
        head.icc[body[12]] = body[14:]
    elif marker == _APP14 and body.startswith(b"Adobe"):
        head.adobe = True


def _jfif_resolution(unit: int, across: int, down: int) -> tuple[float, float] | None:
    per_inch = {1: 1.0, 2: 2.54}.get(unit)
    if per_inch is None or not across or not down:
        return None
    return round(across * per_inch, 3), round(down * per_inch, 3)
