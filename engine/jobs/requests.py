"""The full cut as one frozen, callable snapshot: what the command line and the export both run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from engine.compositing.edges import apply_edges
from engine.device import Compute
from engine.errors import UserError
from engine.guidance.trimap import trimap_from_strokes, with_strokes
from engine.imaging.types import UNKNOWN, Alpha, Image, Pixels, Strokes, Trimap
from engine.jobs.colours import estimate_colours
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.jobs.masks import FoundMask, mask_from
from engine.jobs.needs import check_networks
from engine.jobs.preparing import prepare_cut
from engine.jobs.trimaps import trimap_from
from engine.matting.methods import looks_at_mask, sees_alone
from engine.matting.solve import solve_alpha
from engine.settings import CutSettings


@dataclass(frozen=True, eq=False)
class CutResult:
    """What a cut gives, each the size of the upright photograph.

    Attributes:
        mask: the coarse mask, or None if a trimap was given, strokes alone made one, or the method
            needs none.
        trimap: what was solved, strokes included.
        alpha: the matte after the edge tools.
        foreground: decontaminated colours, straight.
        doubts: sentences for people about the mask that was found.
    """

    mask: Alpha | None
    trimap: Trimap
    alpha: Alpha
    foreground: Pixels
    doubts: tuple[str, ...] = ()


class Guided(NamedTuple):
    """The mask, or None, and the trimap with the strokes on top; doubts as `CutResult`'s."""

    mask: Alpha | None
    trimap: Trimap
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class CutRequest:
    """Everything one cut depends on.

    Attributes:
        image: the photograph.
        settings: all choices.
        mask: the user's coarse mask; made as `settings.guidance` says if None.
        trimap: the user's trimap; wins over a mask.
        strokes: what the user painted; wins over everything.
        compute: where networks run.
        solved_on: the picture that the matte is solved on, such as an enhanced one; None takes the
            photograph.
        coloured_by: the picture that the subject's colours are taken from; None takes the
            photograph.
    """

    image: Image
    settings: CutSettings
    mask: Alpha | None = None
    trimap: Trimap | None = None
    strokes: Strokes | None = None
    compute: Compute = field(default_factory=Compute)
    solved_on: Image | None = None
    coloured_by: Image | None = None

    def __call__(self, ctx: JobContext = NOBODY) -> CutResult:
        """Run the cut.

        Raises:
            UserError: if no subject is found, the trimap cannot be solved, or the weights of a
                network are missing.
            Cancelled: when asked to stop.
        """
        chosen = self.settings
        check_networks(chosen)
        # Importing, compiling and loading take as long as finding the subject: side by side.
        unmade = self.trimap is None and not self._sees_alone
        prepare_cut(chosen, mask=unmade and self.mask is None, trimap=unmade, compute=self.compute)
        mask, trimap, doubts = self.guidance(SubContext(ctx, 0.0, 0.15))
        ctx.progress(0.15, "Solving the matte")
        solved = solve_alpha(
            self.solved_on or self.image,
            trimap,
            method=chosen.method,
            refine=chosen.refine,
            mask=mask if self.trimap is None and looks_at_mask(chosen) else None,
            compute=self.compute,
            ctx=SubContext(ctx, 0.15, 0.7),
        )
        alpha = apply_edges(solved, chosen.edge, ctx=SubContext(ctx, 0.7, 0.75))
        del solved
        ctx.progress(0.75, "Cleaning the colours")
        foreground = estimate_colours(
            self.coloured_by or self.image,
            alpha,
            chosen.foreground,
            compute=self.compute,
            ctx=SubContext(ctx, 0.75, 1.0),
        )
        return CutResult(mask, trimap, alpha, foreground, doubts)

    def guidance(self, ctx: JobContext = NOBODY) -> Guided:
        """The mask, and the trimap with the strokes on top."""
        if self.trimap is not None:
            return Guided(self.mask, self._stroked(self.trimap))
        if self._sees_alone:
            return Guided(None, self._stroked(np.full(self.image.size, UNKNOWN, np.uint8)))
        if self.mask is None and self.settings.guidance.source == "strokes":
            return Guided(None, trimap_from_strokes(self._strokes()))
        found = FoundMask(self.mask) if self.mask is not None else self._found_mask(ctx)
        ctx.progress(0.7, "Drawing the trimap")
        trimap = trimap_from(
            found.mask,
            self.image,
            self.settings.trimap,
            guidance=self.settings.guidance,
            compute=self.compute,
            ctx=ctx,
        )
        return Guided(found.mask, self._stroked(trimap), found.doubts)

    @property
    def _sees_alone(self) -> bool:
        """Whether the method makes the matte without mask and trimap."""
        return self.mask is None and self.trimap is None and sees_alone(self.settings)

    def _found_mask(self, ctx: JobContext) -> FoundMask:
        chosen = self.settings.guidance
        if chosen.source == "file":
            raise UserError(
                "The mask comes from a file, but no mask was given.",
                remedy="Give a mask, or choose the automatic one.",
            )
        return mask_from(self.image, chosen, strokes=self.strokes, compute=self.compute, ctx=ctx)

    def _strokes(self) -> Strokes:
        if self.strokes is None:
            raise UserError(
                "The guidance is strokes alone, but nothing was painted.",
                remedy="Paint some foreground and some background.",
            )
        return self.strokes

    def _stroked(self, trimap: Trimap) -> Trimap:
        return trimap if self.strokes is None else with_strokes(trimap, self.strokes)
