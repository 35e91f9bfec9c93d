"""Doing something to a matte only where it is not flat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.imaging.geometry import tiles
from engine.imaging.types import Alpha
from engine.jobs.context import NOBODY, JobContext

TILE = 512


def map_band(
    alpha: Alpha,
    function: Callable[[Alpha], Alpha],
    *,
    reach: int,
    ctx: JobContext = NOBODY,
) -> Alpha:
    """Apply a local function tile by tile, skipping tiles that are all 0 or all 1.

    Args:
        alpha: H×W float32 in [0, 1].
        function: what to do to a part of a matte; keeps its shape, and keeps 0 and 1.
        reach: pixels around a place that the function's result there depends on.
        ctx: progress and cancel.

    Returns:
        A fresh matte, equal to `function(alpha)` inside and at the image's border.
    """
    size = alpha.shape[0], alpha.shape[1]
    out = alpha.copy()
    for core in tiles(size, tile=TILE):
        ctx.check()
        around = core.grown(reach, within=size)
        part = alpha[around.slices]
        if flat(part):
            continue
        inner = core.moved(-around.top, -around.left)
        out[core.slices] = function(part)[inner.slices]
        ctx.progress(core.bottom / size[0])
    return out


def flat(part: Alpha) -> bool:
    """Whether all of it is 0, or all of it is 1."""
    first = float(part.flat[0])
    return first in (0.0, 1.0) and bool((part == np.float32(first)).all())
