"""Sizes and places: resizing, padding, tiles, strips, and the eight EXIF orientations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError
from engine.imaging.types import Rect

Interpolation = Literal["auto", "nearest", "linear", "cubic", "area"]

_INTERPOLATIONS = {
    "nearest": cv2.INTER_NEAREST_EXACT,
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "area": cv2.INTER_AREA,
}

_TURNS: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
    1: np.ascontiguousarray,
    2: lambda a: cv2.flip(a, 1),
    3: lambda a: cv2.rotate(a, cv2.ROTATE_180),
    4: lambda a: cv2.flip(a, 0),
    5: cv2.transpose,
    6: lambda a: cv2.rotate(a, cv2.ROTATE_90_CLOCKWISE),
    7: lambda a: cv2.rotate(cv2.transpose(a), cv2.ROTATE_180),
    8: lambda a: cv2.rotate(a, cv2.ROTATE_90_COUNTERCLOCKWISE),
}


def resize(
    array: NDArray[Any], size: tuple[int, int], *, how: Interpolation = "auto"
) -> NDArray[Any]:
    """Resample to another size.

    Args:
        array: H×W or H×W×C (C up to 4), uint8, uint16 or float32.
        size: (height, width) wanted, both at least 1.
        how: the interpolation; "auto" averages areas when shrinking and is linear otherwise.
            "cubic" may overshoot the range of float samples.

    Returns:
        An array of that size with the same dtype; the input itself if nothing changes.
    """
    height, width = size
    if height < 1 or width < 1:
        raise BugError(f"an image can't be resized to {size}")
    if array.shape[:2] == (height, width):
        return array
    if how == "auto":
        how = "area" if height * width < array.shape[0] * array.shape[1] else "linear"
    resized: NDArray[Any] = cv2.resize(array, (width, height), interpolation=_INTERPOLATIONS[how])
    return resized


def pad_to_multiple(array: NDArray[Any], multiple: int) -> tuple[NDArray[Any], Rect]:
    """Mirror the borders until both sides are multiples of `multiple`.

    Args:
        array: H×W or H×W×C.
        multiple: at least 1.

    Returns:
        The padded array, and where the original lies in it (its top left corner).
    """
    height, width = array.shape[:2]
    bottom, right = -height % multiple, -width % multiple
    inside = Rect.whole(array.shape)
    if not (bottom or right):
        return array, inside
    margins = ((0, bottom), (0, right), *(((0, 0),) * (array.ndim - 2)))
    return np.pad(array, margins, mode="symmetric"), inside


def upright(array: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn an array the way its EXIF orientation asks.

    Args:
        array: H×W or H×W×C (C up to 4), uint8, uint16 or float32, as stored.
        orientation: 1 to 8 (EXIF 2.3, tag 0x0112); anything else counts as 1.

    Returns:
        A contiguous array; the input itself for orientation 1.
    """
    return _TURNS.get(orientation, _TURNS[1])(array)


def strips(size: tuple[int, int], *, rows: int = 256) -> Iterator[Rect]:
    """Full-width rectangles of at most `rows` rows that cover (height, width) from the top."""
    height, width = size
    for top in range(0, height, rows):
        yield Rect(top, 0, min(top + rows, height), width)


def tiles(size: tuple[int, int], *, tile: int, overlap: int = 0) -> Iterator[Rect]:
    """Rectangles that cover (height, width), row by row.

    Args:
        size: (height, width).
        tile: longest side of a rectangle; all have it, but where the image is smaller.
        overlap: how much neighbours share at least, in pixels; less than `tile`.
    """
    if not 0 <= overlap < tile:
        raise BugError(f"tiles of {tile} can't overlap by {overlap}")
    height, width = size
    for top in _starts(height, tile, overlap):
        for left in _starts(width, tile, overlap):
            yield Rect(top, left, min(top + tile, height), min(left + tile, width))


def _starts(length: int, tile: int, overlap: int) -> list[int]:
    if length <= tile:
        return [0]
    count = -(-(length - overlap) // (tile - overlap))
    return [round(i * (length - tile) / (count - 1)) for i in range(count)]
