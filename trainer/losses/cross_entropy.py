"""The binary cross entropy, where a mask says so."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.losses.masked import Total, in_full_precision, masked_mean

_LEAST = 1e-6
"""Probabilities closer than this to 0 or 1 cost as if they were not."""


@in_full_precision
def cross_entropy_loss(prediction: Tensor, target: Tensor, mask: Tensor, *, total: Total) -> Tensor:
    """The mean binary cross entropy inside a mask, 0 where a certain answer is right.

    For a matte between 0 and 1 it is smallest, and not 0, where the answer is that matte.

    Args:
        prediction: B×1×H×W in [0, 1].
        target: as `prediction`.
        mask: B×1×H×W weights.
        total: see `trainer.phase.StepContext`.

    Returns:
        A scalar, this rank's share.
    """
    likely = prediction.clamp(_LEAST, 1 - _LEAST)
    costs = -(target * torch.log(likely) + (1 - target) * torch.log1p(-likely))
    return masked_mean(costs, mask, total=total)
