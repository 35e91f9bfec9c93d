"""Compiled drawing of strands with exact coverage.

A pixel's share of a straight strip is an integral of the pixel square's projection onto the strip's
normal: a trapezoid. So a strand of any width, 0.1 pixels too, covers width × length in all.
"""

# mypy: disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

F32 = NDArray[np.float32]
FULL = 0.999
"""Alpha from which on nothing behind is seen."""


@njit(cache=True, nogil=True)
def _below(x: float, large: float, small: float) -> float:
    """Share of a unit square whose centre is at 0 that lies below x along a unit normal.

    `large` >= `small` are the normal's components without sign.
    """
    half, plateau = 0.5 * (large + small), 0.5 * (large - small)
    side = abs(x)
    if side >= half:
        share = 1.0
    elif side <= plateau or small < 1e-6:
        share = 0.5 + side / large
    else:
        share = 1.0 - (half - side) ** 2 / (2.0 * large * small)
    return share if x >= 0 else 1.0 - share


@njit(cache=True, nogil=True)
def _segment(
    canvas: F32,
    cover: F32,
    tint: F32,
    touched: NDArray[np.int64],
    count: int,
    start: F32,
    end: F32,
    width0: float,
    width1: float,
    tone0: F32,
    tone1: F32,
    first: bool,
    last: bool,
) -> int:
    """Mark one segment's coverage, the largest where segments of the strand meet."""
    rows, cols = end[0] - start[0], end[1] - start[1]
    length = np.sqrt(rows * rows + cols * cols)
    if length < 1e-4:
        return count
    down, right = rows / length, cols / length
    large, small = max(abs(down), abs(right)), min(abs(down), abs(right))
    reach = 0.5 * max(width0, width1) + 0.75
    top = max(int(np.floor(min(start[0], end[0]) - reach)), 0)
    bottom = min(int(np.ceil(max(start[0], end[0]) + reach)), cover.shape[0] - 1)
    left = max(int(np.floor(min(start[1], end[1]) - reach)), 0)
    far = min(int(np.ceil(max(start[1], end[1]) + reach)), cover.shape[1] - 1)
    for row in range(top, bottom + 1):
        low, high = left, far
        if abs(down) > 0.2:
            # Only the columns that the strip can reach in this row.
            middle = start[1] + (row - start[0]) * right / down
            low = max(low, int(np.floor(middle - reach / abs(down))))
            high = min(high, int(np.ceil(middle + reach / abs(down))))
        for col in range(low, high + 1):
            if canvas[row, col, 3] >= FULL:
                continue
            y, x = row - start[0], col - start[1]
            along = y * down + x * right
            if along < -0.5 or along > length + 0.5:
                continue
            aside = x * down - y * right
            t = min(max(along / length, 0.0), 1.0)
            half = 0.5 * (width0 + t * (width1 - width0))
            value = _below(aside + half, large, small) - _below(aside - half, large, small)
            if first:
                value *= min(along + 0.5, 1.0)
            if last:
                value *= min(length - along + 0.5, 1.0)
            if value <= cover[row, col]:
                continue
            if cover[row, col] == 0.0:
                touched[count] = row * cover.shape[1] + col
                count += 1
            cover[row, col] = value
            for k in range(3):
                tint[row, col, k] = tone0[k] + t * (tone1[k] - tone0[k])
    return count


@njit(cache=True, nogil=True)
def draw_strands(
    canvas: F32,
    points: F32,
    widths: F32,
    colours: F32,
    opacities: F32,
    order: NDArray[np.int64],
) -> None:
    """Draw strands one behind the other, in their order, behind what is on a premultiplied canvas.

    From front to back, because in a mass of hair most of what lies behind is hidden, and skipped.

    Args:
        canvas: H×W×4 float32, premultiplied RGB and alpha; changed in place.
        points: S×N×2 float32, (row, col) in pixels; a pixel's centre is at whole numbers.
        widths: S×N float32, pixels.
        colours: S×N×3 float32, straight.
        opacities: S float32.
        order: numbers of the strands, the foremost first.
    """
    height, width = canvas.shape[0], canvas.shape[1]
    cover = np.zeros((height, width), np.float32)
    tint = np.empty((height, width, 3), np.float32)
    touched = np.empty(height * width, np.int64)
    last = points.shape[1] - 2
    for s in order:
        count = 0
        for k in range(last + 1):
            count = _segment(
                canvas,
                cover,
                tint,
                touched,
                count,
                points[s, k],
                points[s, k + 1],
                widths[s, k],
                widths[s, k + 1],
                colours[s, k],
                colours[s, k + 1],
                k == 0,
                k == last,
            )
        for i in range(count):
            row, col = touched[i] // width, touched[i] % width
            share = cover[row, col] * opacities[s] * (1 - canvas[row, col, 3])
            cover[row, col] = 0.0
            for k in range(3):
                canvas[row, col, k] += tint[row, col, k] * share
            canvas[row, col, 3] += share
