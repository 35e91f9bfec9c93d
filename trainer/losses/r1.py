"""R1: the discriminator's gradient at real pictures should vanish.

Source: Mescheder et al., "Which Training Methods for GANs do actually Converge?" (2018),
equation 9.
"""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.losses.masked import Total


def r1_penalty(logits: Tensor, images: Tensor, *, total: Total) -> Tensor:
    """½ |∇D|², to be multiplied by γ.

    Args:
        logits: N×1, what the discriminator says; a function of `images`.
        images: N×C×H×W that require a gradient.
        total: see `trainer.phase.StepContext`.

    Returns:
        A scalar, this rank's share of the mean over the samples; it has a gradient.
    """
    (gradient,) = torch.autograd.grad(logits.float().sum(), images, create_graph=True)
    squares = gradient.float().square().flatten(1).sum(1)
    return squares.sum() / 2 / total(torch.ones_like(squares).sum())
