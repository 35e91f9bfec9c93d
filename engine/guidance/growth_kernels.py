"""Compiled sweeps that measure how far a colour reaches; see `engine.guidance.growth`."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def spread(lab, unlike, distance, barred, step, edge, noise):
    """One sweep down and one up; returns whether a distance became shorter.

    Args:
        lab: h×w×3 float32.
        unlike: h×w float32, what it costs to enter a pixel besides the way.
        distance: h×w float32, 0 at the seeds; made shorter in place.
        barred: h×w bool, never entered.
        step: cost of a pixel of way.
        edge: cost of a unit of colour difference between neighbours.
        noise: colour difference that costs nothing.
    """
    height, width = distance.shape
    shorter = False
    for turn in range(2):
        sign = 1 if turn == 0 else -1
        for i in range(height):
            row = i if turn == 0 else height - 1 - i
            for j in range(width):
                col = j if turn == 0 else width - 1 - j
                if barred[row, col]:
                    continue
                best = distance[row, col]
                for k in range(4):
                    r = row - sign * (0 if k == 0 else 1)
                    c = col - sign * (1 if k == 0 else k - 2)
                    if r < 0 or r >= height or c < 0 or c >= width:
                        continue
                    way = np.float32(1.0) if k == 0 or k == 2 else np.float32(1.41421356)
                    if distance[r, c] + step * way >= best:
                        continue
                    d0 = lab[row, col, 0] - lab[r, c, 0]
                    d1 = lab[row, col, 1] - lab[r, c, 1]
                    d2 = lab[row, col, 2] - lab[r, c, 2]
                    differs = np.sqrt(d0 * d0 + d1 * d1 + d2 * d2) - noise
                    cost = step * way + unlike[row, col] * way
                    if differs > 0:
                        cost += edge * differs
                    if distance[r, c] + cost < best:
                        best = distance[r, c] + cost
                if best < distance[row, col]:
                    distance[row, col] = best
                    shorter = True
    return shorter
