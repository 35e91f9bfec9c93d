"""The numbers that a StyleGAN2 network is built from, and how they are read off its weights.

Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Protocol, TypeAlias

from engine.errors import UserError

MOST_BITS = 16
"""Of a side in pixels; no picture is that large."""
SMALLEST = 4
"""Side of the square that every generator starts from, pixels."""

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]


class MappingSize(Protocol):
    """The numbers of a mapping network, among those of its generator."""

    @property
    def latent(self) -> int:
        """Length of z."""

    @property
    def style(self) -> int:
        """Length of w."""

    @property
    def depth(self) -> int:
        """Layers."""

    @property
    def num_ws(self) -> int:
        """How many w steer the generator."""


@dataclass(frozen=True)
class Size:
    """A generator's or a discriminator's numbers; the defaults are those of FFHQ at 1024.

    Attributes:
        resolution: side of the picture in pixels, a power of two from 8.
        colours: planes of the picture: 3, or 4 with a matte.
        base: there are `min(base // r, most)` channels at a side of r pixels.
        most: channels at the small sides.
        latent: length of z; nothing to a discriminator, like the next two.
        style: length of w.
        depth: layers of the mapping network.
        clamp: activations are kept within ± this; None leaves them alone.
    """

    resolution: int = 1024
    colours: int = 3
    base: int = 32768
    most: int = 512
    latent: int = 512
    style: int = 512
    depth: int = 8
    clamp: float | None = None

    def __post_init__(self) -> None:
        side = self.resolution
        if side <= SMALLEST or side & (side - 1):
            raise UserError(f"A resolution of {side} is not possible: a power of two from 8 is.")
        numbers = self.colours, self.most, self.latent, self.style, self.depth
        if min(numbers) < 1 or self.base < side:
            raise UserError(f"A StyleGAN2 network cannot have a size of {self}.")

    @property
    def resolutions(self) -> tuple[int, ...]:
        """Sides in pixels, from 4 up to the picture's."""
        return tuple(1 << power for power in range(2, self.resolution.bit_length()))

    @property
    def num_ws(self) -> int:
        """How many w steer the generator: one a convolution, and one for the last colours."""
        return 2 * len(self.resolutions)

    def channels(self, side: int) -> int:
        """Channels at a side in pixels."""
        return min(self.base // side, self.most)


def generator_size(shapes: Shapes) -> Size:
    """The size of the generator that some weights belong to.

    The clamp is not in the weights; base and most are any that give these channels.

    Args:
        shapes: name to shape of each tensor.

    Raises:
        UserError: if they are no such generator's.
    """
    try:
        channels = _channels(shapes, "synthesis.b{}.conv1.weight")
        colours = shapes["synthesis.b4.torgb.weight"][0]
        style, latent = shapes["mapping.fc0.weight"]
    except (LookupError, ValueError) as error:
        raise _no_weights_of("generator") from error
    _refuse_conditional(shapes, "mapping.embed.weight")
    depth = next(i for i in count() if f"mapping.fc{i}.weight" not in shapes)
    return _sized(channels, colours, latent=latent, style=style, depth=depth)


def discriminator_size(shapes: Shapes) -> Size:
    """As `generator_size`, for a discriminator; z and w keep their defaults."""
    try:
        channels = {SMALLEST: shapes["b4.conv.weight"][0]}
        channels |= _channels(shapes, "b{}.conv0.weight")
        colours = shapes[f"b{max(channels)}.fromrgb.weight"][1]
    except LookupError as error:
        raise _no_weights_of("discriminator") from error
    _refuse_conditional(shapes, "mapping.fc0.weight")
    return _sized(channels, colours)


def _channels(shapes: Shapes, pattern: str) -> dict[int, int]:
    """Side to channels: the first dimension of a weight that every side may have."""
    sides = (1 << power for power in range(2, MOST_BITS))
    named = {side: pattern.format(side) for side in sides}
    return {side: shapes[name][0] for side, name in named.items() if name in shapes}


def _sized(channels: Mapping[int, int], colours: int, **others: int) -> Size:
    """The size with these channels; `base // r` grows with base, so the smallest that fits does."""
    base = max(side * number for side, number in channels.items())
    size = Size(max(channels), colours, base, max(channels.values()), **others)
    if {side: size.channels(side) for side in size.resolutions} != channels:
        raise UserError(f"No StyleGAN2 network has channels of {dict(channels)}.")
    return size


def _refuse_conditional(shapes: Shapes, mark: str) -> None:
    if mark in shapes:
        raise UserError(
            "These weights are of a network that is told a class; only those without are known."
        )


def _no_weights_of(network: str) -> UserError:
    return UserError(f"These are no weights of a StyleGAN2 {network}.")
