"""The loss of the foreground network: right colours everywhere, seen or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.losses.composition import Colours, composition_loss
from trainer.losses.l1 import l1_loss
from trainer.losses.laplacian import PROGRESSIVE_WEIGHTS, laplacian_loss
from trainer.phase import Batch, StepContext


@dataclass(frozen=True)
class ForegroundLoss:
    """How much each term counts.

    Attributes:
        l1: of the colours.
        composition: of the picture that they compose.
        laplacian: of the colours' pyramids.
        colours: units of the composition term.
        laplacian_weights: of the pyramid's levels, the finest first.
    """

    l1: float = 1.0
    composition: float = 1.0
    laplacian: float = 1.0
    colours: Colours = "normalised"
    laplacian_weights: Sequence[float] = PROGRESSIVE_WEIGHTS

    def __call__(self, prediction: Tensor, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        """L1 + composition + Laplacian over the whole image (paper 003, section 3.2).

        Args:
            prediction: B×3×H×W straight foreground colours in [0, 1].
            batch: `foreground`, `background`, `image` B×3×H×W in [0, 1] and `alpha` B×1×H×W.
            context: of the step.

        Returns:
            `l1`, `composition` and `laplacian`, weighted; those of weight 0 are left out.
        """
        alpha, target = batch["alpha"], batch["foreground"]
        everywhere = torch.ones_like(alpha)
        terms: dict[str, Tensor] = {}
        if self.l1:
            terms["l1"] = self.l1 * l1_loss(prediction, target, everywhere, total=context.total)
        if self.composition:
            terms["composition"] = self.composition * composition_loss(
                alpha,
                prediction,
                batch["background"],
                batch["image"],
                everywhere,
                total=context.total,
                colours=self.colours,
            )
        if self.laplacian:
            terms["laplacian"] = self.laplacian * laplacian_loss(
                prediction,
                target,
                everywhere,
                total=context.total,
                level_weights=self.laplacian_weights,
            )
        return terms
