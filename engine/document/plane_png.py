"""Planes as greyscale PNG, 8 bits for labels and 16 for mattes; changes in colour with 16."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.document.damage import DamagedProjectError
from engine.document.planes import TILE, Plane
from engine.errors import BugError
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    NO_STROKE,
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    UNKNOWN,
    Rect,
    from_float,
    to_float,
)

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">8sI4sIIBBBBB")
# Colour type, compression, filter and interlace of a plain grey PNG.
_GREY_FORM = (0, 0, 0, 0)
_COLOUR_FORM = (2, 0, 0, 0)
_LABELS = {
    "strokes": (NO_STROKE, STROKE_BACKGROUND, STROKE_UNKNOWN, STROKE_FOREGROUND),
    "trimap": (BACKGROUND, UNKNOWN, FOREGROUND),
}


def encode_plane(plane: Plane) -> bytes:
    """A uint8 plane as 8-bit grey PNG, a float32 plane in [0, 1] as 16-bit."""
    samples = plane.read() if plane.dtype == np.uint8 else _sixteen_bits(plane)
    return encode_samples(samples)


def encode_samples(samples: NDArray[Any]) -> bytes:
    """H×W grey or H×W×4 BGRA samples, uint8 or uint16, as PNG."""
    import cv2

    done, data = cv2.imencode(".png", samples)
    if not done:
        raise BugError(f"cannot encode {samples.dtype} {samples.shape} as PNG")
    return bytes(data.tobytes())


def decode_plane(name: str, data: bytes, *, size: tuple[int, int], bits: int) -> Plane:
    """The plane in a grey PNG: uint8 for 8 bits, float32 in [0, 1] for 16.

    Raises:
        DamagedProjectError: if it isn't a grey PNG of `size` (height, width) and `bits`, which is
            checked before any pixel is decoded, or if it holds labels that `name` can't have.
    """
    samples = _decoded(name, data, size, bits, _GREY_FORM)
    if samples.shape != size or samples.dtype.itemsize * 8 != bits:
        raise DamagedProjectError(f"{name} has the wrong size or depth")
    if bits == 8:
        _check_labels(name, samples)
        return Plane.from_array(samples)
    return Plane.from_reader(size, np.float32, lambda rect: to_float(samples[rect.slices]))


def encode_codes(codes: NDArray[np.uint16]) -> bytes:
    """H×W×3 uint16 as 16-bit colour PNG."""
    return encode_samples(np.ascontiguousarray(codes[..., ::-1]))


def decode_codes(name: str, data: bytes, *, size: tuple[int, int]) -> NDArray[np.uint16]:
    """The H×W×3 uint16 in a 16-bit colour PNG.

    Raises:
        DamagedProjectError: if it isn't one of `size` (height, width), which is checked before any
            pixel is decoded.
    """
    samples = _decoded(name, data, size, 16, _COLOUR_FORM)
    if samples.shape != (*size, 3) or samples.dtype != np.uint16:
        raise DamagedProjectError(f"{name} has the wrong size or depth")
    return samples


def most_bytes(size: tuple[int, int], bits: int) -> int:
    """More bytes than a sensible PNG of this size, with so many bits a pixel, has."""
    raw = size[0] * (size[1] * bits // 8 + 1)
    return raw + raw // 8 + 65536


def _sixteen_bits(plane: Plane) -> NDArray[np.uint16]:
    height, width = plane.size
    samples = np.empty(plane.size, np.uint16)
    for top in range(0, height, TILE):
        rect = Rect(top, 0, min(top + TILE, height), width)
        samples[rect.slices] = from_float(plane.read(rect), np.uint16)
    return samples


def _decoded(
    name: str, data: bytes, size: tuple[int, int], bits: int, form: tuple[int, ...]
) -> NDArray[Any]:
    import imagecodecs

    _check_header(name, data, size, (bits, *form))
    try:
        return np.asarray(imagecodecs.png_decode(data))
    except (RuntimeError, ValueError) as error:
        raise DamagedProjectError(f"{name} cannot be decoded") from error


def _check_header(name: str, data: bytes, size: tuple[int, int], wanted: tuple[int, ...]) -> None:
    if len(data) < _HEADER.size:
        raise DamagedProjectError(f"{name} is no PNG")
    signature, _, kind, width, height, *form = _HEADER.unpack_from(data)
    if signature != _SIGNATURE or kind != b"IHDR":
        raise DamagedProjectError(f"{name} is no PNG")
    if (height, width) != size:
        raise DamagedProjectError(f"{name} is {width} × {height} pixels, not {size[1]} × {size[0]}")
    if tuple(form) != wanted:
        kind = "grey" if wanted[1:] == _GREY_FORM else "in colour"
        raise DamagedProjectError(f"{name} is not {kind} with {wanted[0]} bits")


def _check_labels(name: str, samples: NDArray[np.uint8]) -> None:
    known = np.zeros(256, bool)
    known[list(_LABELS[name])] = True
    if not known[samples].all():
        raise DamagedProjectError(f"{name} holds values that it cannot have")
