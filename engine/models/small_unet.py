"""A U-Net for two CPU cores: it works at half resolution and sees the whole picture."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.errors import BugError

WIDTHS = (24, 40, 64, 96, 160)
"""Channels at strides 2, 4, 8, 16 and 32."""
SIZE_MULTIPLE = 32
_DILATIONS = (1, 2, 4)
_RESIDUAL_START = 0.25
"""Scale of a block's first contribution: near the identity, or what passes grows with every block
as long as the normalisation's statistics are not known."""


class Features(NamedTuple):
    """What the heads look at; the channels are those of the backbone at these strides.

    Attributes:
        stride8: B×widths[2]×H/8×W/8.
        stride4: B×widths[1]×H/4×W/4.
        stride2: B×widths[0]×H/2×W/2.
    """

    stride8: Tensor
    stride4: Tensor
    stride2: Tensor


class ConvNorm(nn.Sequential):
    """A convolution without bias, its batch normalisation, and a ReLU unless `active` is False."""

    def __init__(
        self,
        planes: int,
        width: int,
        *,
        kernel: int = 3,
        stride: int = 1,
        dilation: int = 1,
        active: bool = True,
        start: float = 1.0,
    ) -> None:
        padding = dilation * (kernel // 2)
        norm = nn.BatchNorm2d(width)
        nn.init.constant_(norm.weight, start)
        super().__init__(
            nn.Conv2d(planes, width, kernel, stride, padding, dilation, bias=False),
            norm,
            *([nn.ReLU(inplace=True)] if active else []),
        )


class Residual(nn.Module):
    """Two 3×3 convolutions beside the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        last = ConvNorm(width, width, active=False, start=_RESIDUAL_START)
        self.body = nn.Sequential(ConvNorm(width, width), last)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.body(x), inplace=True)


class Context(nn.Module):
    """Widens the view at stride 32: dilated convolutions, and the mean of the whole picture."""

    def __init__(self, width: int) -> None:
        super().__init__()
        branch = width // 4
        self.branches = nn.ModuleList(
            ConvNorm(width, branch, dilation=dilation) for dilation in _DILATIONS
        )
        # one value a channel and sample: there is nothing to normalise over in a batch of one
        self.whole = nn.Sequential(nn.Conv2d(width, branch, 1), nn.ReLU(inplace=True))
        self.join = ConvNorm(width + branch * (len(_DILATIONS) + 1), width, kernel=1)

    def forward(self, x: Tensor) -> Tensor:
        whole = self.whole(x.mean((2, 3), keepdim=True)).expand(-1, -1, *x.shape[2:])
        return self.join(torch.cat([x, *(branch(x) for branch in self.branches), whole], 1))


class Up(nn.Module):
    """From one stride to half of it, joined with what the encoder saw there."""

    def __init__(self, below: int, width: int) -> None:
        super().__init__()
        self.below = ConvNorm(below, width, kernel=1, active=False)
        self.beside = ConvNorm(width, width, kernel=1, active=False)
        self.block = Residual(width)

    def forward(self, below: Tensor, beside: Tensor) -> Tensor:
        lifted = F.interpolate(self.below(below), scale_factor=2.0, mode="nearest")
        return self.block(F.relu(lifted + self.beside(beside), inplace=True))


class SmallUnet(nn.Module):
    """The backbone of the small networks.

    Each 2×2 pixels of the input become one of the first layer, four times the channels: nothing
    is lost, and every later layer has a quarter of the work.

    Args:
        planes: channels of the input.
        widths: channels at strides 2, 4, 8, 16 and 32.
    """

    def __init__(self, planes: int, *, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.stem = nn.Sequential(ConvNorm(4 * planes, widths[0]), Residual(widths[0]))
        self.down = nn.ModuleList(
            nn.Sequential(ConvNorm(above, width, stride=2), Residual(width), Residual(width))
            for above, width in pairwise(widths)
        )
        self.context = Context(widths[-1])
        self.up = nn.ModuleList(Up(below, width) for below, width in pairwise(reversed(widths)))
        _start(self)

    def forward(self, x: Tensor) -> Features:
        """B×planes×H×W, both sides a multiple of 32, to features at three strides."""
        check_size(x)
        seen = [self.stem(F.pixel_unshuffle(x, 2))]
        for down in self.down:
            seen.append(down(seen[-1]))
        x = self.context(seen.pop())
        found = []
        for up in self.up:
            x = up(x, seen.pop())
            found.append(x)
        return Features(*found[1:])


def check_size(x: Tensor) -> None:
    """Raise `BugError` unless both sides are multiples of 32: padding is the caller's work."""
    height, width = x.shape[-2:]
    if height % SIZE_MULTIPLE or width % SIZE_MULTIPLE or not height * width:
        raise BugError(f"{height}×{width} pixels, wanted multiples of {SIZE_MULTIPLE}")


def _start(network: nn.Module) -> None:
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
