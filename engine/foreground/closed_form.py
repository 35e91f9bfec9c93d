"""Closed-form foreground estimation, tile by tile."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.imaging.types import Alpha, Pixels, Rect, Rgb, to_float
from engine.jobs.context import JobContext

CONTEXT = 48
"""Pixels around a tile that are solved with it."""
REGULARIZATION, TOLERANCE = 1e-5, 1e-5


def prepare(pixels: Pixels, alpha: Alpha, ctx: JobContext) -> Callable[[Rect], Rgb]:
    """Nothing to look at beforehand: a tile needs its context alone."""
    ctx.progress(0.0, "Preparing the closed-form solver")

    def solve(rect: Rect) -> Rgb:
        ctx.check()
        around = rect.grown(CONTEXT, within=(alpha.shape[0], alpha.shape[1]))
        colours = closed_form(to_float(pixels[around.slices]), alpha[around.slices])
        return colours[rect.moved(-around.top, -around.left).slices]

    return solve


def closed_form(image: Rgb, alpha: Alpha) -> Rgb:
    """Foreground colours, H×W×3 float32 in [0, 1].

    Args:
        image: H×W×3 float32.
        alpha: H×W float32.

    Source:
        Levin, Lischinski, Weiss, "A Closed-Form Solution to Natural Image Matting", 2008,
        section 7, as solved by pymatting (MIT).
    """
    from pymatting.foreground.estimate_foreground_cf import (  # compiles on import
        estimate_foreground_cf,
    )

    colours = estimate_foreground_cf(
        image.astype(np.float64),
        alpha.astype(np.float64),
        regularization=REGULARIZATION,
        rtol=TOLERANCE,
    )
    return np.asarray(np.clip(colours, 0.0, 1.0), np.float32)
