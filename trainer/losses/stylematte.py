"""What StyleMatte minimises: the matte's differences, and those of the picture it composes.

Source: "Adversarially-Guided Portrait Matting" (paper 000), sections 3.1 and 4.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.losses.l1 import l1_loss
from trainer.losses.laplacian import PLAIN_WEIGHTS, laplacian_loss
from trainer.losses.masked import Total, in_full_precision, masked_mean
from trainer.phase import Batch, StepContext


@in_full_precision
def composed_error(
    alpha: Tensor, true: Tensor, foreground: Tensor, background: Tensor, *, total: Total
) -> Tensor:
    """Mean squared difference of the pictures that two mattes compose (equation 1).

    Both are composed of the same layers, so that the photograph itself may have got another light
    since.

    Args:
        alpha: B×1×H×W in [0, 1], the prediction.
        true: as `alpha`.
        foreground: B×3×H×W in [0, 1], straight.
        background: B×3×H×W in [0, 1].
        total: see `trainer.phase.StepContext`.

    Returns:
        A scalar, this rank's share.
    """
    apart = (alpha - true) * (foreground - background)
    return masked_mean(apart.square(), torch.ones_like(true), total=total)


@dataclass(frozen=True)
class StyleMatteLoss:
    """How much each term counts; those of weight 0 are left out.

    Attributes:
        l1: of the mattes' absolute differences.
        laplacian: of their pyramids'.
        composition: of the squared error of composed pictures.
        laplacian_weights: of the pyramid's levels, the finest first; in the released code three
            that count alike.
    """

    l1: float = 1.0
    laplacian: float = 1.0
    composition: float = 10.0
    laplacian_weights: Sequence[float] = PLAIN_WEIGHTS

    def __call__(self, alpha: Tensor, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        """Named terms, already weighted.

        Args:
            alpha: B×1×H×W in [0, 1], the prediction.
            batch: `alpha`; with the composition term also `foreground` and `background`.
            context: of the step.
        """
        true, total = batch["alpha"], context.total
        everywhere = torch.ones_like(true)
        terms: dict[str, Tensor] = {}
        if self.l1:
            terms["l1"] = self.l1 * l1_loss(alpha, true, everywhere, total=total)
        if self.laplacian:
            levels = self.laplacian_weights
            pyramids = laplacian_loss(alpha, true, everywhere, total=total, level_weights=levels)
            terms["laplacian"] = self.laplacian * pyramids
        if self.composition:
            layers = batch["foreground"], batch["background"]
            composed = composed_error(alpha, true, *layers, total=total)
            terms["composition"] = self.composition * composed
        return terms
