"""A trimap from a small soft mask: unknown is what it is not sure of."""

from __future__ import annotations

import cv2
import numpy as np

from engine.guidance.proxy import enlarged
from engine.imaging.geometry import tiles
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Alpha, Trimap
from engine.jobs.context import NOBODY, JobContext

TILE = 1024


def uncertain_trimap(
    mask: Alpha,
    size: tuple[int, int],
    *,
    unsure: tuple[float, float],
    widening: float,
    ctx: JobContext = NOBODY,
) -> Trimap:
    """A full-size trimap from a small soft mask.

    Args:
        mask: h×w float32 in [0, 1].
        size: height and width of the photograph.
        unsure: values between which the mask counts as not sure; its edge always does.
        widening: pixels of the small mask by which the unsure region grows.
        ctx: progress and cancel.

    Returns:
        H×W uint8.
    """
    margin = _margin(mask, unsure, widening)
    trimap = np.empty(size, np.uint8)
    for rect in tiles(size, tile=TILE):
        ctx.check()
        inside = enlarged(mask, rect, size) > 0.5
        sure = np.where(inside, np.uint8(FOREGROUND), np.uint8(BACKGROUND))
        unknown = enlarged(margin, rect, size) >= 0
        trimap[rect.slices] = np.where(unknown, np.uint8(UNKNOWN), sure)
        ctx.progress(rect.bottom / size[0])
    return trimap


def _margin(mask: Alpha, unsure: tuple[float, float], widening: float) -> Alpha:
    """How deep each pixel lies inside the unknown region, in pixels; negative outside it.

    A distance is smooth, so the region's outline stays round when it is enlarged.
    """
    low, high = unsure
    binary = (mask > 0.5).astype(np.uint8)
    edge = cv2.morphologyEx(binary, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    sure = ~(((mask > low) & (mask < high)) | edge)
    if sure.all():
        return np.full(mask.shape, -widening, np.float32)
    distance = cv2.distanceTransform(sure.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(np.float32(widening) - distance, np.float32)
