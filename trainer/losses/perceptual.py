"""How different pictures are to a network that has learnt to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, TypeAlias

import torch
from pydantic import Field
from torch import Tensor

from trainer.losses.l1 import l1_loss
from trainer.losses.masked import Total
from trainer.losses.pictures import Picture

_Weight = Annotated[float, Field(gt=0, le=1)]
LayerWeights: TypeAlias = tuple[_Weight, _Weight, _Weight, _Weight, _Weight]
"""c_i of equation 3, the finest layer first, each in (0, 1]."""
LAYER_WEIGHTS: LayerWeights = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0)
"""pix2pixHD's; POMAGAN gives none but the range."""


def perceptual_loss(
    features: Callable[[Tensor], list[Tensor]],
    found: Mapping[Picture, Tensor],
    true: Mapping[Picture, Tensor],
    layer_weights: Sequence[float] = LAYER_WEIGHTS,
    *,
    total: Total,
) -> Tensor:
    """Weighted sum of the mean absolute differences of features (POMAGAN, equation 3).

    Args:
        features: from B×3×H×W in [0, 1] to as many layers as there are weights
            (`trainer.networks.features`).
        found: pictures of the prediction, B×1×H×W (shown to all three channels) or B×3×H×W.
        true: of the truth, the same pictures.
        layer_weights: c_i.
        total: see `trainer.phase.StepContext`.

    Returns:
        A scalar, this rank's share.
    """
    with torch.no_grad():
        wanted = features(_together({name: true[name] for name in found}))
    layers = zip(layer_weights, features(_together(found)), wanted, strict=True)
    terms = [weight * _l1(own, other, total=total) for weight, own, other in layers]
    return len(found) * torch.stack(terms).sum()


def _together(pictures: Mapping[Picture, Tensor]) -> Tensor:
    """All pictures as one batch: small networks take as long for three as for one."""
    return torch.cat([picture.expand(-1, 3, -1, -1) for picture in pictures.values()])


def _l1(found: Tensor, true: Tensor, *, total: Total) -> Tensor:
    return l1_loss(found, true, torch.ones_like(true[:, :1]), total=total)
