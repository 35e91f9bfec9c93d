"""StyleGAN2's discriminator: a residual network that sees how much a batch varies.

Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020). Parameters have the
names and shapes of the official weights.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.models.stylegan2_layers import GAIN, SLOPE, TINY, Conv, Linear, binomial
from engine.models.stylegan2_size import SMALLEST, Shapes, Size, discriminator_size

GROUP = 4
"""Most pictures whose deviation is taken together."""
HALF = math.sqrt(0.5)
"""Keeps the variance of a sum of two."""


class Discriminator(nn.Module):
    """Logits of pictures; positive means photographed.

    Args:
        size: its numbers; of its latent, style and depth nothing depends.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        for side in reversed(size.resolutions[1:]):
            self.add_module(f"b{side}", Block(size, side))
        self.b4 = Verdict(size)

    def forward(self, image: Tensor) -> Tensor:
        """N×1 logits.

        Args:
            image: N×colours×r×r in [-1, 1].
        """
        x = image.contiguous(memory_format=torch.channels_last)
        for block in self.children():
            x = block(x)
        return x


class Block(nn.Module):
    """Two convolutions and a way past them, to half the side; the first also takes the picture in.

    Args:
        size: the discriminator's.
        side: pixels.
    """

    resample_filter: Tensor

    def __init__(self, size: Size, side: int) -> None:
        super().__init__()
        here, below, clamp = size.channels(side), size.channels(side // 2), size.clamp
        first = side == size.resolution
        self.fromrgb = Conv(size.colours, here, 1, clamp=clamp) if first else None
        self.conv0 = Conv(here, here, 3, clamp=clamp)
        self.conv1 = Conv(here, below, 3, down=True, clamp=clamp, gain=HALF)
        self.skip = Conv(here, below, 1, down=True, active=False, clamp=clamp, gain=HALF)
        self.register_buffer("resample_filter", binomial())

    def forward(self, x: Tensor) -> Tensor:
        """From N×here×h×h (N×colours×h×h at the first) to N×below×h/2×h/2."""
        x = x if self.fromrgb is None else self.fromrgb(x)
        past: Tensor = self.skip(x)
        return past + self.conv1(self.conv0(x))


class Verdict(nn.Module):
    """From 4×4 features to logits.

    Args:
        size: the discriminator's.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        width = size.channels(SMALLEST)
        self.conv = Conv(width + 1, width, 3, clamp=size.clamp)
        self.fc = Linear(width * SMALLEST**2, width)
        self.out = Linear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """From N×C×4×4 to N×1."""
        x = self.conv(torch.cat([x, deviation(x)], 1))
        x = F.leaky_relu(self.fc(x.flatten(1)), SLOPE) * GAIN
        logits: Tensor = self.out(x)
        return logits


def deviation(x: Tensor) -> Tensor:
    """How much the pictures of a group differ, as a plane: N×1×h×w.

    Groups have 4 pictures, every N/4-th of the batch; of a batch that 4 does not divide, as many as
    do divide it.

    Args:
        x: N×C×h×w features.
    """
    group = next(size for size in range(GROUP, 0, -1) if len(x) % size == 0)
    members = x.reshape(group, -1, *x.shape[1:])  # group×(N/group)×C×h×w
    spread = (members.var(0, correction=0) + TINY).sqrt().mean((1, 2, 3))
    return spread.repeat(group)[:, None, None, None].expand(-1, 1, *x.shape[2:])


def build_discriminator() -> Discriminator:
    """The discriminator of faces at 1024, with random weights."""
    return Discriminator(Size())


def build_small_discriminator() -> Discriminator:
    """The discriminator of `portrait_small`, with random weights."""
    from engine.models.stylegan2 import SMALL

    return Discriminator(SMALL)


def discriminator_of(shapes: Shapes) -> Discriminator:
    """The discriminator, with random weights, that weights of these shapes are for.

    Raises:
        UserError: if they are no such discriminator's.
    """
    return Discriminator(discriminator_size(shapes))
