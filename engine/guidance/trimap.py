"""Trimaps: what is surely subject, what is surely not, and the band between."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.guidance.smart_radius import band_margin
from engine.imaging.geometry import tiles
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    UNKNOWN,
    Alpha,
    Image,
    Rect,
    Strokes,
    Trimap,
)
from engine.jobs.context import NOBODY, JobContext

RADIUS_SHARE = 0.016
"""Default radius as a share of the short side: 17 pixels at 1080."""
SURE = 0.01
"""A soft mask's values this close to 0 or 1 count as sure."""
TILE = 1024
"""Side in pixels of what is worked on at a time."""

_LABELS = np.array([0, BACKGROUND, UNKNOWN, FOREGROUND], np.uint8)


def default_radius(size: tuple[int, int]) -> int:
    """Half the band's width in pixels for an image of `size` (height, width)."""
    return max(2, round(RADIUS_SHARE * min(size)))


def trimap_from_mask(
    mask: Alpha,
    *,
    image: Image | None = None,
    radius: int | None = None,
    smart: bool = True,
    ctx: JobContext = NOBODY,
) -> Trimap:
    """Put an unknown band around a mask's edge.

    Args:
        mask: H×W float32 in [0, 1]; what lies strictly between 0 and 1 is unknown too.
        image: the photograph, which the smart radius looks at.
        radius: half the band's width in pixels; None takes `default_radius`.
        smart: widen the band at hair and texture, narrow it at crisp edges; needs `image`.
        ctx: progress and cancel.

    Returns:
        H×W uint8 trimap.
    """
    radius = default_radius((mask.shape[0], mask.shape[1])) if radius is None else radius
    trimap = np.empty(mask.shape, np.uint8)
    margin = band_margin(mask, image, radius=radius) if smart and image is not None else None
    for rect in tiles((mask.shape[0], mask.shape[1]), tile=TILE):
        ctx.check()
        ctx.progress(rect.top / mask.shape[0], "Making the trimap")
        unknown = _near_edge(mask, rect, radius if margin is None else margin.least)
        if margin is not None:
            unknown |= margin.covers(rect)
        trimap[rect.slices] = _labelled(mask[rect.slices], unknown)
    return trimap


def trimap_from_strokes(strokes: Strokes) -> Trimap:
    """A trimap in which everything that was not painted is unknown."""
    return with_strokes(np.full(strokes.shape, UNKNOWN, np.uint8), strokes)


def with_strokes(trimap: Trimap, strokes: Strokes) -> Trimap:
    """A fresh trimap with the user's strokes over it."""
    painted = (strokes >= STROKE_BACKGROUND) & (strokes <= STROKE_FOREGROUND)
    return np.where(painted, _LABELS[strokes & 3], trimap)


def check_solvable(trimap: Trimap) -> None:
    """Refuse a trimap that a matte can't be solved from.

    Raises:
        UserError: if nothing is foreground, or nothing is background.
    """
    for label, name in ((FOREGROUND, "foreground"), (BACKGROUND, "background")):
        if not (trimap == label).any():
            raise UserError(
                f"The trimap has no {name}.",
                remedy=f"Paint a {name} stroke where you are sure, or make the band narrower.",
            )


def _near_edge(mask: Alpha, rect: Rect, radius: int) -> NDArray[np.bool_]:
    """Which pixels of `rect` lie within `radius` of the line between mask and ground."""
    around = rect.grown(radius + 1, within=(mask.shape[0], mask.shape[1]))
    inside = (mask[around.slices] > 0.5).view(np.uint8)
    if not _both(inside):
        return np.zeros((rect.height, rect.width), bool)
    near = _within(inside, radius) | _within(1 - inside, radius)
    return near[rect.moved(-around.top, -around.left).slices]


def _within(side: NDArray[np.uint8], radius: int) -> NDArray[np.bool_]:
    """Pixels of `side` at most `radius` away from the other side."""
    distance = cv2.distanceTransform(side, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray((distance > 0) & (distance <= radius))


def _both(inside: NDArray[np.uint8]) -> bool:
    return bool(inside.any()) and not bool(inside.all())


def _labelled(mask: Alpha, unknown: NDArray[np.bool_]) -> Trimap:
    trimap = np.where(mask > 0.5, np.uint8(FOREGROUND), np.uint8(BACKGROUND))
    trimap[unknown | ((mask > SURE) & (mask < 1.0 - SURE))] = UNKNOWN
    return trimap
