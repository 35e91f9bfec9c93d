"""Elliptic erosion and dilation, and the fields that errors of a mask are drawn from."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask8 = NDArray[np.uint8]
"""H×W uint8, 0 or 1."""


def eroded(mask: Mask8, width: int) -> Mask8:
    """`mask` without what lies within an ellipse `width` pixels wide of its outside.

    What lies beyond the picture's border counts as inside.
    """
    return np.asarray(cv2.erode(mask, ellipse(width)), np.uint8)


def dilated(mask: Mask8, width: int) -> Mask8:
    """`mask` grown by an ellipse `width` pixels wide."""
    return np.asarray(cv2.dilate(mask, ellipse(width)), np.uint8)


def opened(mask: Mask8, width: int) -> Mask8:
    """`mask` without what is thinner than an ellipse `width` pixels wide."""
    return dilated(eroded(mask, width), width)


def ellipse(width: int) -> Mask8:
    """The structuring element of that width, `cv2.MORPH_ELLIPSE`."""
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)), np.uint8)


def signed_distance(mask: Mask8) -> NDArray[np.float32]:
    """Pixels to the mask's edge, H×W float32: positive inside, negative outside."""
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5)
    outside = cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(inside - outside, np.float32)


def smooth_noise(
    size: tuple[int, int], cells: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """A smooth random field, H×W float32 in [-1, 1], with about `cells` waves a side."""
    coarse = rng.uniform(-1, 1, (cells + 1, cells + 1)).astype(np.float32)
    field = cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    return np.clip(field, -1, 1)
