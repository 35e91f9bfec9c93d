"""Algorithm 1 of paper 002, from a photograph and a square to the enhanced photograph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.device import Compute
from engine.enhance.align import Alignment
from engine.enhance.cache import Cache, key_of
from engine.enhance.change import Change
from engine.enhance.invert import Inverted, invert
from engine.enhance.networks import Opened, open_features, open_networks
from engine.enhance.objective import Features, Objective, entropy
from engine.enhance.optimise import Optimised, optimise
from engine.enhance.result import Enhanced, strengthened
from engine.enhance.settings import LEAST_WORKING, EnhanceSettings, ModelChoice
from engine.imaging.tensors import from_tensor, to_tensor
from engine.imaging.types import Alpha, Image, Pixels, Rgb, to_float
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.models.weights import find_weights

OPENED, INVERTED = 0.02, 0.4
"""Shares of the progress after which the networks are open and the codes are known."""


def make(
    image: Image,
    alignment: Alignment,
    *,
    models: ModelChoice,
    settings: EnhanceSettings,
    mask: Alpha | None = None,
    true_alpha: Alpha | None = None,
    compute: Compute = Compute(),
    cache: Cache | None = None,
    stop: Callable[[], bool] = lambda: False,
    ctx: JobContext = NOBODY,
) -> Enhanced:
    """See `engine.enhance.portrait.enhance_portrait`."""
    with torch.inference_mode(False):
        told = None if mask is None else _plane(mask, alignment, LEAST_WORKING)
        opened = open_networks(
            models, settings, mask=told, compute=compute, ctx=SubContext(ctx, 0.0, OPENED)
        )
        work = _Work(image, alignment, settings, models, opened, cache, _given(mask, true_alpha))
        inverted = work.inverted(SubContext(ctx, OPENED, INVERTED))
        truth = None if true_alpha is None else work.plane(true_alpha)
        objective = Objective(opened.judges, settings, original=work.original, true_alpha=truth)
        found = work.optimised(inverted, objective, stop, SubContext(ctx, INVERTED, 1.0))
        return work.finished(inverted, found, objective)


@dataclass(frozen=True, eq=False)
class _Work:
    """One portrait's enhancement."""

    image: Image
    alignment: Alignment
    settings: EnhanceSettings
    models: ModelChoice
    opened: Opened
    cache: Cache | None
    given: tuple[str, ...] = ()

    @property
    def resolution(self) -> int:
        return self.opened.generator.size.resolution

    @property
    def side(self) -> int:
        return self.settings.working_side(self.resolution)

    @property
    def original(self) -> Tensor:
        """The square at the size at which it is judged."""
        return self.tensor(self.alignment.crop(self.image.pixels, self.side))

    def tensor(self, pixels: Rgb) -> Tensor:
        return to_tensor(pixels, device=self.opened.device)

    def plane(self, alpha: Alpha) -> Tensor:
        return _plane(alpha, self.alignment, self.side).to(self.opened.device)

    def inverted(self, ctx: JobContext) -> Inverted:
        target = self.tensor(self.alignment.crop(self.image.pixels, self.resolution))
        return invert(
            self.opened.generator,
            target,
            self.settings.inversion,
            features=self._features(),
            cache=self.cache,
            key=(_stamp(self.models.generator), repr(self.settings.features)),
            ctx=ctx,
        )

    def optimised(
        self,
        inverted: Inverted,
        objective: Objective,
        stop: Callable[[], bool],
        ctx: JobContext,
    ) -> Optimised:
        stamps = [_stamp(name) for name in (self.models.generator, self.models.trimap)]
        key = key_of(
            "enhancement",
            self.settings,
            self.models,
            stamps,
            self.given,
            pixels=self._crop(),
        )
        return optimise(
            self.opened.generator.synthesis,
            inverted.codes,
            objective,
            self.settings,
            cache=self.cache,
            key=key,
            stop=stop,
            ctx=ctx,
        )

    def finished(self, inverted: Inverted, found: Optimised, objective: Objective) -> Enhanced:
        change = self._change(inverted, found)
        settings = self.settings
        pixels, size = strengthened(self.image, change, settings.strength, settings.bounds)
        before, after = self._crop(), self.alignment.crop(pixels, self.side)
        judged = [objective.judged(self.tensor(crop)) for crop in (before, after)]
        return Enhanced(
            pixels=pixels,
            change=change,
            size=size,
            alignment=self.alignment,
            before=from_tensor(judged[0].alpha),
            after=from_tensor(judged[1].alpha),
            entropy_before=float(entropy(judged[0].logits)),
            entropy_after=float(entropy(judged[1].logits)),
            crop=before,
            curves=found.curves,
            inversion=inverted.curves,
            psnr_w=inverted.psnr_w,
            psnr=inverted.psnr,
            steps=found.steps,
            complete=found.complete,
            refused={str(name): why for name, why in objective.refused.items()},
            names=self.opened.names,
            settings=settings,
        )

    def _change(self, inverted: Inverted, found: Optimised) -> Change:
        """What comes back at strength 1."""
        synthesis, shape = self.opened.generator.synthesis, self.image.pixels.shape
        with torch.no_grad():
            after = from_tensor(found.codes.picture(synthesis))
            before = from_tensor(inverted.codes.picture(synthesis))
        if self.settings.mode == "change":
            return self.alignment.bring_back(after - before, shape)
        return _pasted(self.alignment, np.clip(after, 0, 1), self.image.pixels)

    def _crop(self) -> Rgb:
        return self.alignment.crop(self.image.pixels, self.side)

    def _features(self) -> Features | None:
        """For the inversion: those of the perceptual term, also where that has no weight."""
        if self.settings.inversion.perceptual == 0:
            return None
        if self.opened.judges.features is not None:
            return self.opened.judges.features
        return open_features(self.settings.features, device=self.opened.device)


def _pasted(alignment: Alignment, drawn: Rgb, pixels: Pixels) -> Change:
    """The generator's picture over the photograph, faded in at the square's border."""
    rect = alignment.rect(pixels.shape)
    apart = alignment.enlarged(drawn, pixels.shape) - to_float(pixels[rect.slices])
    return Change(rect, apart * alignment.weights(rect)[..., None])


def _plane(alpha: Alpha, alignment: Alignment, side: int) -> Tensor:
    crop = alignment.crop(np.repeat(alpha[..., None], 3, axis=2), side)
    return to_tensor(np.ascontiguousarray(crop[..., 0]))


def _given(*planes: Alpha | None) -> tuple[str, ...]:
    """What says which masks and mattes were given."""
    return tuple("" if plane is None else key_of(pixels=plane) for plane in planes)


def _stamp(name: str) -> str:
    """The checksum of weights, so that what was computed with others is not taken for theirs."""
    return find_weights(name).row.sha256
