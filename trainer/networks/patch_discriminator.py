"""Discriminators that judge patches, at several sizes of the same picture.

Sources: the conditional PatchGAN of "pix2pix" (Isola et al., 2017) and the multi-scale
discriminator of "pix2pixHD" (Wang et al., 2018, section 3.2), which POMAGAN takes (section 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

Norm = Literal["instance", "batch"]
NORMS: dict[Norm, Callable[[int], nn.Module]] = {
    "instance": nn.InstanceNorm2d,
    "batch": nn.BatchNorm2d,
}
_SLOPE = 0.2
_SPREAD = 0.02  # of first weights, as pix2pixHD draws them


class PatchDiscriminator(nn.Module):
    """Whether patches of 70×70 pixels are real: three halvings and two convolutions more.

    Args:
        planes: of what is judged.
        width: channels of the first layer; each one after it has twice as many, up to eight times.
        norm: of all layers but the first and last.
    """

    def __init__(self, planes: int, *, width: int = 64, norm: Norm = "instance") -> None:
        super().__init__()
        widths = [width * times for times in (1, 2, 4, 8)]
        layers: list[nn.Module] = [_conv(planes, width, stride=2), _leaky()]
        for above, below in pairwise(widths):
            stride = 1 if below == widths[-1] else 2
            layers += [_conv(above, below, stride=stride), NORMS[norm](below), _leaky()]
        self.layers = nn.Sequential(*layers, _conv(widths[-1], 1, stride=1))

    def forward(self, x: Tensor) -> Tensor:
        """Logits, B×1×h×w, one a patch."""
        logits: Tensor = self.layers(x)
        return logits


class MultiScaleDiscriminator(nn.Module):
    """Identical discriminators of a photograph with a map, each at half the size of the one before.

    Args:
        planes: of photograph and map together.
        width: see `PatchDiscriminator`.
        scales: how many.
        norm: see `PatchDiscriminator`.
    """

    def __init__(
        self, planes: int = 4, *, width: int = 64, scales: int = 3, norm: Norm = "instance"
    ) -> None:
        super().__init__()
        self.scales = nn.ModuleList(
            PatchDiscriminator(planes, width=width, norm=norm) for _ in range(scales)
        )

    def forward(self, photograph: Tensor, shown: Tensor) -> list[Tensor]:
        """How real what is shown is, given the photograph (conditional, as the paper's L_cGAN).

        Args:
            photograph: B×3×H×W in [0, 1].
            shown: a map or matte, B×C×H×W in [0, 1].

        Returns:
            Logits of each scale, B×1×h×w, the finest first.
        """
        x = 2 * torch.cat([photograph, shown], 1) - 1
        logits = []
        for number, discriminator in enumerate(self.scales):
            if number:
                x = F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
            logits.append(discriminator(x))
        return logits


def _conv(planes: int, width: int, *, stride: int) -> nn.Conv2d:
    conv = nn.Conv2d(planes, width, 4, stride, 2)
    nn.init.normal_(conv.weight, 0.0, _SPREAD)
    return conv


def _leaky() -> nn.Module:
    return nn.LeakyReLU(_SLOPE, inplace=True)
