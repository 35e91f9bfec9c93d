"""Cross entropy of a map's logits."""

from __future__ import annotations

import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from trainer.losses.masked import Total, in_full_precision, masked_mean


@in_full_precision
def cross_entropy_loss(logits: Tensor, target: Tensor, mask: Tensor, *, total: Total) -> Tensor:
    """Mean binary cross entropy inside a mask.

    Args:
        logits: B×1×H×W.
        target: B×1×H×W in [0, 1].
        mask: B×1×H×W weights.
        total: see `trainer.phase.StepContext`.

    Returns:
        A scalar in nats, this rank's share.
    """
    values = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return masked_mean(values, mask, total=total)
