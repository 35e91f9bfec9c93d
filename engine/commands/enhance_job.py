"""What `matte enhance` does with one photograph."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.batch.cutting import READ
from engine.batch.report import Outcome
from engine.commands.inputs import Companion
from engine.commands.jobs import Job, mask_given
from engine.device import Compute
from engine.enhance.result import Enhanced
from engine.enhance.settings import EnhanceSettings, ModelChoice
from engine.enhanced_products import write_change, write_enhanced
from engine.imaging.digital_source import ENHANCED, marked, source_type
from engine.imaging.types import Image, Rect
from engine.jobs.context import JobContext, SubContext
from engine.jobs.enhancing import EnhanceRequest
from engine.jobs.masks import FoundMask, mask_from
from engine.jobs.requests import CutRequest
from engine.products import write_products
from engine.settings import CutSettings

MASKED, CHANGED, WRITTEN, SOLVED = 0.06, 0.85, 0.87, 0.97
"""Shares of a job's time: the mask is there, the photograph is enhanced, written, and cut."""
CUT_PRODUCTS = ("alpha", "cutout")


@dataclass(frozen=True, kw_only=True)
class EnhanceJob(Job):
    """Photograph to the enhanced one, its change map, and its matte.

    Attributes:
        models: which networks.
        settings: how it is enhanced.
        cut: how the matte is made of the enhanced photograph.
        box: around head and hair.
        mask: coarse masks: they guide the matte, and networks that take masks alone.
        enhanced_colours: a cut-out has the enhanced colours, too.
        compute: where networks run.
    """

    models: ModelChoice
    settings: EnhanceSettings
    cut: CutSettings = field(default_factory=CutSettings)
    box: Rect | None = None
    mask: Companion | None = None
    enhanced_colours: bool = False
    compute: Compute = field(default_factory=Compute)

    def make(self, image: Image, ctx: JobContext) -> Outcome:
        brought = mask_given(self.mask, self.task, image)
        # That there is nobody to cut out must be known before minutes are spent on the face.
        guide = FoundMask(brought) if brought is not None else self._found(image, ctx)
        request = EnhanceRequest(
            image,
            self.models,
            self.settings,
            box=self.box,
            mask=brought,
            compute=self.compute,
        )
        found = request(SubContext(ctx, MASKED, CHANGED))
        ctx.progress(CHANGED, "Writing")
        lost = self._write_pictures(image, found)
        if guide is not None and self._cut_targets:
            lost += self._write_cut(image, found, guide, SubContext(ctx, WRITTEN, 1.0))
        doubts = (*_doubts(found), *(() if guide is None else guide.doubts), *lost)
        return Outcome(
            self.task.targets,
            doubts=tuple(dict.fromkeys(doubts)),
            remark=_remark(found),
            enhancement=_plain({**found.report(), "digital_source_type": self._told(image)}),
        )

    @property
    def _cut_targets(self) -> dict[str, Path]:
        return {name: path for name, path in self.task.targets.items() if name in CUT_PRODUCTS}

    def _found(self, image: Image, ctx: JobContext) -> FoundMask | None:
        if not self._cut_targets:
            return None
        inner = SubContext(ctx, READ, MASKED)
        return mask_from(image, self.cut.guidance, compute=self.compute, ctx=inner)

    def _write_pictures(self, image: Image, found: Enhanced) -> tuple[str, ...]:
        targets = self.task.targets
        lost: tuple[str, ...] = ()
        if "enhanced" in targets:
            lost = write_enhanced(targets["enhanced"], image, found.pixels, delivery=self.delivery)
        if "change" in targets:
            kept, _ = found.change.bounded(self.settings.strength, self.settings.bounds)
            write_change(targets["change"], image.size, kept)
        return lost

    def _write_cut(
        self, image: Image, found: Enhanced, guide: FoundMask, ctx: JobContext
    ) -> tuple[str, ...]:
        enhanced = replace(image, pixels=found.pixels)
        request = CutRequest(
            image,
            self.cut,
            mask=guide.mask,
            compute=self.compute,
            solved_on=enhanced,
            coloured_by=enhanced if self.enhanced_colours else None,
        )
        share = (SOLVED - WRITTEN) / (1 - WRITTEN)
        result = request(SubContext(ctx, 0.0, share))
        return write_products(
            request,
            result,
            targets=self._cut_targets,
            delivery=self.delivery,
            ctx=SubContext(ctx, share, 1.0),
        )

    def _told(self, image: Image) -> dict[str, str | None]:
        """What each file says of its source; mattes carry no metadata."""
        saying = {"enhanced"} | ({"cutout"} if self.enhanced_colours else set())
        return {
            name: source_type(marked(image.metadata, ENHANCED, path=path).metadata.xmp)
            if name in saying
            else None
            for name, path in self.task.targets.items()
        }


def _remark(found: Enhanced) -> str:
    size = found.size
    return f"changed by {size.mean:.2f} grey levels in the mean, {size.most:.1f} at most"


def _doubts(found: Enhanced) -> tuple[str, ...]:
    doubts = [f"Without the term {name}: {why}." for name, why in found.refused.items()]
    if found.size.held_back > 0:
        doubts.append(
            f"{found.size.held_back:.0%} of the change was held back, so that the face stays its "
            "own (--bounds)."
        )
    return tuple(doubts)


def _plain(report: Mapping[str, object]) -> dict[str, object]:
    """As JSON can hold it, which has no infinity: an exact inversion has no end of decibels."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in report.items()
    }
