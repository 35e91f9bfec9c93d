"""BMP: all kinds that Pillow knows."""

from __future__ import annotations

import io
import struct

import numpy as np

from engine.errors import UserError
from engine.imaging.decoded import Decoded
from engine.imaging.formats.png import split_alpha
from engine.imaging.formats.source import Source
from engine.imaging.limits import check_contents, check_dimensions

_HEADER_SIZES = frozenset((12, 16, 40, 52, 56, 64, 108, 124))
_PIXELS_PER_BYTE = 128  # run lengths: two bytes for up to 255 pixels
_ALLOWED_MODES = {"1": "L", "L": "L", "P": "RGB", "RGB": "RGB", "RGBA": "RGBA"}


def matches(head: bytes, _suffix: str) -> bool:
    """Whether this is the head of a BMP file; the two letters alone say too little."""
    return head.startswith(b"BM") and len(head) > 18 and head[14] in _HEADER_SIZES


def decode(source: Source) -> Decoded:
    """Decode a BMP file at 8 bits a channel; its resolution kept."""
    from PIL import Image as PilImage

    height, width = _dimensions(source.data)
    check_dimensions(source.path, height, width)
    check_contents(height, width, stored=len(source.data), most=_PIXELS_PER_BYTE)
    with PilImage.open(io.BytesIO(source.data), formats=("BMP",)) as opened:
        mode = _ALLOWED_MODES.get(opened.mode)
        if mode is None:
            raise UserError(
                f"BMP files of the kind {opened.mode} can't be opened.",
                remedy="Save it as PNG.",
                path=source.path,
            )
        samples, alpha, model = split_alpha(np.asarray(opened.convert(mode)))
        dpi = opened.info.get("dpi")
    return Decoded(samples, model, "BMP", alpha=alpha, dpi=_resolution(dpi))


def _dimensions(data: bytes) -> tuple[int, int]:
    if data[14] == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        return height, width
    width, height = struct.unpack_from("<ii", data, 18)
    return abs(height), abs(width)


def _resolution(dpi: tuple[float, float] | None) -> tuple[float, float] | None:
    if dpi is None or not all(dpi):
        return None
    return round(float(dpi[0]), 2), round(float(dpi[1]), 2)
