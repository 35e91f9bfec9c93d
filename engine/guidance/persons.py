"""Who is who: a mask of people divided into persons, at gaps and at narrow necks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST = 0.06
"""Smallest person beside the largest, as a share of it; anything smaller is a speck."""
NECK = 0.3
"""A bridge is a neck between two persons if it is so much narrower than both are wide."""
LARGEST_HOLE = 0.002
"""Largest hole that is closed, as a share of the picture: less than between arm and body."""

Mask = NDArray[np.bool_]
Parts = NDArray[np.int32]


def persons(mask: Mask) -> Parts:
    """Number the persons of a mask.

    Args:
        mask: H×W, True where people are; specks are dropped and small holes closed.

    Returns:
        H×W int32: 0 where there is nobody, else 1 for the largest person, 2 for the next.
    """
    divided = _divided(_closed(mask))
    areas = np.bincount(divided.ravel(), minlength=1)
    areas[0] = 0
    order = [int(n) for n in np.argsort(-areas, kind="stable") if areas[n] > LEAST * areas.max()]
    numbers = np.zeros(len(areas), np.int32)
    numbers[order] = np.arange(1, len(order) + 1)
    return numbers[divided]


def _divided(mask: Mask) -> Parts:
    """Each connected part, or what it falls apart into where narrow bridges are cut."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    parts = np.zeros(mask.shape, np.int32)
    for number in range(1, count):
        for piece in _pieces(labels == number):
            parts[piece] = parts.max() + 1
    return parts


def _pieces(part: Mask) -> list[Mask]:
    """Cut one part at its narrowest bridge, if what is left on both sides is wide and large."""
    depth = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    reach = NECK * float(depth.max())
    count, cores = cv2.connectedComponents((depth > reach).astype(np.uint8), connectivity=4)
    large = [n for n in range(1, count) if _counts(depth[cores == n], part, reach)]
    if len(large) < 2:
        return [part]
    nearest = np.stack([_distance(cores == n) for n in large]).argmin(axis=0)
    return [part & (nearest == place) for place in range(len(large))]


def _counts(depth: NDArray[np.float32], part: Mask, reach: float) -> bool:
    """Whether a core is a person's: as wide as a bridge is narrow, and not a mere hand."""
    return bool(depth.max() * NECK > 0.75 * reach and depth.size > 0.1 * part.sum())


def _distance(core: Mask) -> NDArray[np.float32]:
    outside = (~core).astype(np.uint8)
    return np.asarray(
        cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32
    )


def _closed(mask: Mask) -> Mask:
    """Small holes, which are what the network missed; not what an arm encloses."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < LARGEST_HOLE * mask.size
    small[0] = False
    return np.asarray(mask | small[labels])
