"""Let a generator or a discriminator of colours grow a fourth plane, the matte.

Chicherin and Efremyan, "Adversarially-Guided Portrait Matting" (2023), section 4.3: everything is
taken from the network of colours, and what belongs to the matte starts at random.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.errors import UserError

COLOURS = 3
PLANES = 4
_MAKES = re.compile(r"(synthesis\.(?:b\d+\.torgb|L\d+_\d+_3))\.(weight|bias)")
"""Of a generator, what has a row for each plane."""
_TAKES = re.compile(r"b\d+\.fromrgb\.weight")
"""Of a discriminator, what has a column for each plane."""
_LAST = re.compile(r"(synthesis\.L\d+_\d+)_3\.")


@dataclass(frozen=True, eq=False)
class Grown:
    """Weights of a network of four planes.

    Attributes:
        state: by the names that the network of four planes has; nothing is missing.
        drawn: names in it of which the matte's part was drawn at random.
    """

    state: dict[str, Tensor]
    drawn: tuple[str, ...]

    @property
    def told(self) -> str:
        """In words: what was taken and what was not."""
        return (
            f"{len(self.state)} tensors taken; the matte's part of {len(self.drawn)} of them "
            f"({', '.join(self.drawn)}) starts at random"
        )


def with_matte(weights: Mapping[str, Tensor], *, generator: torch.Generator) -> Grown:
    """Weights of a network of three planes as those of one of four.

    What it makes of the colours, or of pictures whose matte is 0, stays the same.

    Args:
        weights: of StyleGAN2's or StyleGAN3's generator, or of the discriminator.
        generator: draws what is new, on the CPU.

    Raises:
        UserError: if they are none of these, or have other than three planes.
    """
    grown = {name: _grown(name, one, generator) for name, one in weights.items()}
    drawn = [name for name, one in grown.items() if one is not weights[name]]
    if not drawn or any(_planes(name, weights[name]) != COLOURS for name in drawn):
        raise UserError(
            "These are no weights of a network that draws or judges three planes.",
            remedy="A matte is added to a StyleGAN2 or StyleGAN3 network of colours.",
        )
    names = {name: _LAST.sub(rf"\1_{PLANES}.", name) for name in weights}
    return Grown(
        {names[name]: one for name, one in grown.items()}, tuple(names[name] for name in drawn)
    )


def _planes(name: str, tensor: Tensor) -> int:
    return tensor.shape[1] if _TAKES.fullmatch(name) else tensor.shape[0]


def _grown(name: str, tensor: Tensor, generator: torch.Generator) -> Tensor:
    if found := _MAKES.fullmatch(name):
        new = (
            _drawn(tensor[:1], generator) if found[2] == "weight" else torch.zeros_like(tensor[:1])
        )
        return torch.cat([tensor, new])
    if _TAKES.fullmatch(name):
        # The layer divides by the root of the number of planes.
        return torch.cat(
            [tensor * math.sqrt(PLANES / COLOURS), _drawn(tensor[:, :1], generator)], 1
        )
    return tensor


def _drawn(like: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=generator).to(like)
