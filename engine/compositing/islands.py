"""Holes in a matte and specks beside it: small connected components."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Alpha

FAINT = 0.1
"""What is this close to its surroundings' 0 or 1 does not hold an island together."""
FRINGE = 3
"""Pixels of fainter fringe that go with an island."""


def fill_holes(alpha: Alpha, area: int) -> Alpha:
    """Fill holes of at most `area` pixels that the subject encloses.

    Args:
        alpha: H×W float32 in [0, 1].
        area: largest hole in pixels; 0 fills none. What touches the border is no hole.

    Returns:
        A fresh matte, or `alpha` itself if there is nothing to fill.
    """
    if area <= 0:
        return alpha
    hole = _small_islands(alpha < 1.0 - FAINT, area, connectivity=4, at_border=False)
    if hole is None:
        return alpha
    return np.where(_with_fringe(hole, alpha >= 1.0 - FAINT), np.float32(1.0), alpha)


def remove_specks(alpha: Alpha, area: int) -> Alpha:
    """Remove specks of at most `area` pixels that hang on to nothing.

    Args:
        alpha: H×W float32 in [0, 1].
        area: largest speck in pixels; 0 removes none.

    Returns:
        A fresh matte, or `alpha` itself if there is nothing to remove.
    """
    if area <= 0:
        return alpha
    speck = _small_islands(alpha > FAINT, area, connectivity=8, at_border=True)
    if speck is None:
        return alpha
    return np.where(_with_fringe(speck, alpha <= FAINT), np.float32(0.0), alpha)


def _small_islands(
    inside: NDArray[np.bool_], area: int, *, connectivity: int, at_border: bool
) -> NDArray[np.uint8] | None:
    """1 where a component of `inside` has at most `area` pixels; None if there is none.

    Label 0 of OpenCV is everything that is not `inside`, however large, and never counts.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        inside.view(np.uint8), connectivity=connectivity
    )
    small = stats[:, cv2.CC_STAT_AREA] <= area
    small[0] = False
    if not at_border:
        small &= ~_touches_border(stats, inside.shape)
    if not small.any():
        return None
    return np.asarray(np.take(small.astype(np.uint8), labels))


def _touches_border(stats: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right = left + stats[:, cv2.CC_STAT_WIDTH]
    bottom = top + stats[:, cv2.CC_STAT_HEIGHT]
    at_edge = (left == 0) | (top == 0) | (right == shape[1]) | (bottom == shape[0])
    return np.asarray(at_edge)


def _with_fringe(island: NDArray[np.uint8], ground: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """An island with the fringe around it, which is part of nothing else."""
    side = 2 * FRINGE + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray((island > 0) | ((cv2.dilate(island, kernel) > 0) & ground))
