"""Between straight and premultiplied colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging.geometry import strips


def unpremultiplied(pixels: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Straight integer samples of premultiplied ones.

    Args:
        pixels: H×W or H×W×C, uint8 or uint16, multiplied by alpha.
        alpha: H×W of the same dtype.

    Returns:
        A fresh array of the same shape and dtype; 0 where alpha is 0.
    """
    full = np.uint64(np.iinfo(pixels.dtype).max)
    straight = np.empty_like(pixels)
    for strip in strips(alpha.shape):
        colour = pixels[strip.slices].astype(np.uint64)
        cover = alpha[strip.slices].astype(np.uint64)
        cover = cover if colour.ndim == 2 else cover[..., None]
        divided = (colour * full + cover // 2) // np.maximum(cover, 1)
        straight[strip.slices] = np.where(cover > 0, np.minimum(divided, full), 0)
    return straight


def unmatted_from_white(pixels: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Straight integer samples of ones that were blended with white (Photoshop's merged picture).

    Args:
        pixels: H×W or H×W×C, uint8 or uint16: alpha · colour + (1 − alpha) · white.
        alpha: H×W of the same dtype.

    Returns:
        A fresh array of the same shape and dtype; white where alpha is 0.
    """
    full = pixels.dtype.type(np.iinfo(pixels.dtype).max)
    return np.asarray(full - unpremultiplied(full - pixels, alpha))
