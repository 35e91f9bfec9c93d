"""What draws the eye in a portrait: colours that the border lacks, and skin."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.colours import colour_bins
from engine.imaging.types import Alpha

SIDE_SHARE, TOP_SHARE = 0.10, 0.06
"""Widths of the border at the sides and the top, as shares of the short side."""
SIDE_WEIGHTS = ((0.0, 0.5, 1.0), (1.0, 1.0, 0.35))
"""Down the frame, how surely its sides are ground: shoulders may touch them at the bottom."""
FALL = 1.2
"""How fast saliency falls with a colour's share of the border."""
SKIN_CR, SKIN_CB = (150.0, 9.0), (108.0, 10.0)
"""Mean and spread of skin in the two chroma channels of 8-bit YCrCb."""
SKIN_LEAST_LIGHT = 50


def saliency(rgb: NDArray[np.uint8]) -> Alpha:
    """How unlike the frame's border each pixel's colour is.

    Args:
        rgb: H×W×3 uint8, small.

    Returns:
        H×W float32 in [0, 1].

    Source:
        The border as background is the prior of Zhu et al., "Saliency Optimization from Robust
        Background Detection", 2014; here by colour alone.
    """
    border = _border(rgb.shape[0], rgb.shape[1])
    bins = colour_bins(rgb, heights=1)
    share = bins.count(border) / (bins.count(np.ones_like(border)) + 1e-6)
    unlike = np.exp(-FALL * share / max(float(border.mean()), 1e-6))
    return np.asarray(unlike[bins.index], np.float32)


def skin(rgb: NDArray[np.uint8]) -> Alpha:
    """How much each pixel's colour is like skin of any tone, H×W float32 in [0, 1]."""
    light, red, blue = np.moveaxis(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb).astype(np.float32), 2, 0)
    distance = ((red - SKIN_CR[0]) / SKIN_CR[1]) ** 2 + ((blue - SKIN_CB[0]) / SKIN_CB[1]) ** 2
    return np.asarray(np.exp(-0.5 * distance) * (light > SKIN_LEAST_LIGHT), np.float32)


def _border(height: int, width: int) -> Alpha:
    """Weights that fall from 1 at the top and the sides to 0."""
    rows, cols = (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width
    short = min(height, width)
    side = np.clip(1.0 - np.minimum(cols, 1.0 - cols) * width / short / SIDE_SHARE, 0, 1)
    top = np.clip(1.0 - rows * height / short / TOP_SHARE, 0, 1)
    sides = np.interp(rows, *SIDE_WEIGHTS)[:, None] * side[None, :]
    return np.asarray(np.maximum(sides, top[:, None]), np.float32)
