"""Areas that people point out: inside a line, alike in colour, or enclosed by strokes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Image, Pixels, Rect, Strokes

_CONNECTED = 4
_INSIDE = 255
_SPECK = 3


@dataclass(frozen=True, eq=False)
class Area:
    """Some pixels of a photograph.

    Attributes:
        rect: where they lie.
        where: H×W bool of the rectangle's size.
    """

    rect: Rect
    where: NDArray[np.bool_]


def inside_line(points: Sequence[tuple[float, float]], *, within: tuple[int, int]) -> Area | None:
    """The pixels whose middle a closed line encloses, by the even-odd rule.

    Args:
        points: (row, col) of its corners in pixels of the photograph, which may lie outside.
        within: (height, width) to clip to.

    Returns:
        None if there are none.
    """
    corners = np.array(points, np.float64).reshape(-1, 2)
    low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0)) + 1
    rect = Rect(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
    rect = rect.intersected(Rect.whole(within))
    if rect.empty or len(corners) < 3:
        return None
    where = _polygon(corners - (rect.top, rect.left), (rect.height, rect.width))
    return Area(rect, where) if where.any() else None


def alike(image: Image, place: tuple[int, int], *, tolerance: float) -> Area:
    """The connected pixels around `place` whose colour is near to the one there.

    Args:
        image: the photograph.
        place: (row, col) inside it.
        tolerance: share of the full range (0 to 1) by which each channel may differ.
    """
    pixels = _eight_bits(image.pixels)
    row, col = place
    around = pixels[max(0, row - 1) : row + 2, max(0, col - 1) : col + 2]
    here = np.median(around.reshape(-1, 3), axis=0)
    start = pixels[row, col].astype(np.float64)
    levels = 255.0 * tolerance
    below, above = levels + start - here, levels + here - start
    return _flooded(pixels, place, np.maximum(below, 0), np.maximum(above, 0), smooth=True)


def enclosed(strokes: Strokes, place: tuple[int, int]) -> Area:
    """The connected pixels around `place` that are painted (or not) as it is."""
    return _flooded(np.ascontiguousarray(strokes), place, np.zeros(1), np.zeros(1), smooth=False)


def _polygon(corners: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Even-odd filling by the pixels' middles, a row at a time."""
    crossings = [_crossings(corners, row + 0.5) for row in range(size[0])]
    where = np.zeros(size, bool)
    for row, cols in enumerate(crossings):
        for left, right in zip(cols[::2], cols[1::2], strict=True):
            first, last = int(np.ceil(left - 0.5)), int(np.ceil(right - 0.5))
            where[row, max(0, first) : max(0, last)] = True
    return where


def _crossings(corners: NDArray[np.float64], height: float) -> list[float]:
    """Columns, in order, at which the outline crosses a height."""
    start, end = corners, np.roll(corners, -1, axis=0)
    crosses = (start[:, 0] <= height) != (end[:, 0] <= height)
    (r0, c0), (r1, c1) = start[crosses].T, end[crosses].T
    found: list[float] = np.sort(c0 + (height - r0) * (c1 - c0) / (r1 - r0)).tolist()
    return found


def _eight_bits(pixels: Pixels) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels)
    if pixels.dtype == np.uint16:
        return np.asarray(pixels >> 8, np.uint8)
    return np.asarray(np.clip(pixels, 0, 1) * np.float32(255), np.uint8)


def _flooded(
    pixels: NDArray[np.uint8],
    place: tuple[int, int],
    below: NDArray[np.float64],
    above: NDArray[np.float64],
    *,
    smooth: bool,
) -> Area:
    height, width = pixels.shape[:2]
    mask = np.zeros((height + 2, width + 2), np.uint8)
    how = _CONNECTED | _INSIDE << 8 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY
    seed = place[1], place[0]
    # OpenCV refuses read-only arrays, though with MASK_ONLY it writes the mask alone.
    image = pixels if pixels.flags.writeable else pixels.copy()
    box = cv2.floodFill(image, mask, seed, 0, below.tolist(), above.tolist(), how)[3]
    left, top, wide, high = box
    rect = Rect(top, left, top + high, left + wide)
    if smooth:
        rect = rect.grown(_SPECK, within=(height, width))
    inside = mask[1:-1, 1:-1][rect.slices]
    if smooth:  # single pixels of grain belong to what is around them
        inside = cv2.morphologyEx(inside, cv2.MORPH_CLOSE, np.ones((_SPECK, _SPECK), np.uint8))
    return Area(rect, inside > 0)
