"""Foreground colours by a network: decoupled from the matte, which is its guidance.

Source: Yu and others, "Mask Guided Matting via Progressive Refinement Network", CVPR 2021,
section 4 (foreground colours with random alpha blending).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from engine.errors import BugError
from engine.imaging.types import Alpha, Pixels, Rect, Rgb, to_float
from engine.jobs.context import JobContext

CONTEXT = 64
"""Pixels around a tile that the network sees besides."""

Painter: TypeAlias = Callable[[Rgb, Alpha], Rgb]
"""A network: foreground colours H×W×3 of a piece from its colours H×W×3 and its matte H×W."""


def prepare(pixels: Pixels, alpha: Alpha, ctx: JobContext) -> Callable[[Rect], Rgb]:
    """There is nothing to paint with unless a network was loaded and handed over."""
    raise BugError("the foreground method 'network' needs a painter")


def prepare_with(painter: Painter) -> Callable[[Pixels, Alpha, JobContext], Callable[[Rect], Rgb]]:
    """What `estimate_foreground` prepares its tiles with."""

    def prepared(pixels: Pixels, alpha: Alpha, ctx: JobContext) -> Callable[[Rect], Rgb]:
        def solve(rect: Rect) -> Rgb:
            ctx.check()
            around = rect.grown(CONTEXT, within=(alpha.shape[0], alpha.shape[1]))
            colours = painter(to_float(pixels[around.slices]), alpha[around.slices])
            return colours[rect.moved(-around.top, -around.left).slices]

        return solve

    return prepared
