"""Cross entropy of a trimap's three classes."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from trainer.losses.masked import Total, in_full_precision, masked_mean

UNKNOWN_CLASS = 1
"""Background, unknown, foreground, as `engine.models.trimap_net` answers."""


@in_full_precision
def trimap_loss(
    logits: Tensor, truth: Tensor, known: Tensor, *, unknown: float, total: Total
) -> Tensor:
    """Weighted mean cross entropy where the truth is known.

    Args:
        logits: B×3×H×W: background, unknown, foreground.
        truth: B×1×H×W integers, which of the three it is.
        known: B×1×H×W weights, 0 where nobody knows.
        unknown: weight of the unknown class; the others have 1.
        total: see `trainer.phase.StepContext`.

    Returns:
        A scalar in nats, this rank's share.
    """
    values = F.cross_entropy(logits, truth[:, 0].long(), reduction="none")[:, None]
    weights = torch.ones_like(values).masked_fill_(truth == UNKNOWN_CLASS, unknown)
    return masked_mean(values, weights * known, total=total)
