"""From settings to a trimap: what the full cut and the window's live steps both call."""

from __future__ import annotations

from engine.device import Compute
from engine.guidance.hair import with_hair
from engine.guidance.people import trimap_of
from engine.guidance.trimap import trimap_from_mask
from engine.imaging.types import Alpha, Image, Trimap
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.jobs.masks import people_in
from engine.matting.proposal import KINDS, propose_trimap
from engine.models.loaded import load_network
from engine.settings import GuidanceSettings, TrimapSettings


def trimap_from(
    mask: Alpha,
    image: Image,
    chosen: TrimapSettings,
    *,
    guidance: GuidanceSettings = GuidanceSettings(),
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> Trimap:
    """The trimap of a coarse mask, H×W uint8, as the settings want it.

    Args:
        mask: H×W float32 in [0, 1].
        image: the photograph.
        chosen: where the band comes from.
        guidance: how the mask was found.
        compute: where a network runs.
        ctx: progress and cancel.

    Raises:
        UserError: if a network is asked for and its weights are missing, or what found the mask
            and it was no network.
    """
    base = _without_hair(
        mask, image, chosen, guidance=guidance, compute=compute, ctx=SubContext(ctx, 0.0, 0.8)
    )
    return with_hair(base, mask, image, ctx=SubContext(ctx, 0.8, 1.0)) if chosen.hair else base


def _without_hair(
    mask: Alpha,
    image: Image,
    chosen: TrimapSettings,
    *,
    guidance: GuidanceSettings,
    compute: Compute,
    ctx: JobContext,
) -> Trimap:
    if chosen.source == "network":
        return propose_trimap(image, mask, model=chosen.model, compute=compute, ctx=ctx)
    if chosen.source == "finder":
        people = people_in(image, guidance, compute=compute, ctx=SubContext(ctx, 0.0, 0.7))
        return trimap_of(people, image.size, clicks=guidance.clicks, ctx=SubContext(ctx, 0.7, 1.0))
    return trimap_from_mask(mask, image=image, radius=chosen.radius, smart=chosen.smart, ctx=ctx)


def prepare_trimap(chosen: TrimapSettings, *, compute: Compute = Compute()) -> None:
    """Import and load what `trimap_from` will need, which may go on beside other work.

    Raises:
        UserError: if a network is asked for and its weights are missing.
    """
    if chosen.source == "network":
        load_network(chosen.model, kind=KINDS, compute=compute)
