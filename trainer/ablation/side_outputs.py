"""The networks that progressive refinement is compared with: the same layers, other answers.

Source: Yu et al., "Mask Guided Matting via Progressive Refinement Network" (2021), Table 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.models.prn import HEADS, WIDTH, PublishedUnet
from engine.models.refinement import clamped
from trainer.losses.l1 import l1_loss
from trainer.losses.laplacian import laplacian_loss
from trainer.phase import Batch, StepContext

FINEST = HEADS[-1]
FUSED = "fused"
FUSION_WIDTH = 12
"""Planes between the two convolutions: all that a linear map over 5×5 pixels may need."""


class LinearFusion(nn.Sequential):
    """Two convolutions without a nonlinearity; at first their answer is the mean of the planes.

    The paper says no more than "two convolution layers", and that they fuse linearly.
    """

    def __init__(self, planes: int) -> None:
        first = nn.Conv2d(planes, FUSION_WIDTH, 3, padding=1, padding_mode="replicate")
        last = nn.Conv2d(FUSION_WIDTH, 1, 3, padding=1, padding_mode="replicate")
        nn.init.dirac_(first.weight)
        for layer in (first, last):
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # there is one
        with torch.no_grad():
            last.weight[:, :planes] = 0
            last.weight[:, :planes, 1, 1] = 1 / planes
        super().__init__(first, last)


class SideOutputs(PublishedUnet):
    """The published U-Net whose answer is one plane as it comes, without self-guidance.

    Args:
        heads: which of `HEADS` there are.
        fused: fuse them by convolutions; the answer is then theirs, else the finest head's.
        width: channels of the first layer.
    """

    guidance_channels = 1

    def __init__(self, *, heads: tuple[str, ...], fused: bool = False, width: int = WIDTH) -> None:
        super().__init__(heads=heads, width=width)
        self.fusion = LinearFusion(len(heads)) if fused else None

    def forward(self, rgb: Tensor, guidance: Tensor) -> dict[str, Tensor]:
        """Each head's matte, and the fused one under `FUSED`, B×1×H×W in [0, 1].

        Args:
            rgb: B×3×H×W in [0, 1]; both sides multiples of 32.
            guidance: B×1×H×W in [0, 1].
        """
        found = self.answers(rgb, guidance)
        if self.fusion is not None:
            found[FUSED] = clamped(self.fusion(torch.cat(list(found.values()), 1)))
        return found

    def predict(self, rgb: Tensor, guidance: Tensor) -> Tensor:
        """The matte, B×1×H×W in [0, 1]; arguments as those of `forward`."""
        return self(rgb, guidance)[FUSED if self.fusion is not None else FINEST]


@dataclass(frozen=True)
class SideOutputLoss:
    """L1 and Laplacian of each answer over the whole image: nothing here says where to look.

    Attributes:
        network: a `SideOutputs`.
        weights: name of the answer to its weight.
    """

    network: nn.Module
    weights: Mapping[str, float]

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        """See `trainer.phase.LossTerms`; `batch` has `image`, `guidance` and `alpha`."""
        alpha, total = batch["alpha"], context.total
        everywhere = torch.ones_like(alpha)
        found = self.network(batch["image"], batch["guidance"])
        terms: dict[str, Tensor] = {}
        for name, weight in self.weights.items():
            l1 = l1_loss(found[name], alpha, everywhere, total=total)
            laplacian = laplacian_loss(found[name], alpha, everywhere, total=total)
            terms |= {f"l1_{name}": weight * l1, f"laplacian_{name}": weight * laplacian}
        return terms
