"""Random planes and curves that vary smoothly."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Reals = NDArray[np.floating[Any]]
"""What is taken where float64 will do too; what is handed on for pictures is float32."""


def noise(
    size: tuple[int, int],
    rng: np.random.Generator,
    *,
    cell: float,
    octaves: int = 1,
    stretch: float = 1.0,
) -> F32:
    """Smooth noise of about unit deviation, `size` (height, width) float32.

    Args:
        size: height and width.
        rng: where it comes from.
        cell: pixels between independent values.
        octaves: how many finer copies are added, each half as strong and half as large.
        stretch: how many times taller than wide the grain is.
    """
    total = np.zeros(size, np.float32)
    power = 0.0
    for k in range(octaves):
        total += 0.5**k * _plane(size, rng, max(cell * 0.5**k, 1.0), stretch)
        power += 0.25**k
    return total / np.float32(np.sqrt(power) * 0.75)


def _plane(size: tuple[int, int], rng: np.random.Generator, cell: float, stretch: float) -> F32:
    cells = (max(cell * stretch, 1.0), max(cell, 1.0))
    grid = tuple(int(np.ceil(n / c)) + 4 for n, c in zip(size, cells, strict=True))
    values = rng.standard_normal(grid, np.float32)
    # One affine map places the grid at a random phase, so that it never shows.
    shift = rng.uniform(1.0, 2.0, 2)
    matrix = np.array([[1 / cells[1], 0, shift[1]], [0, 1 / cells[0], shift[0]]], np.float32)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        values, matrix, (size[1], size[0]), flags=flags, borderMode=cv2.BORDER_REFLECT_101
    )


def wander(count: int, steps: int, rng: np.random.Generator, *, knots: int) -> F32:
    """`count` smooth random curves over `steps`, each 0 at its start, count×steps float32."""
    raw = rng.standard_normal((count, knots), np.float32)
    raw[:, 0] = 0
    at = np.linspace(0, knots - 1, steps, dtype=np.float32)
    left = np.minimum(at.astype(np.int64), knots - 2)
    t = at - left
    t = t * t * (3 - 2 * t)
    return (raw[:, left] * (1 - t) + raw[:, left + 1] * t).astype(np.float32)


def smoothstep(low: float, high: float, values: Reals) -> F32:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)
