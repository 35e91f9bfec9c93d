"""Keeping the subject's main parts and closing what it encloses."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST_PART = 0.1
"""Smallest part that is kept beside the largest one, as a share of it."""
MOST_ASIDE = 0.25
"""How far from the middle such a part may lie, as a share of the width."""
LARGEST_HOLE = 0.004
"""Largest hole that is closed, as a share of the picture."""

Mask = NDArray[np.bool_]


def main_parts(mask: Mask) -> Mask:
    """The largest part of H×W `mask` with the others that may belong to it, small holes closed."""
    return _closed(_kept(mask))


def _kept(mask: Mask) -> Mask:
    labels, stats = _parts(mask)
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0  # the ground around the parts
    middle = stats[:, cv2.CC_STAT_LEFT] + 0.5 * stats[:, cv2.CC_STAT_WIDTH]
    aside = np.abs(middle / mask.shape[1] - 0.5)
    keep = (area > LEAST_PART * area.max()) & (aside < MOST_ASIDE)
    keep[area.argmax()] = True
    keep[0] = False
    return np.asarray(keep[labels])


def _closed(mask: Mask) -> Mask:
    labels, stats = _parts(~mask)
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    enclosed = (left > 0) & (top > 0) & (right < mask.shape[1]) & (bottom < mask.shape[0])
    hole = enclosed & (stats[:, cv2.CC_STAT_AREA] < LARGEST_HOLE * mask.size)
    hole[0] = False
    return np.asarray(mask | hole[labels])


def _parts(mask: Mask) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Labels (0 is everything outside `mask`) and OpenCV's statistics of 4-connected parts."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    return labels, stats
