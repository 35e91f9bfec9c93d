"""The steps from a photograph to a cut-out as the window takes them, one job each.

A step knows what it reads and what it writes of the document. Its result is worth something only
while everything it has read is still there. The engine's rooms are imported by the step itself, on
the engine thread: the window is up before OpenCV is loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

import numpy as np

from engine.device import Compute
from engine.document import edits
from engine.document.deferred import DeferredPlane
from engine.document.planes import Plane
from engine.document.state import DocumentState
from engine.imaging.types import Image, Rect, Trimap
from engine.jobs.context import JobContext, SubContext
from engine.matting.methods import looks_at_mask, sees_alone
from engine.settings import EdgeSettings
from matteapp.language import _

Run = Callable[["Snapshot", JobContext], "Outcome"]

_FIRST_TIME = "Preparing… (the solver is compiled once, on the first cut)"
_SEVERAL = (
    "{} people were found; click on one with the person tool (<tool.person>) to leave them out."
)
_COLOUR_CONTEXT = 48
"""Pixels around changed colours that are looked at as well."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a step works on.

    Attributes:
        state: the document at the moment the step was ordered.
        shown_alpha: the matte after the edge tools, or None.
        shown_of: the matte that `shown_alpha` was made from with these edge tools, or None.
        compute: where networks run.
    """

    state: DocumentState
    shown_alpha: Plane | None = None
    shown_of: Plane | None = None
    compute: Compute = field(default_factory=Compute)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a step found: the document with it, or the matte after the edge tools.

    Attributes:
        doubts: sentences for people about what was found.
    """

    state: DocumentState
    shown_alpha: Plane | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class StepSpec:
    """A row of the table of steps.

    Attributes:
        lane: its lane on the engine thread.
        title: what people read while it runs.
        reads: the parts of the state it depends on.
        writes: the parts of the state it brings.
        reads_edges: it also depends on the matte after the edge tools.
    """

    lane: str
    title: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    run: Run
    reads_edges: bool = False


def read_by(spec: StepSpec, snapshot: Snapshot) -> tuple[Any, ...]:
    """The values a step depends on, to be compared with `same`."""
    state = snapshot.state
    read = tuple(_part(state, path) for path in spec.reads)
    return (*read, snapshot.shown_alpha) if spec.reads_edges else read


