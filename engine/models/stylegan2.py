"""StyleGAN2's generator: z → w (mapping) → picture (synthesis).

Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020). Parameters have the
names and shapes of the official weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Literal, TypeAlias

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.errors import BugError
from engine.models.stylegan2_convolution import doubled
from engine.models.stylegan2_layers import (
    GAIN,
    SLOPE,
    TINY,
    Linear,
    StyledConv,
    ToColours,
    binomial,
)
from engine.models.stylegan2_size import SMALLEST, MappingSize, Shapes, Size, generator_size

__all__ = [
    "SMALL",
    "Generator",
    "Mapping",
    "Noise",
    "Size",
    "Synthesis",
    "build",
    "build_small",
    "generator_of",
    "generator_size",
]
MAPPING_RATE = 0.01
"""Of the learning rate, for the mapping network."""
SMALL = Size(resolution=64, base=2048, most=128, latent=128, style=128)
"""`portrait_small`, generator and discriminator."""

Noise: TypeAlias = Literal["const", "random", "none"] | Sequence[Tensor]
"""What is added after each convolution: the network's own, new, none, or (N|1)×1×r×r tensors in
the order of `Synthesis.noise_shapes`."""


class Generator(nn.Module):
    """Pictures from z.

    Args:
        size: its numbers.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.num_ws = size.num_ws
        self.mapping = Mapping(size)
        self.synthesis = Synthesis(size)

    def forward(
        self,
        z: Tensor,
        *,
        truncation: float = 1.0,
        cutoff: int | None = None,
        noise: Noise = "const",
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """N×colours×r×r, about [-1, 1].

        Args:
            z: N×latent, normal.
            truncation: 1 is all the variety, 0 the mean picture.
            cutoff: how many of the first w are truncated; None is all.
            noise: see `Noise`.
            generator: draws the noise if that is "random".
        """
        ws = self.mapping.truncated(self.mapping(z), truncation, cutoff)
        pictures: Tensor = self.synthesis(ws, noise=noise, generator=generator)
        return pictures


class Mapping(nn.Module):
    """From z to w, the same for every layer of the synthesis.

    Args:
        size: the generator's.
    """

    w_avg: Tensor

    def __init__(self, size: MappingSize) -> None:
        super().__init__()
        self.num_ws = size.num_ws
        self.depth = size.depth
        for i in range(size.depth):
            inputs = size.style if i else size.latent
            self.add_module(f"fc{i}", Linear(inputs, size.style, rate=MAPPING_RATE))
        self.register_buffer("w_avg", torch.zeros(size.style))

    def forward(self, z: Tensor) -> Tensor:
        """From N×latent to N×num_ws×style; the length of z does not matter."""
        x = z * (z.square().mean(1, keepdim=True) + TINY).rsqrt()
        for layer in self.children():
            x = F.leaky_relu(layer(x), SLOPE) * GAIN
        return x[:, None].expand(-1, self.num_ws, -1)

    def truncated(self, ws: Tensor, truncation: float, cutoff: int | None = None) -> Tensor:
        """Nearer to the mean w: w_avg + truncation·(w - w_avg), N×num_ws×style.

        Args:
            ws: N×num_ws×style.
            truncation: 1 changes nothing.
            cutoff: how many of the first w are changed; None is all.
        """
        if truncation == 1.0:
            return ws
        nearer = self.w_avg.lerp(ws[:, :cutoff], truncation)
        return torch.cat([nearer, ws[:, nearer.shape[1] :]], 1)

    @torch.no_grad()
    def track(self, w: Tensor, beta: float = 0.998) -> None:
        """Move the mean towards that of these w, N×style, by a share of 1 - beta."""
        self.w_avg.copy_(w.detach().to(self.w_avg).mean(0).lerp(self.w_avg, beta))


class Synthesis(nn.Module):
    """From w to a picture: the sum of what each side adds, each drawn over the one before at twice
    its side.

    Args:
        size: the generator's.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        for side in size.resolutions:
            self.add_module(f"b{side}", Block(size, side))

    @property
    def noise_shapes(self) -> list[tuple[int, int]]:
        """Rows and columns of each noise: b4.conv1, b8.conv0, b8.conv1, …"""
        small, *others = self.size.resolutions
        return [(small, small), *((side, side) for side in others for _ in range(2))]

    def forward(
        self, ws: Tensor, *, noise: Noise = "const", generator: torch.Generator | None = None
    ) -> Tensor:
        """N×colours×r×r, about [-1, 1].

        Args:
            ws: N×num_ws×style.
            noise: see `Noise`.
            generator: draws the noise if that is "random".

        Raises:
            BugError: if there are other than num_ws styles, or other than the wanted noises.
        """
        if ws.dim() != 3 or ws.shape[1] != self.size.num_ws:
            raise BugError(f"{self.size.num_ws} styles are wanted, not {tuple(ws.shape)}")
        noises = self._noises(ws, noise, generator)
        start, *blocks = self._blocks()
        x, image = start(None, None, ws[:, :2], noises[:1])
        for first, block in zip(count(1, 2), blocks, strict=False):
            x, image = block(x, image, ws[:, first : first + 3], noises[first : first + 2])
        return image

    def _noises(
        self, ws: Tensor, noise: Noise, generator: torch.Generator | None
    ) -> Sequence[Tensor | None]:
        """One for each convolution."""
        shapes = self.noise_shapes
        if noise == "none":
            return [None] * len(shapes)
        if noise == "const":
            return [layer.noise_const for layer in self._convolutions()]
        if noise == "random":
            return [_drawn(ws, shape, generator) for shape in shapes]
        if [tuple(one.shape[1:]) for one in noise] != [(1, *shape) for shape in shapes]:
            raise BugError(f"noises of {shapes} are wanted, (N|1)×1×r×r each")
        return noise

    def _blocks(self) -> list[Block]:
        return [block for block in self.children() if isinstance(block, Block)]

    def _convolutions(self) -> list[StyledConv]:
        return [layer for layer in self.modules() if isinstance(layer, StyledConv)]


class Block(nn.Module):
    """What one side adds to the picture.

    Args:
        size: the generator's.
        side: pixels.
    """

    resample_filter: Tensor

    def __init__(self, size: Size, side: int) -> None:
        super().__init__()
        out, style, clamp = size.channels(side), size.style, size.clamp
        self.first = side == SMALLEST
        if self.first:
            self.const = nn.Parameter(torch.randn(out, side, side))
        else:
            inputs = size.channels(side // 2)
            self.conv0 = StyledConv(inputs, out, style=style, side=side, up=True, clamp=clamp)
        self.conv1 = StyledConv(out, out, style=style, side=side, up=False, clamp=clamp)
        self.torgb = ToColours(out, size.colours, style=style, clamp=clamp)
        self.register_buffer("resample_filter", binomial())

    def forward(
        self, x: Tensor | None, image: Tensor | None, ws: Tensor, noises: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor]:
        """Features and the picture so far, N×channels×r×r and N×colours×r×r.

        Args:
            x: features at half the side; none at the first.
            image: the picture at half the side; none at the first.
            ws: N×3×style, 2 at the first; the next block begins with the last of them.
            noises: one for each convolution.
        """
        steering = ws.unbind(1)
        if x is None:
            x = self.const.expand(len(ws), -1, -1, -1)
            x = x.contiguous(memory_format=torch.channels_last)
        else:
            x = self.conv0(x, steering[0], noises[0])
        x = self.conv1(x, steering[-2], noises[-1])
        added = self.torgb(x, steering[-1])
        return x, added if image is None else doubled(image, self.resample_filter) + added


def build() -> Generator:
    """The generator of faces at 1024, with random weights."""
    return Generator(Size())


def build_small() -> Generator:
    """The generator that two processor cores can train, with random weights."""
    return Generator(SMALL)


def generator_of(shapes: Shapes) -> Generator:
    """The generator, with random weights, that weights of these shapes are for.

    Raises:
        UserError: if they are no such generator's.
    """
    return Generator(generator_size(shapes))


def _drawn(like: Tensor, shape: tuple[int, int], generator: torch.Generator | None) -> Tensor:
    if generator is None:
        raise BugError("random noise needs a generator")
    size = (len(like), 1, *shape)
    return torch.randn(size, generator=generator, device=generator.device).to(like)
