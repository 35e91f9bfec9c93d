"""From settings to a coarse mask: what the full cut, `matte mask` and the window all call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from weakref import WeakKeyDictionary

from engine.device import Compute
from engine.errors import UserError
from engine.guidance.grabcut import grabcut
from engine.guidance.people import People, find_people, mask_of
from engine.guidance.persons import Cuts
from engine.guidance.subject import automatic_mask
from engine.imaging.types import Alpha, Image, Rect, Strokes
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.models.loaded import load_network
from engine.settings import GuidanceSettings

_Looked: TypeAlias = tuple[str, tuple[int, int, int, int] | None, Cuts, Compute]
_found: WeakKeyDictionary[Image, tuple[_Looked, People]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class FoundMask:
    """A coarse mask and what should be said about it.

    Attributes:
        mask: H×W float32 of 0 and 1.
        doubts: sentences for people, none if all seems well.
        persons: how many were told apart; 0 where nobody counted.
    """

    mask: Alpha
    doubts: tuple[str, ...] = ()
    persons: int = 0


def mask_from(
    image: Image,
    chosen: GuidanceSettings,
    *,
    strokes: Strokes | None = None,
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> FoundMask:
    """The coarse mask of a photograph, found as the settings say.

    Args:
        image: the photograph.
        chosen: automatic or GrabCut; a box restricts a network's search and GrabCut.
        strokes: what the user painted; GrabCut learns from it.
        compute: where a network runs.
        ctx: progress and cancel.

    Raises:
        UserError: if nobody is found, a network's weights are missing, or there is a box and
            nothing that looks into it.
    """
    ctx.progress(0.0, "Finding the subject")
    if chosen.source == "grabcut":
        return FoundMask(grabcut(image, box=_box(chosen), strokes=strokes, ctx=ctx))
    if not chosen.finder and chosen.box is not None:
        raise UserError(
            "Without a network nobody is looked for in a box.",
            remedy="Name a network, or take what stands out in the box (GrabCut).",
        )
    if not chosen.finder:
        return FoundMask(automatic_mask(image, ctx=ctx))
    people = people_in(image, chosen, compute=compute, ctx=SubContext(ctx, 0.0, 0.9))
    mask = mask_of(people, image.size, clicks=chosen.clicks)
    return FoundMask(mask, people.doubts, people.count)


def people_in(
    image: Image,
    chosen: GuidanceSettings,
    *,
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> People:
    """Who is in a photograph; looked for once, as long as the photograph is in memory.

    Raises:
        UserError: if nobody is found, the settings name no network, or its weights are missing.
    """
    if chosen.source != "automatic" or not chosen.finder:
        raise UserError(
            "No network has looked for people here.",
            remedy="Let the subject be found automatically, or make the trimap from the mask.",
        )
    looked = chosen.finder, chosen.box, chosen.cuts, compute
    before = _found.get(image)
    if before is None or before[0] != looked:
        people = find_people(
            image,
            model=chosen.finder,
            box=_box(chosen),
            cuts=chosen.cuts,
            compute=compute,
            ctx=ctx,
        )
        _found[image] = before = looked, people
    return before[1]


def _box(chosen: GuidanceSettings) -> Rect | None:
    return None if chosen.box is None else Rect(*chosen.box)


def prepare_mask(chosen: GuidanceSettings, *, compute: Compute = Compute()) -> None:
    """Import and load what `mask_from` will need, which may go on beside other work.

    Raises:
        UserError: if a network is asked for and its weights are missing.
    """
    if chosen.source == "automatic" and chosen.finder:
        load_network(chosen.finder, kind="segmentation", compute=compute)
