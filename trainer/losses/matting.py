"""The loss of progressive refinement: every head, where the head before it was unsure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from engine.models.refinement import Heads, fuse
from trainer.losses.composition import Colours, composition_loss
from trainer.losses.l1 import l1_loss
from trainer.losses.laplacian import PROGRESSIVE_WEIGHTS, laplacian_loss
from trainer.phase import Batch, StepContext

LEVEL_WEIGHTS = {"paper": (1 / 6, 2 / 6, 3 / 6), "code": (1 / 5, 1 / 5, 2 / 5)}
"""Of the heads at strides 8, 4, 1: 1:2:3 in the paper; 1:1:2, over 5, in the published code."""
WIDEST = {"paper": (30, 15), "code": (29, 14)}
"""Largest dilation of the self-guidance from strides 8 and 4; the smallest is 1."""
GUIDED_FROM, SELF_GUIDED_FROM = 5_000, 15_000


class Level(NamedTuple):
    """One matte to be judged, and where: both B×1×H×W."""

    matte: Tensor
    mask: Tensor


@dataclass(frozen=True)
class MattingLoss:
    """How much each term and head counts, and how the self-guidance grows up.

    Attributes:
        level_weights: of the heads at strides 8, 4, 1; see `LEVEL_WEIGHTS`.
        l1: weight of the absolute difference.
        composition: weight of the composition term; 0 where colours are not known or were changed
            after composing.
        laplacian: weight of the pyramids' difference.
        colours: units of the composition term.
        laplacian_weights: of the pyramid's levels, the finest first.
        widest: largest dilation of the self-guidance, from strides 8 and 4; see `WIDEST`.
        guided_from: the first step that may use self-guidance; before, the masks of strides 4 and
            1 are the true unknown region and nothing is fused.
        self_guided_from: the first step that always uses it; between the two a coin decides for
            each image.
    """

    level_weights: tuple[float, float, float] = LEVEL_WEIGHTS["paper"]
    l1: float = 1.0
    composition: float = 1.0
    laplacian: float = 1.0
    colours: Colours = "normalised"
    laplacian_weights: Sequence[float] = PROGRESSIVE_WEIGHTS
    widest: tuple[int, int] = WIDEST["paper"]
    guided_from: int = GUIDED_FROM
    self_guided_from: int = SELF_GUIDED_FROM

    def __call__(self, heads: Heads, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        """The sum over heads and terms (paper 003, equations 4 and 5).

        Args:
            heads: raw mattes of the network.
            batch: `alpha` and `unknown` B×1×H×W; `image`, `foreground` and `background` B×3×H×W
                in [0, 1] unless `composition` is 0.
            context: of the step.

        Returns:
            `l1_os8`, `composition_os8`, …, `laplacian_os1`, weighted; those of weight 0 are left
            out.
        """
        terms: dict[str, Tensor] = {}
        levels = self.levels(heads, batch, context)
        for name, level, weight in zip(Heads._fields, levels, self.level_weights, strict=True):
            if weight:
                for kind, term in self._terms(level, batch, context).items():
                    terms[f"{kind}_{name}"] = weight * term
        return terms

    def levels(self, heads: Heads, batch: Batch, context: StepContext) -> list[Level]:
        """The mattes at strides 8, 4, 1, each with the mask it is judged in.

        Self-guided images are judged after fusion, the others by their raw heads.
        """
        unknown = batch["unknown"]
        everywhere = torch.ones_like(unknown)
        trusted = self._self_guided(len(unknown), context)
        raw = [Level(*pair) for pair in zip(heads, (everywhere, unknown, unknown), strict=True)]
        if not trusted.any():
            return raw
        widths4, widths1 = (context.integers(1, widest, len(unknown)) for widest in self.widest)
        fused = fuse(heads, widths4=widths4, widths1=widths1)
        masks = (everywhere, fused.refine4, fused.refine1)
        guided = zip((fused.os8, fused.os4, fused.os1), masks, strict=True)
        choose = trusted.to(unknown.device).view(-1, 1, 1, 1)
        return [
            Level(torch.where(choose, matte, own.matte), torch.where(choose, mask, own.mask))
            for (matte, mask), own in zip(guided, raw, strict=True)
        ]

    def _self_guided(self, images: int, context: StepContext) -> Tensor:
        """Which images take their masks from the network's own coarser matte: B bool."""
        always = context.step >= self.self_guided_from
        if always or context.step < self.guided_from:
            return torch.full((images,), always, dtype=torch.bool)
        return context.integers(0, 1, images).bool()

    def _terms(self, level: Level, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        total, alpha = context.total, batch["alpha"]
        terms: dict[str, Tensor] = {}
        if self.l1:
            terms["l1"] = self.l1 * l1_loss(level.matte, alpha, level.mask, total=total)
        if self.composition:
            terms["composition"] = self.composition * composition_loss(
                level.matte,
                batch["foreground"],
                batch["background"],
                batch["image"],
                level.mask,
                total=total,
                colours=self.colours,
            )
        if self.laplacian:
            terms["laplacian"] = self.laplacian * laplacian_loss(
                level.matte, alpha, level.mask, total=total, level_weights=self.laplacian_weights
            )
        return terms
