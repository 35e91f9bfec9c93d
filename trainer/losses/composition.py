"""The composition loss: a matte is as wrong as the picture that it composes."""

from __future__ import annotations

from typing import Literal, TypeAlias

import torch
from torch import Tensor

from trainer.losses.masked import Total, in_full_precision, masked_mean

Colours: TypeAlias = Literal["normalised", "plain"]
"""In which units colours are compared: divided by ImageNet's deviations, or in [0, 1]."""

COLOUR_DEVIATIONS: dict[Colours, tuple[float, float, float]] = {
    "normalised": (0.229, 0.224, 0.225),
    "plain": (1.0, 1.0, 1.0),
}


@in_full_precision
def composition_loss(
    alpha: Tensor,
    foreground: Tensor,
    background: Tensor,
    image: Tensor,
    mask: Tensor,
    *,
    total: Total,
    colours: Colours = "normalised",
) -> Tensor:
    """How far αF + (1 − α)B is from the picture, inside a mask.

    The paper (003, equation 4, after Deep Image Matting) does not say in which units; the published
    code compares ImageNet-normalised colours, sums over the three channels and divides by the
    mask's pixels. So does this, with `colours="plain"` for colours in [0, 1]; the sum over channels
    (three times the mean) stays. An offset cancels in the difference, so dividing by the deviations
    is all that normalising does.

    Args:
        alpha: B×1×H×W.
        foreground: B×3×H×W in [0, 1], straight.
        background: B×3×H×W in [0, 1].
        image: B×3×H×W in [0, 1].
        mask: B×1×H×W weights.
        total: see `trainer.phase.StepContext`.
        colours: the units, a key of `COLOUR_DEVIATIONS`.

    Returns:
        A scalar, this rank's share.
    """
    apart = alpha * foreground + (1 - alpha) * background - image
    deviations = torch.tensor(COLOUR_DEVIATIONS[colours], dtype=apart.dtype, device=apart.device)
    summed = (apart.abs() / deviations.view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
    return masked_mean(summed, mask, total=total)
