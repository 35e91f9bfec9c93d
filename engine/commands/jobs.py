"""What is done with one photograph: jobs for the engine's threads, one for each command."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace

from engine.batch.cutting import READ, SOLVED, write_cut
from engine.batch.report import Outcome
from engine.batch.written import complete
from engine.commands.choices import Background
from engine.commands.inputs import Companion
from engine.commands.plan import Task
from engine.delivery import Delivery
from engine.device import Compute
from engine.errors import UserError
from engine.imaging.geometry import resize
from engine.imaging.read import read_image, read_mask, read_trimap
from engine.imaging.types import Alpha, Image
from engine.imaging.write import write_matte
from engine.jobs.context import JobContext, SubContext
from engine.jobs.masks import mask_from
from engine.jobs.requests import CutRequest
from engine.products import write_composite
from engine.scaling import scaled_image
from engine.settings import (
    BackgroundSettings,
    CutSettings,
    GuidanceSettings,
    HarmonySettings,
    TrimapSettings,
)


@dataclass(frozen=True, kw_only=True)
class Job(ABC):
    """What all jobs have.

    Attributes:
        task: the photograph and the files to write.
        delivery: how the files are written.
        resume: leave the photograph if its files are there and complete.
    """

    task: Task
    delivery: Delivery = field(default_factory=Delivery)
    resume: bool = False

    def __call__(self, ctx: JobContext) -> Outcome:
        """Make the files, or see that they are there."""
        if self.resume and complete(self.task.targets):
            return Outcome(self.task.targets, skipped=True)
        ctx.progress(0.0, "Reading")
        image = read_image(self.task.source)
        ctx.check()
        return self.make(image, ctx)

    @abstractmethod
    def make(self, image: Image, ctx: JobContext) -> Outcome:
        """Write the files."""


@dataclass(frozen=True, kw_only=True)
class CutJob(Job):
    """Photograph to products, by the same request that the window makes."""

    settings: CutSettings
    mask: Companion | None = None
    trimap: Companion | None = None
    background: Background
    compute: Compute = field(default_factory=Compute)

    def make(self, image: Image, ctx: JobContext) -> Outcome:
        mask = mask_given(self.mask, self.task, image)
        trimap, snapped = None, 0
        if self.trimap is not None:
            trimap, snapped = read_trimap(self.trimap.of(self.task.source), image.size)
        settings = replace(self.settings, background=_background_for(self.background, self.task))
        request = CutRequest(image, settings, mask=mask, trimap=trimap, compute=self.compute)
        result = write_cut(request, targets=self.task.targets, delivery=self.delivery, ctx=ctx)
        return Outcome(self.task.targets, snapped=snapped, doubts=result.doubts)


@dataclass(frozen=True, kw_only=True)
class MaskJob(Job):
    """Photograph to its automatic mask."""

    settings: GuidanceSettings = field(default_factory=GuidanceSettings)
    compute: Compute = field(default_factory=Compute)

    def make(self, image: Image, ctx: JobContext) -> Outcome:
        chosen, inner = self.settings, SubContext(ctx, READ, SOLVED)
        found = mask_from(image, chosen, compute=self.compute, ctx=inner)
        write_matte(self.task.targets["mask"], found.mask, bits=self.delivery.bits or 8)
        return Outcome(self.task.targets, doubts=found.doubts)


@dataclass(frozen=True, kw_only=True)
class TrimapJob(Job):
    """Photograph to a trimap around its mask."""

    settings: TrimapSettings
    guidance: GuidanceSettings = field(default_factory=GuidanceSettings)
    mask: Companion | None = None

    def make(self, image: Image, ctx: JobContext) -> Outcome:
        request = CutRequest(
            image,
            CutSettings(guidance=self.guidance, trimap=self.settings),
            mask=mask_given(self.mask, self.task, image),
        )
        made = request.guidance(SubContext(ctx, READ, SOLVED))
        write_matte(self.task.targets["trimap"], made.trimap)
        return Outcome(self.task.targets, doubts=made.doubts)


@dataclass(frozen=True, kw_only=True)
class CompositeJob(Job):
    """A cut-out with its own transparency, or a foreground and an alpha matte, on a background."""

    alpha: Companion | None = None
    background: Background
    harmony: HarmonySettings = field(default_factory=HarmonySettings)

    def make(self, image: Image, ctx: JobContext) -> Outcome:
        alpha = mask_given(self.alpha, self.task, image)
        alpha = image.alpha if alpha is None else alpha
        size = self.delivery.size(image.size)
        if alpha is None:
            raise UserError(
                "This picture has no transparency.",
                remedy="Give its matte with --alpha.",
                path=self.task.source,
            )
        small = scaled_image(image, size)
        write_composite(
            self.task.targets["composite"],
            small,
            foreground=small.pixels,
            alpha=resize(alpha, size),
            background=_background_for(self.background, self.task),
            harmony=self.harmony,
            delivery=self.delivery,
        )
        return Outcome(self.task.targets)


def mask_given(companion: Companion | None, task: Task, image: Image) -> Alpha | None:
    return None if companion is None else read_mask(companion.of(task.source), image.size)


def _background_for(background: Background, task: Task) -> BackgroundSettings:
    if background.images is None:
        return background.settings
    return replace(background.settings, path=str(background.images.of(task.source)))
