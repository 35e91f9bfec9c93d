"""The loss of the foreground network: right colours, also where little of them is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from trainer.losses.composition import Colours, composition_loss
from trainer.losses.l1 import l1_loss
from trainer.losses.laplacian import PROGRESSIVE_WEIGHTS, laplacian_loss
from trainer.phase import Batch, StepContext

NEAR = 16
"""Pixels beyond the matte that are near: so far reach the colours of a cut
(`engine.foreground.estimate.EXTEND`)."""

Region: TypeAlias = Literal["everywhere", "visible", "near"]


def _everywhere(alpha: Tensor) -> Tensor:
    return torch.ones_like(alpha)


def _visible(alpha: Tensor) -> Tensor:
    return (alpha > 0).to(alpha.dtype)


def _near(alpha: Tensor) -> Tensor:
    side, reach = 2 * NEAR + 1, NEAR
    down = F.max_pool2d(_visible(alpha), (side, 1), stride=1, padding=(reach, 0))
    return F.max_pool2d(down, (1, side), stride=1, padding=(0, reach))


REGIONS: dict[Region, Callable[[Tensor], Tensor]] = {
    "everywhere": _everywhere,
    "visible": _visible,
    "near": _near,
}
"""Where colours count, from the matte B×1×H×W to as much 0 and 1."""


@dataclass(frozen=True)
class ForegroundLoss:
    """How much each term counts, and where.

    Attributes:
        l1: of the colours.
        composition: of the picture that they compose.
        laplacian: of the colours' pyramids.
        colours: units of the composition term.
        laplacian_weights: of the pyramid's levels, the finest first.
        region: a key of `REGIONS`. The paper has the whole image; far from the matte nothing
            tells what the colours of random alpha blending are.
    """

    l1: float = 1.0
    composition: float = 1.0
    laplacian: float = 1.0
    colours: Colours = "normalised"
    laplacian_weights: Sequence[float] = PROGRESSIVE_WEIGHTS
    region: Region = "everywhere"

    def __call__(self, prediction: Tensor, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        """L1 + composition + Laplacian (paper 003, section 3.3).

        Both pyramids are those of colours that are 0 outside of the region, as the paper's
        equation 5 masks mattes.

        Args:
            prediction: B×3×H×W straight foreground colours in [0, 1].
            batch: `foreground`, `background`, `image` B×3×H×W in [0, 1] and `alpha` B×1×H×W.
            context: of the step.

        Returns:
            `l1`, `composition` and `laplacian`, weighted; those of weight 0 are left out.
        """
        alpha, target = batch["alpha"], batch["foreground"]
        region = REGIONS[self.region](alpha)
        terms: dict[str, Tensor] = {}
        if self.l1:
            terms["l1"] = self.l1 * l1_loss(prediction, target, region, total=context.total)
        if self.composition:
            terms["composition"] = self.composition * composition_loss(
                alpha,
                prediction,
                batch["background"],
                batch["image"],
                region,
                total=context.total,
                colours=self.colours,
            )
        if self.laplacian:
            terms["laplacian"] = self.laplacian * laplacian_loss(
                prediction * region,
                target * region,
                region,
                total=context.total,
                level_weights=self.laplacian_weights,
            )
        return terms
