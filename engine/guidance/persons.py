"""Who is who: a mask of people divided into persons, at gaps and at narrow necks."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST = 0.06
"""Smallest person beside the largest, as a share of it; anything smaller is a speck."""
NECK = 0.3
"""A bridge is a neck between two persons if it is so much narrower than both are wide."""

Mask = NDArray[np.bool_]
Cuts: TypeAlias = tuple[tuple[float, float, float, float], ...]
"""Lines: row and column of both ends, as shares of the sides."""
Parts = NDArray[np.int32]


def persons(mask: Mask, cuts: Cuts = ()) -> Parts:
    """Number the persons of a mask.

    Args:
        mask: H×W, True where people are; specks are dropped.
        cuts: lines that divide persons who touch.

    Returns:
        H×W int32: 0 where there is nobody, else 1 for the largest person, 2 for the next.
    """
    divided = _divided(mask, cuts)
    areas = np.bincount(divided.ravel(), minlength=1)
    areas[0] = 0
    order = [int(n) for n in np.argsort(-areas, kind="stable") if areas[n] > LEAST * areas.max()]
    numbers = np.zeros(len(areas), np.int32)
    numbers[order] = np.arange(1, len(order) + 1)
    return numbers[divided]


def _divided(mask: Mask, cuts: Cuts) -> Parts:
    """Each connected part, or what it falls apart into where narrow bridges are cut."""
    on_line = mask & _drawn(cuts, mask.shape)
    count, labels = cv2.connectedComponents((mask & ~on_line).astype(np.uint8), connectivity=4)
    parts = np.zeros(mask.shape, np.int32)
    for number in range(1, count):
        for piece in _pieces(labels == number):
            parts[piece] = parts.max() + 1
    return _filled(parts, on_line)


def _drawn(cuts: Cuts, shape: tuple[int, ...]) -> Mask:
    canvas = np.zeros(shape, np.uint8)
    for row, col, last_row, last_col in cuts:
        start = int(col * shape[1]), int(row * shape[0])
        end = int(last_col * shape[1]), int(last_row * shape[0])
        cv2.line(canvas, start, end, 1, 2)  # two wide: nothing slips through diagonally
    return canvas > 0


def _filled(parts: Parts, there: Mask) -> Parts:
    """The pixels of a line go to the person who is nearest."""
    if not there.any() or not parts.any():
        return parts
    ground = (parts == 0).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(
        ground, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    numbers = np.zeros(int(nearest.max()) + 1, np.int32)
    numbers[nearest[ground == 0]] = parts[ground == 0]
    return np.where(there, numbers[nearest], parts)


def _pieces(part: Mask) -> list[Mask]:
    """Cut one part at its narrowest bridge, if what is left on both sides is wide and large."""
    depth = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    reach = NECK * float(depth.max())
    count, cores = cv2.connectedComponents((depth > reach).astype(np.uint8), connectivity=4)
    large = [n for n in range(1, count) if _counts(depth[cores == n], part, reach)]
    if len(large) < 2:
        return [part]
    nearest = np.stack([distance_to(cores == n) for n in large]).argmin(axis=0)
    return [part & (nearest == place) for place in range(len(large))]


def _counts(depth: NDArray[np.float32], part: Mask, reach: float) -> bool:
    """Whether a core is a person's: as wide as a bridge is narrow, and not a mere hand."""
    return bool(depth.max() * NECK > 0.75 * reach and depth.size > 0.1 * part.sum())


def distance_to(there: Mask) -> NDArray[np.float32]:
    """How far each pixel is from where a mask is True; 0 there."""
    outside = (~there).astype(np.uint8)
    return np.asarray(
        cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32
    )
