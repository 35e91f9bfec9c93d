"""Small 8-bit copies of a photograph, on which coarse decisions are made."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import (
    NO_STROKE,
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    Alpha,
    Image,
    Rect,
    Strokes,
    from_float,
    to_float,
)

PROXY_SIDE = 360
"""Long side in pixels of the copy on which the subject is found."""
EDGE_SIDE = 1536
"""Long side in pixels of the copy on which the subject's edge is refined."""


_CUT_AT_HALF = (np.arange(256) > 127).astype(np.float32)


def proxy_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """(height, width) with the long side at most `side`; never larger than `size`."""
    factor = min(1.0, side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def shrink(array: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """An array averaged over areas down to `size` (height, width)."""
    if array.shape[:2] == tuple(size):
        return array
    return np.asarray(cv2.resize(array, (size[1], size[0]), interpolation=cv2.INTER_AREA))


def proxy_pixels(image: Image, side: int) -> NDArray[np.uint8]:
    """The photograph as H×W×3 uint8 RGB with its long side at most `side`."""
    small = shrink(image.pixels, proxy_size(image.size, side))
    if small.dtype == np.uint8:
        return np.ascontiguousarray(small)
    return from_float(to_float(small), np.uint8)


def proxy_strokes(strokes: Strokes, size: tuple[int, int]) -> Strokes:
    """Strokes at `size`; a thin line survives, the label that covers most of a pixel wins."""
    if strokes.shape == tuple(size):
        return strokes.copy()
    best = np.zeros(size, np.uint8)
    small = np.full(size, NO_STROKE, np.uint8)
    for label in (STROKE_UNKNOWN, STROKE_BACKGROUND, STROKE_FOREGROUND):
        cover = shrink(np.where(strokes == label, np.uint8(255), np.uint8(0)), size)
        small[cover > best] = label
        np.maximum(best, cover, out=best)
    return small


def proxy_rect(rect: Rect, *, size: tuple[int, int], small: tuple[int, int]) -> Rect:
    """The rectangle of a `small` copy that covers `rect` of an image of `size`."""
    rows, cols = small[0] / size[0], small[1] / size[1]
    return Rect(
        int(np.floor(rect.top * rows)),
        int(np.floor(rect.left * cols)),
        int(np.ceil(rect.bottom * rows)),
        int(np.ceil(rect.right * cols)),
    ).intersected(Rect.whole(small))


def enlarge(soft: Alpha, size: tuple[int, int]) -> Alpha:
    """A small soft mask at `size` as a binary float32 mask, cut where it passes one half."""
    if soft.shape == tuple(size):
        return (soft > 0.5).astype(np.float32)
    coarse = from_float(soft, np.uint8)
    large = cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.LUT(large, _CUT_AT_HALF), np.float32)


def enlarged(plane: Alpha, rect: Rect, size: tuple[int, int]) -> Alpha:
    """The part of a small plane that shows `rect` of a photograph of `size`, interpolated."""
    rows, cols = plane.shape[0] / size[0], plane.shape[1] / size[1]
    top, left = (rect.top + 0.5) * rows - 0.5, (rect.left + 0.5) * cols - 0.5
    return np.asarray(
        cv2.warpAffine(
            plane,
            np.array([[cols, 0.0, left], [0.0, rows, top]]),
            (rect.width, rect.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )
