"""From a trimap to a matte, and from a stroke to a new piece of it."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from engine.device import retry_on_memory
from engine.guidance.trimap import check_solvable
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    Alpha,
    Image,
    Rect,
    Trimap,
    check_trimap,
)
from engine.jobs.context import NOBODY, JobContext
from engine.matting.methods import method_named

TILE = 640
"""Side of a tile's core in pixels; smaller needs less memory."""
REGION_CONTEXT = 64
"""Pixels around a change in which a region re-solve lets the matte follow."""


class Readable(Protocol):
    """A plane of a document, or anything else that gives a rectangle of itself."""

    def read(self, rect: Rect) -> Alpha: ...


def solve_alpha(
    image: Image,
    trimap: Trimap,
    *,
    method: str = "closed_form",
    keep_known: bool = True,
    tile: int = TILE,
    ctx: JobContext = NOBODY,
) -> Alpha:
    """The alpha matte of a photograph.

    Args:
        image: the photograph.
        trimap: H×W uint8, with foreground and background.
        method: a name of `METHODS`.
        keep_known: make known pixels exactly 0 or 1, whatever the method answers there; only an
            evaluation switches this off.
        tile: side of a tile's core in pixels; halved where memory runs out, saying so.
        ctx: progress and cancel.

    Returns:
        H×W float32 in [0, 1].

    Raises:
        UserError: for an unknown method, a trimap without foreground or background, or too little
            memory for the smallest tiles.
        Cancelled: when asked to stop.
    """
    check_trimap(trimap, image.size)
    check_solvable(trimap)
    solver = method_named(method).load()
    alpha = retry_on_memory(
        lambda side, _: solver.solve(image, trimap, tile=side, ctx=ctx),
        tiles=(tile, tile // 2, tile // 4),
        ctx=ctx,
    )
    if keep_known:
        _set_known(alpha, trimap)
    ctx.progress(1.0)
    return alpha


def resolve_region(
    image: Image,
    trimap: Trimap,
    alpha: Alpha | Readable,
    changed: Rect,
    *,
    method: str = "closed_form",
    ctx: JobContext = NOBODY,
) -> tuple[Rect, Alpha]:
    """Solve again only where a stroke changed the trimap.

    Args:
        image: the photograph.
        trimap: H×W uint8 of the whole photograph, with the stroke in it.
        alpha: the matte as it was; an array or a plane.
        changed: what the stroke touched.
        method: a name of `METHODS`.
        ctx: progress and cancel.

    Returns:
        The rectangle that was solved, and its new values; continuous with the rest.
    """
    check_trimap(trimap, image.size)
    rect = changed.grown(REGION_CONTEXT, within=image.size)
    before = alpha[rect.slices] if isinstance(alpha, np.ndarray) else alpha.read(rect)
    labels = trimap[rect.slices]
    after = method_named(method).load().resolve(image, labels, before, rect, ctx=ctx)
    _set_known(after, labels)
    return rect, after


def _set_known(alpha: Alpha, trimap: Trimap) -> None:
    alpha[trimap == BACKGROUND] = 0.0
    alpha[trimap == FOREGROUND] = 1.0
