"""Colours carried on to where a layer has none."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def spread_colours(colours: NDArray[np.uint8], known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Fill unknown pixels smoothly from the known ones around them, near ones first.

    Args:
        colours: H×W×3 uint8.
        known: H×W bool.

    Returns:
        H×W×3 uint8: `colours` where known; a mean of ever larger surroundings elsewhere.
    """
    weight = known.astype(np.float32)[..., None]
    planes = np.concatenate([colours.astype(np.float32) * weight, weight], axis=2)
    filled = np.rint(_pulled(planes)[..., :3]).clip(0, 255).astype(np.uint8)
    return np.where(known[..., None], colours, filled)


def _pulled(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weighted colours and weight, both divided by it; holes come from half the size."""
    height, width = planes.shape[:2]
    weight = planes[..., 3:]
    own = np.asarray(planes / np.maximum(weight, np.float32(1e-6)), np.float32)
    if min(height, width) <= 1:
        return own
    half = cv2.resize(planes, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(_pulled(half), (width, height), interpolation=cv2.INTER_LINEAR)
    # A pixel that half the area below it knows is believed; one that nearly nothing knows is not.
    trust = np.minimum(weight * 2, 1)
    return np.asarray(trust * own + (1 - trust) * coarse, np.float32)
