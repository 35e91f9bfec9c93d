"""Official StyleGAN networks as weights of ours: every tensor and every setting accounted for.

Tensors have the same names and shapes on both sides. What the network was made with is compared
with what ours computes, in both repositories' arrangements: StyleGAN2-ADA keeps what the synthesis
is made with in a table of its own, StyleGAN3 beside the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from engine.errors import UserError
from engine.models.fitting import misfit
from engine.models.network_pickle import NetworkState

if TYPE_CHECKING:
    from torch import Tensor

    from engine.models.stylegan2_size import Size as Size2
    from engine.models.stylegan3_size import Size as Size3

    Size: TypeAlias = Size2 | Size3

CLAMP = "conv_clamp"


@dataclass(frozen=True, eq=False)
class Converted:
    """Weights of one of our StyleGAN networks.

    Attributes:
        network: its row in `MODELS`.
        size: the network's, with the clamp, which weights do not show.
        tensors: by name, float32.
    """

    network: str
    size: Size
    tensors: dict[str, Tensor]


@dataclass(frozen=True)
class Published:
    """A kind of network as its makers publish it.

    Attributes:
        network: its row in `MODELS`.
        title: for people.
        order: arguments that may be given in order.
        sizes: arguments that the size must agree with, and its fields.
        free: arguments that shapes show, or that change how it is trained and nothing of what it
            computes of a picture.
        fixed: arguments that ours has one value for.
        remedy: what to get instead.
    """

    network: str
    title: str
    order: tuple[str, ...]
    sizes: Mapping[str, str]
    free: Collection[str]
    fixed: Mapping[str, Any]
    remedy: str


def converted(
    state: NetworkState, published: Published, size: Size, build: Callable[[Any], Any]
) -> Converted:
    """Weights of one of our networks (imports torch).

    Args:
        state: of an official file.
        published: what it should be.
        size: as its weights tell.
        build: makes the network of a size.

    Raises:
        UserError: if it was made with what ours does not compute, or a tensor is missing, unknown
            or of another shape.
    """
    import torch

    _check_made(state, published, size)
    size = dataclasses.replace(size, clamp=_clamp(state, published))
    with torch.device("meta"):
        wanted = shapes_of(build(size).state_dict())
    wrong = misfit(shapes_of(state.tensors), wanted)
    if wrong:
        raise UserError(
            f"This is no {published.title} as published: {wrong}.", remedy=published.remedy
        )
    tensors = {name: one.float() for name, one in state.tensors.items()}
    return Converted(published.network, size, tensors)


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Shape of each by name."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def _check_made(state: NetworkState, published: Published, size: Size) -> None:
    """Compare what the network was made with, where it says so, with what ours is and does."""
    fixed = {**published.fixed, **{name: getattr(size, of) for name, of in published.sizes.items()}}
    for name, value in _arguments(state, published):
        if name in published.free or (name in fixed and fixed[name] == value):
            continue
        what = f"{name} {value!r}" if name in fixed else f"the unknown setting {name}"
        raise UserError(
            f"This {published.title} was made with {what}, which cannot be run.",
            remedy=published.remedy,
        )


def _arguments(state: NetworkState, published: Published) -> Iterator[tuple[str, Any]]:
    """Name and value of each argument; those in tables with the table's name, but for synthesis."""
    order = published.order
    if len(state.positional) > len(order):
        raise UserError("This network was made with unknown arguments.", remedy=published.remedy)
    for name, value in {**dict(zip(order, state.positional, strict=False)), **state.named}.items():
        if not isinstance(value, dict):
            yield name, value
            continue
        prefix = "" if name == "synthesis_kwargs" else f"{name}."
        yield from ((prefix + inner, one) for inner, one in value.items())


def _clamp(state: NetworkState, published: Published) -> float | None:
    """What all layers keep their answers within, as the layers themselves say it."""
    found = {value for name, value in state.scalars.items() if name.endswith(f".{CLAMP}")}
    if not found:
        found = {dict(_arguments(state, published)).get(CLAMP)}
    if len(found) != 1 or not isinstance(clamp := found.pop(), float | int | None):
        raise UserError("The layers of this network clamp differently.", remedy=published.remedy)
    return None if clamp is None else float(clamp)
