"""Path length regularisation: a step in W should change the picture as much wherever it is taken.

Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), equation 4.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from trainer.losses.masked import Total


def path_lengths(images: Tensor, ws: Tensor, noise: Tensor) -> Tensor:
    """How much a random projection of the pictures changes with their styles: |Jᵀy|, N values.

    Args:
        images: N×C×H×W, a function of `ws`.
        ws: N×L×W, one style for each layer; the root of the mean over layers of |·|² counts.
        noise: y, normally distributed numbers of `images`' shape; divided by √(H·W) here.
    """
    projected = (images.float() * noise).sum() / math.sqrt(images.shape[2] * images.shape[3])
    (gradient,) = torch.autograd.grad(projected, ws, create_graph=True)
    return gradient.float().square().sum(2).mean(1).sqrt()


class PathLength:
    """The penalty, with the moving average of lengths that it holds to.

    Its state is part of a checkpoint (`trainer.phase.Setup.resources`).

    Args:
        decay: how fast the average moves.

    Attributes:
        mean: a, the average; 0 at the start.
    """

    def __init__(self, decay: float = 0.01) -> None:
        self.mean = 0.0
        self._decay = decay

    def penalty(self, lengths: Tensor, *, total: Total) -> Tensor:
        """(|Jᵀy| − a)², and the average takes these lengths in first.

        Args:
            lengths: N, of `path_lengths`.
            total: see `trainer.phase.StepContext`.

        Returns:
            A scalar, this rank's share of the mean over the samples.
        """
        count = torch.ones_like(lengths).sum()
        summed, samples = total(torch.stack([lengths.detach().sum(), count])).tolist()
        if math.isfinite(summed):  # a step that is not finite leaves the average as it is
            self.mean += self._decay * (summed / samples - self.mean)
        return (lengths - self.mean).square().sum() / samples

    def state_dict(self) -> dict[str, Any]:
        """The average."""
        return {"mean": self.mean}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`."""
        self.mean = state["mean"]
