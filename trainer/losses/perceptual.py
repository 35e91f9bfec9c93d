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
    terms = []
    for name, picture in found.items():
        with torch.no_grad():
            wanted = features(_coloured(true[name]))
        layers = zip(layer_weights, features(_coloured(picture)), wanted, strict=True)
        terms += [weight * _l1(own, other, total=total) for weight, own, other in layers]
    return torch.stack(terms).sum()


def _coloured(picture: Tensor) -> Tensor:
    return picture.expand(-1, 3, -1, -1)


def _l1(found: Tensor, true: Tensor, *, total: Total) -> Tensor:
    return l1_loss(found, true, torch.ones_like(true[:, :1]), total=total)
