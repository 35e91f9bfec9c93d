"""The loss of a discriminator that says something of each level of features.

Source: Kumari et al., "Ensembling Off-the-shelf Models for GAN Training" (2022), with its targets:
real is a little less than sure.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from trainer.losses.masked import Total, in_full_precision, masked_mean

REAL = 0.8
"""How real photographs are, and how real the generator wants its pictures to be."""
FAKE = 0.0


def multilevel_loss(logits: Sequence[Tensor], target: float, *, total: Total) -> Tensor:
    """Binary cross-entropy of each level, its mean over places and samples, summed over levels.

    Args:
        logits: N×1×h×w or N×1 for each level.
        target: between 0 and 1, of all of them.
        total: see `trainer.phase.StepContext`.

    Returns:
        A scalar in nats, this rank's share.
    """
    return torch.stack([_level(level, target, total=total) for level in logits]).sum()


@in_full_precision
def _level(logits: Tensor, target: float, *, total: Total) -> Tensor:
    surprise = target * F.softplus(-logits) + (1 - target) * F.softplus(logits)
    return masked_mean(surprise, torch.ones_like(logits), total=total)
