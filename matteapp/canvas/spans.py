"""Which pixels a brush covers: exact row spans of the area a disc sweeps along a line."""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ends: TypeAlias = NDArray[np.float64]


class Dab(NamedTuple):
    """A disc of the brush in image pixels; the pixel (r, c) has its centre at (r+0.5, c+0.5).

    `firmness` is the share of the stroke's hardness that it is painted with: less of a pen's
    pressure leaves a wider rim unknown.
    """

    row: float
    col: float
    radius: float
    firmness: float = 1.0


class Spans(NamedTuple):
    """Columns `left[i]:right[i]` of the row `top + i`; empty where left >= right."""

    top: int
    left: NDArray[np.int64]
    right: NDArray[np.int64]


def swept(start: Dab, end: Dab, *, within: tuple[int, int]) -> Spans:
    """Pixels whose centre lies in the convex hull of two discs.

    Args:
        start: where the brush was; `start == end` gives a single disc.
        end: where it is now; its radius may differ (tablet pressure).
        within: (height, width) to clip to.

    Returns:
        One span a row. A brush thinner than a pixel still covers the pixels below its two ends.
    """
    height, width = within
    top = max(0, math.floor(min(start.row - start.radius, end.row - end.radius)))
    bottom = min(height, math.ceil(max(start.row + start.radius, end.row + end.radius)))
    rows = np.arange(top, max(top, bottom), dtype=np.float64) + np.float64(0.5)
    low = np.full(rows.shape, np.inf)
    high = np.full(rows.shape, -np.inf)
    for dab in (start, end):
        _widen_by_disc(dab, rows, low, high)
    _widen_by_tangents(start, end, rows, low, high)
    left, right = _covered(low, high)
    for dab in (start, end):
        _widen_by_pixel(dab, top, left, right)
    for edge in (left, right):
        np.minimum(np.maximum(edge, 0, out=edge), width, out=edge)
    return Spans(top, left, right)


def _covered(low: Ends, high: Ends) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Half-open columns whose centres lie in [low, high]."""
    empty = low > high
    left = np.ceil(np.where(empty, 0.0, low) - 0.5).astype(np.int64)
    right = np.floor(np.where(empty, -1.0, high) - 0.5).astype(np.int64) + 1
    return left, right


def _widen_by_disc(dab: Dab, rows: Ends, low: Ends, high: Ends) -> None:
    square = dab.radius**2 - (rows - dab.row) ** 2
    inside = square >= 0
    half = np.sqrt(np.maximum(square, 0.0))
    np.minimum(low, np.where(inside, dab.col - half, np.inf), out=low)
    np.maximum(high, np.where(inside, dab.col + half, -np.inf), out=high)


def _widen_by_tangents(start: Dab, end: Dab, rows: Ends, low: Ends, high: Ends) -> None:
    """The quadrilateral between the points where the outer tangents touch the two discs."""
    across, down = end.col - start.col, end.row - start.row
    distance = math.hypot(across, down)
    lean = start.radius - end.radius
    if distance <= abs(lean) or distance == 0.0:
        return
    cosine = lean / distance
    sine = math.sqrt(1.0 - cosine**2)
    ux, uy = across / distance, down / distance
    corners = [
        (dab.col + dab.radius * nx, dab.row + dab.radius * ny)
        for side in (1.0, -1.0)
        for nx, ny in ((ux * cosine - side * uy * sine, uy * cosine + side * ux * sine),)
        for dab in ((start, end) if side > 0 else (end, start))
    ]
    for one, other in zip(corners, corners[1:] + corners[:1], strict=True):
        _widen_by_line(one, other, rows, low, high)


def _widen_by_line(
    one: tuple[float, float], other: tuple[float, float], rows: Ends, low: Ends, high: Ends
) -> None:
    (x0, y0), (x1, y1) = sorted((one, other), key=lambda point: point[1])
    if y0 == y1:
        return
    crossing = x0 + (rows - y0) * ((x1 - x0) / (y1 - y0))
    inside = (rows >= y0) & (rows <= y1)
    np.minimum(low, np.where(inside, crossing, np.inf), out=low)
    np.maximum(high, np.where(inside, crossing, -np.inf), out=high)


def _widen_by_pixel(dab: Dab, top: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> None:
    index, col = math.floor(dab.row) - top, math.floor(dab.col)
    if not 0 <= index < len(left):
        return
    if left[index] >= right[index]:
        left[index], right[index] = col, col + 1
    else:
        left[index], right[index] = min(left[index], col), max(right[index], col + 1)
