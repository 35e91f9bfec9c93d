"""The entrance: find the square, invert, optimise, bring the change back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from engine.device import Compute, device_ladder, retry_on_memory
from engine.enhance.align import Alignment, from_box
from engine.enhance.cache import Cache
from engine.enhance.result import Enhanced
from engine.enhance.settings import DEFAULT, EnhanceSettings, ModelChoice
from engine.errors import UserError
from engine.imaging.types import Alpha, Image, Rect, check_alpha
from engine.jobs.context import NOBODY, JobContext, SubContext

Aligner = Literal["auto", "face", "box", "head"]


def find_alignment(
    image: Image,
    *,
    generator: str,
    how: Aligner = "auto",
    box: Rect | None = None,
    detector: Path | None = None,
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> Alignment:
    """Where in a photograph the generator's square lies.

    Args:
        image: the photograph.
        generator: the name of its weights; decides how much of a head the square holds.
        how: "face" by the detector, "box" by the user's box, "head" by the automatic mask; "auto"
            takes the box if there is one, else the detector if its file is there, else the head.
            `Alignment.found` says which it was.
        box: what the user drew around head and hair.
        detector: the detector's model file; None looks in the folders of weights.
        compute: where the network that finds people runs.
        ctx: progress and cancel.

    Raises:
        UserError: if there is no face, head or box to be found, or no such generator.
    """
    how = _chosen(how, box, detector)
    if how == "box":
        if box is None or box.empty:
            raise UserError("There is no box.", remedy="Draw one around head and hair.")
        return from_box(box)
    from engine.enhance.framing import framed

    if how == "face":
        from engine.enhance.faces import from_face

        return framed(from_face(image, path=detector), generator)
    from engine.enhance.heads import from_head
    from engine.guidance.people import find_people

    people = find_people(image, compute=compute, ctx=ctx)
    return framed(from_head(people, image.size), generator)


def enhance_portrait(
    image: Image,
    alignment: Alignment | None = None,
    *,
    models: ModelChoice = ModelChoice(),
    settings: EnhanceSettings = DEFAULT,
    mask: Alpha | None = None,
    true_alpha: Alpha | None = None,
    compute: Compute = Compute(),
    cache: Cache | None = Cache(),
    stop: Callable[[], bool] = lambda: False,
    ctx: JobContext = NOBODY,
) -> Enhanced:
    """Change a portrait a little, so that a matting model does better on it (imports torch).

    It leaves inference mode by itself. What was half done is kept in the cache, so that the same
    call goes on where it was cancelled.

    Args:
        image: the photograph, of any size and depth.
        alignment: the square; None finds it by itself.
        models: which networks.
        settings: how.
        mask: H×W, for a matting network that was trained with masks alone.
        true_alpha: H×W, where known; only for `settings.foreground_alpha` "true".
        compute: where networks run.
        cache: of inversions and of half-done work; None keeps nothing.
        stop: asked before each step; True ends there and takes the best so far. (A job that is
            cancelled through `ctx` has no result.)
        ctx: progress with step, terms and time left; cancel.

    Raises:
        UserError: if networks are missing, the reference model can't be enhanced for, or memory
            is too small.
        Cancelled: when asked to stop.
    """
    from engine.enhance.making import make

    for plane in (mask, true_alpha):
        if plane is not None:
            check_alpha(plane, image.size)
    if alignment is None:
        alignment = find_alignment(
            image, generator=models.generator, compute=compute, ctx=SubContext(ctx, 0.0, 0.02)
        )
    return retry_on_memory(
        lambda _, device: make(
            image,
            alignment,
            models=models,
            settings=settings,
            mask=mask,
            true_alpha=true_alpha,
            compute=replace(compute, device=device),
            cache=cache,
            stop=stop,
            ctx=SubContext(ctx, 0.02, 1.0),
        ),
        devices=device_ladder(compute),
        ctx=ctx,
    )


def _chosen(how: Aligner, box: Rect | None, detector: Path | None) -> Aligner:
    if how != "auto":
        return how
    if box is not None:
        return "box"
    from engine.enhance.faces import has_detector

    return "face" if detector is not None or has_detector() else "head"
