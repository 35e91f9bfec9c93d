"""From a trimap to a matte, and from a stroke to a new piece of it."""

from __future__ import annotations

from dataclasses import replace

from engine.device import Compute, device_ladder, retry_on_memory
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
from engine.matting.conditions import Conditions, Readable, part_of
from engine.matting.following import followed
from engine.matting.methods import method_named, refined

TILE = 640
"""Side of a tile's core in pixels; smaller needs less memory."""


def solve_alpha(
    image: Image,
    trimap: Trimap,
    *,
    method: str = "closed_form",
    refine: str = "",
    mask: Alpha | Readable | None = None,
    compute: Compute = Compute(),
    keep_known: bool = True,
    tile: int = TILE,
    ctx: JobContext = NOBODY,
) -> Alpha:
    """The alpha matte of a photograph.

    Args:
        image: the photograph.
        trimap: H×W uint8, with foreground and background; a method that needs none may be given
            one without.
        method: a name of `METHODS`, or of a network's weights.
        refine: the network that refines what the method found; empty for none.
        mask: the coarse mask that the trimap was made from, H×W float32; None if the user drew
            the trimap. A network that works alone takes it for its guidance.
        compute: where networks run.
        keep_known: make known pixels exactly 0 or 1, whatever the method answers there; only an
            evaluation switches this off.
        tile: side of a tile's core in pixels; halved where memory runs out, saying so.
        ctx: progress and cancel.

    Returns:
        H×W float32 in [0, 1].

    Raises:
        UserError: for an unknown method, missing weights, a device that can't be used, a trimap
            without foreground or background, or too little memory for the smallest tiles.
        Cancelled: when asked to stop.
    """
    check_trimap(trimap, image.size)
    spec = refined(method_named(method), refine)
    if not spec.automatic:
        check_solvable(trimap)

    def attempt(side: int, device: str) -> Alpha:
        conditions = Conditions(mask, replace(compute, device=device))
        return spec.load(conditions).solve(image, trimap, tile=side, ctx=ctx)

    alpha = retry_on_memory(
        attempt,
        tiles=(tile, tile // 2, tile // 4),
        devices=device_ladder(compute) if spec.network else ("cpu",),
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
    refine: str = "",
    mask: Alpha | Readable | None = None,
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> tuple[Rect, Alpha]:
    """Solve again only where a stroke changed the trimap, and as far as the matte follows it.

    Args:
        image: the photograph.
        trimap: H×W uint8 of the whole photograph, with the stroke in it.
        alpha: the matte as it was; an array or a plane.
        changed: what the stroke touched.
        method: as in `solve_alpha`.
        refine: as in `solve_alpha`.
        mask: as in `solve_alpha`.
        compute: where networks run.
        ctx: progress and cancel.

    Returns:
        The rectangle that was solved, and its new values; continuous with the rest.
    """
    check_trimap(trimap, image.size)
    solver = refined(method_named(method), refine).load(Conditions(mask, compute))

    def solve(rect: Rect) -> tuple[Alpha, Alpha]:
        before, labels = part_of(alpha, rect), trimap[rect.slices]
        after = solver.resolve(image, labels, before, rect, ctx=ctx)
        _set_known(after, labels)
        return before, after

    if solver.spreads:
        return followed(solve, changed, trimap, reach=solver.reach)
    rect = changed.grown(solver.reach, within=image.size)
    return rect, solve(rect)[1]


def _set_known(alpha: Alpha, trimap: Trimap) -> None:
    alpha[trimap == BACKGROUND] = 0.0
    alpha[trimap == FOREGROUND] = 1.0