def same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two tuples hold the same planes (by identity) and the same settings (by value)."""
    return len(one) == len(other) and all(
        a is b or (not isinstance(a, Plane | Image) and a == b)
        for a, b in zip(one, other, strict=True)
    )


def _part(state: DocumentState, path: str) -> Any:
    found: Any = state
    for name in path.split("."):
        found = getattr(found, name)
    return found


def _find_mask(snapshot: Snapshot, ctx: JobContext) -> Outcome:
    from engine.jobs.masks import mask_from

    state, chosen = snapshot.state, snapshot.state.settings.guidance
    strokes = state.strokes.read() if chosen.source == "grabcut" else None
    known = strokes if strokes is not None and strokes.any() else None
    found = mask_from(state.image, chosen, strokes=known, compute=snapshot.compute, ctx=ctx)
    several = found.persons > 1 and not chosen.clicks
    said = (_(_SEVERAL).format(found.persons),) if several else ()
    return Outcome(edits.set_mask(state, found.mask), doubts=found.doubts + said)


def _draw_enhanced(snapshot: Snapshot, ctx: JobContext) -> Outcome:
    state = snapshot.state
    assert state.enhancement is not None
    strength = state.settings.enhance.strength
    return Outcome(
        edits.set_enhanced(state, *state.enhancement.drawn(state.image.pixels, strength))
    )


def _make_trimap(snapshot: Snapshot, ctx: JobContext) -> Outcome:
    from engine.jobs.trimaps import trimap_from

    state = snapshot.state
    assert state.mask is not None
    chosen = state.settings
    mask = state.mask.read()
    trimap = trimap_from(
        mask,
        state.image,
        chosen.trimap,
        guidance=chosen.guidance,
        compute=snapshot.compute,
        ctx=ctx,
    )
    return Outcome(edits.set_trimap(state, trimap))


class Solving(TypedDict):
    """What whole and partial solves are both told."""

    method: str
    refine: str
    mask: Plane | None
    compute: Compute
    ctx: JobContext


def guiding_mask(state: DocumentState) -> Plane | None:
    """The mask, if the matte is made from it besides the trimap."""
    return state.mask if looks_at_mask(state.settings) else None


def _known(state: DocumentState) -> Trimap:
    """The trimap with the strokes; the strokes alone where the method needs no trimap."""
    guided = replace(state, trimap=None) if sees_alone(state.settings) else state
    return guided.effective_trimap()


def _solve(snapshot: Snapshot, ctx: JobContext) -> Outcome:
    if "numba" not in sys.modules:
        ctx.progress(0.0, _(_FIRST_TIME))
    from engine.matting.solve import resolve_region, solve_alpha

    state, chosen = snapshot.state, snapshot.state.settings
    how = Solving(
        method=chosen.method,
        refine=chosen.refine,
        mask=guiding_mask(state),
        compute=snapshot.compute,
        ctx=ctx,
    )
    trimap, stale = _known(state), state.alpha_stale
    picture = state.image if state.solved_on is None else Image(state.solved_on.read())
    if state.alpha is None or stale is None or stale == Rect.whole(state.size):
        return Outcome(edits.set_alpha(state, solve_alpha(picture, trimap, **how)))
    place, part = resolve_region(picture, trimap, state.alpha, stale, **how)
    solved = edits.set_alpha(state, part, rect=place)
    # The region may be smaller than what was painted on: what is known needs no solving.
    return Outcome(replace(solved, alpha_stale=None))


def _adjust_edges(snapshot: Snapshot, ctx: JobContext) -> Outcome:
    state, settings = snapshot.state, snapshot.state.settings.edge
    assert state.alpha is not None
    if settings == EdgeSettings():
        return Outcome(state, state.alpha)
    from engine.compositing.edges import EDGE_REACH, apply_edges

    far = bool(settings.fill_holes or settings.remove_specks)
    if snapshot.shown_alpha is None or snapshot.shown_of is None or far:
        whole = apply_edges(state.alpha.read(), settings, ctx=ctx)
        return Outcome(state, Plane.from_array(whole))
    stale = state.alpha.changed_rect(snapshot.shown_of)
    place = stale.grown(EDGE_REACH(settings), within=state.size)
    around = place.grown(EDGE_REACH(settings), within=state.size)
    adjusted = apply_edges(state.alpha.read(around), settings, ctx=ctx)
    inner = adjusted[place.moved(-around.top, -around.left).slices]
    return Outcome(state, snapshot.shown_alpha.written(place[:2], inner))


def _roughly_adjust_edges(snapshot: Snapshot, ctx: JobContext) -> Outcome:
    from engine.compositing.edge_proxy import EdgeProxy

    state = snapshot.state
    assert state.alpha is not None
    ctx.check()
    proxy = EdgeProxy(state.alpha, state.size, state.settings.edge)
    return Outcome(state, DeferredPlane(state.size, np.float32, proxy))


def _estimate_colours(snapshot: Snapshot, ctx: JobContext) -> Outcome:
    from engine.jobs.colours import estimate_colours

    state, chosen = snapshot.state, snapshot.state.settings.foreground
    assert snapshot.shown_alpha is not None
    stale, whole = state.foreground_stale, Rect.whole(state.size)
    place = whole if stale is None or state.foreground is None else stale
    place = place.grown(_COLOUR_CONTEXT, within=state.size)
    around = place.grown(_COLOUR_CONTEXT, within=state.size)
    own = state.coloured_by
    estimated = estimate_colours(
        Image(state.image.pixels[around.slices] if own is None else own.read(around)),
        snapshot.shown_alpha.read(around),
        chosen,
        compute=snapshot.compute,
        ctx=SubContext(ctx, 0.0, 0.9),
    )
    inner = estimated[place.moved(-around.top, -around.left).slices]
    return Outcome(edits.set_foreground(state, inner, rect=None if place == whole else place))


MASK = StepSpec(
    "mask",
    "Finding the subject",
    ("image", "settings.guidance", "mask"),
    ("mask", "automatic"),
    _find_mask,
)
TRIMAP = StepSpec(
    "trimap",
    "Making the trimap",
    ("image", "mask", "settings.trimap"),
    ("trimap", "alpha_stale", "aside_stale", "automatic"),
    _make_trimap,
)
ENHANCED = StepSpec(
    "enhanced",
    "Drawing the enhanced picture",
    ("image", "enhancement", "settings.enhance.strength"),
    ("enhanced", "amount", "automatic"),
    _draw_enhanced,
)
_SOLVED_WITH = ("settings.method", "settings.refine", "solved_on")
ALPHA = StepSpec(
    "alpha",
    "Solving the matte",
    ("image", "mask", "trimap", "strokes", "alpha", *_SOLVED_WITH),
    ("alpha", "alpha_stale", "foreground_stale"),
    _solve,
)
EDGES = StepSpec(
    "edge", "Adjusting the edge", ("image", "alpha", "settings.edge"), (), _adjust_edges
)
ROUGH_EDGES = StepSpec("edge", "Adjusting the edge", ("image", "alpha"), (), _roughly_adjust_edges)
"""On a small copy. It does not read the settings dragged: its results are all shown, and the
next one is of newer settings."""
COLOURS = StepSpec(
    "foreground",
    "Estimating the subject's colours",
    ("image", "alpha", "settings.foreground", "settings.edge", "coloured_by"),
    ("foreground", "foreground_stale"),
    _estimate_colours,
    reads_edges=True,
)
STEPS = (ENHANCED, MASK, TRIMAP, ALPHA, ROUGH_EDGES, EDGES, COLOURS)


@dataclass(frozen=True, eq=False)
class StepRequest:
    """A step on its way to the engine thread."""

    spec: StepSpec
    snapshot: Snapshot

    def __call__(self, ctx: JobContext) -> Outcome:
        return self.spec.run(self.snapshot, ctx)

    @property
    def key(self) -> tuple[Any, ...]:
        """What the result depends on."""
        return read_by(self.spec, self.snapshot)
