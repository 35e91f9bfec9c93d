"""Blur-fusion foreground estimation, applied twice: wide first, then narrow."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from engine.imaging.types import Alpha, Pixels, Rect, Rgb, to_float
from engine.jobs.context import JobContext

WIDE, NARROW = 91, 7
"""Sides of the two box blurs in pixels."""
CONTEXT = WIDE // 2 + NARROW // 2


def prepare(pixels: Pixels, alpha: Alpha, ctx: JobContext) -> Callable[[Rect], Rgb]:
    """Nothing to look at beforehand: a tile needs its context alone."""

    def solve(rect: Rect) -> Rgb:
        around = rect.grown(CONTEXT, within=(alpha.shape[0], alpha.shape[1]))
        colours, _ = blur_fusion_twice(to_float(pixels[around.slices]), alpha[around.slices])
        return colours[rect.moved(-around.top, -around.left).slices]

    return solve


def blur_fusion_twice(image: Rgb, alpha: Alpha) -> tuple[Rgb, Rgb]:
    """Foreground and background colours, each H×W×3 float32 in [0, 1].

    Args:
        image: H×W×3 float32.
        alpha: H×W float32.

    Source:
        Forte, "Approximate Fast Foreground Colour Estimation", 2021, eq. 4–7 and section 3.
    """
    foreground, background = blur_fusion(image, image, image, alpha, side=WIDE)
    return blur_fusion(image, foreground, background, alpha, side=NARROW)


def blur_fusion(
    image: Rgb, foreground: Rgb, background: Rgb, alpha: Alpha, *, side: int
) -> tuple[Rgb, Rgb]:
    """One pass: blur each colour by its own coverage, then share out what is left over.

    Args:
        image: H×W×3 float32.
        foreground: H×W×3 float32, what is known of the foreground.
        background: H×W×3 float32, what is known of the background.
        alpha: H×W float32.
        side: side of the box blur in pixels.
    """
    share = alpha[..., None]
    smooth_f = _weighted(foreground, share, side)
    smooth_b = _weighted(background, 1.0 - share, side)
    left_over = image - share * smooth_f - (1.0 - share) * smooth_b
    return np.clip(smooth_f + share * left_over, 0.0, 1.0), np.clip(smooth_b, 0.0, 1.0)


def _weighted(colours: Rgb, weight: Rgb, side: int) -> Rgb:
    total = _box(np.ascontiguousarray(weight[..., 0]), side)[..., None]
    return _box(colours * weight, side) / (total + np.float32(1e-5))


def _box(array: Rgb, side: int) -> Rgb:
    return np.asarray(cv2.blur(array, (side, side), borderType=cv2.BORDER_REFLECT))
