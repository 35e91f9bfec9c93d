"""StyleGAN2 weights as the stylegan2-pytorch of the user rosinality names them, and back.

The numbers are those of the official weights, under other names and with other unit axes; what is
stored for upsampling has its gain of 4 in it. A table says it all, a row for each tensor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count, takewhile
from typing import TYPE_CHECKING

from engine.errors import UserError
from engine.models.fitting import misfit
from engine.models.stylegan2_size import SMALLEST

if TYPE_CHECKING:
    from torch import Tensor

MEAN = "latent_avg"
"""The mean w, which a file has beside a generator's weights, not among them."""
MEAN_OF = 4096
"""Draws that make the mean w where there is none."""
UP = 4.0


@dataclass(frozen=True)
class Row:
    """A tensor's two names.

    Attributes:
        theirs: rosinality's name.
        ours: the official one.
        before: unit axes that theirs has in front.
        after: unit axes that theirs has at the end.
        gain: theirs is ours times this.
    """

    theirs: str
    ours: str
    before: int = 0
    after: int = 0
    gain: float = 1.0

    @property
    def constant(self) -> bool:
        """Whether training leaves it as it is; files made before these were stored lack them."""
        return self.theirs.endswith(".kernel") or self.theirs.startswith("noises.")

    def to_ours(self, tensor: Tensor) -> Tensor:
        """Without the unit axes and the gain.

        Raises:
            UserError: if it has other axes there.
        """
        shape = tuple(tensor.shape)
        last = len(shape) - self.after
        if last < self.before or {*shape[: self.before], *shape[last:]} - {1}:
            raise UserError(f"{self.theirs} cannot have a shape of {shape}.")
        return tensor.reshape(shape[self.before : last]) / self.gain

    def to_theirs(self, tensor: Tensor) -> Tensor:
        """With the unit axes and the gain."""
        shape = (1,) * self.before + tuple(tensor.shape) + (1,) * self.after
        return tensor.reshape(shape) * self.gain


def is_generator(names: set[str]) -> bool:
    """Whether these look like a generator's names."""
    return {"input.input", "conv1.conv.weight"} <= names


def is_discriminator(names: set[str]) -> bool:
    """Whether these look like a discriminator's names."""
    return {"convs.0.0.weight", "final_conv.0.weight"} <= names


def generator_from(state: Mapping[str, Tensor], mean: Tensor | None = None) -> dict[str, Tensor]:
    """A generator's weights under the official names (imports torch).

    Args:
        state: `g_ema` or `g` of a file. The noises may lack, all together, and so may the filters:
            noises are then drawn, the same every time.
        mean: `latent_avg` of the file, style; None computes it from a few thousand z.

    Raises:
        UserError: if a name is missing or unknown, or a shape is impossible.
    """
    depth = _consecutive(state, "style.{}.bias", first=1)
    rows = _generator_rows(_consecutive(state, "to_rgbs.{}.bias"), depth)
    beside = {} if mean is None else {MEAN: mean}
    found = _to_ours({**state, **beside}, [row for row in rows if beside or row.theirs != MEAN])
    found |= {} if beside else {"mapping.w_avg": _mean_style(found, depth)}
    sides = _sides_of(found, "synthesis.b{}.conv0.weight")
    filters = _generator_filters(sides)
    return found | _noises(found, filters) | _filters(found, filters)


def generator_to(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], Tensor]:
    """A generator's weights as rosinality's, and its `latent_avg`; undoes `generator_from`.

    Raises:
        UserError: if a name is missing or unknown.
    """
    sides = _sides_of(state, "synthesis.b{}.conv0.weight")
    depth = _consecutive(state, "mapping.fc{}.bias")
    rows = _generator_rows(len(sides), depth)
    found = _to_theirs(state, rows, _generator_filters(sides))
    return found, found.pop(MEAN)


def discriminator_from(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A discriminator's weights under the official names (imports torch).

    Args:
        state: `d` of a file; the filters may lack, all together.

    Raises:
        UserError: as `generator_from`.
    """
    blocks = _consecutive(state, "convs.{}.conv1.0.weight", first=1)
    found = _to_ours(state, _discriminator_rows(blocks))
    return found | _filters(found, _discriminator_filters(blocks))


def discriminator_to(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A discriminator's weights as rosinality's; undoes `discriminator_from`.

    Raises:
        UserError: if a name is missing or unknown.
    """
    blocks = len(_sides_of(state, "b{}.conv0.weight"))
    return _to_theirs(state, _discriminator_rows(blocks), _discriminator_filters(blocks))


def _generator_rows(doublings: int, depth: int) -> list[Row]:
    rows = [Row(MEAN, "mapping.w_avg"), Row("input.input", "synthesis.b4.const", before=1)]
    rows += _pairs((f"style.{i + 1}", f"mapping.fc{i}") for i in range(depth))
    rows += _styled("conv1", "synthesis.b4.conv1", 0)
    rows += _colours("to_rgb1", "synthesis.b4.torgb")
    for k in range(doublings):
        block = f"synthesis.b{2 * SMALLEST << k}"
        first = f"convs.{2 * k}"
        rows += _styled(first, f"{block}.conv0", 2 * k + 1)
        rows += [Row(f"{first}.conv.blur.kernel", f"{block}.conv0.resample_filter", gain=UP)]
        rows += _styled(f"convs.{2 * k + 1}", f"{block}.conv1", 2 * k + 2)
        rows += _colours(f"to_rgbs.{k}", f"{block}.torgb")
        rows += [Row(f"to_rgbs.{k}.upsample.kernel", f"{block}.resample_filter", gain=UP)]
    return rows


def _styled(theirs: str, ours: str, noise: int) -> list[Row]:
    return [
        Row(f"{theirs}.conv.weight", f"{ours}.weight", before=1),
        *_pairs([(f"{theirs}.conv.modulation", f"{ours}.affine")]),
        Row(f"{theirs}.noise.weight", f"{ours}.noise_strength", before=1),
        Row(f"{theirs}.activate.bias", f"{ours}.bias"),
        Row(f"noises.noise_{noise}", f"{ours}.noise_const", before=2),
    ]


def _colours(theirs: str, ours: str) -> list[Row]:
    return [
        Row(f"{theirs}.conv.weight", f"{ours}.weight", before=1),
        *_pairs([(f"{theirs}.conv.modulation", f"{ours}.affine")]),
        Row(f"{theirs}.bias", f"{ours}.bias", before=1, after=2),
    ]


def _discriminator_rows(blocks: int) -> list[Row]:
    largest = SMALLEST << blocks
    rows = _active("convs.0", f"b{largest}.fromrgb")
    for k in range(1, blocks + 1):
        theirs, ours = f"convs.{k}", f"b{2 * largest >> k}"
        rows += _active(f"{theirs}.conv1", f"{ours}.conv0")
        rows += _active(f"{theirs}.conv2", f"{ours}.conv1", first=1)
        rows += [Row(f"{theirs}.conv2.0.kernel", f"{ours}.conv1.resample_filter")]
        rows += [Row(f"{theirs}.skip.0.kernel", f"{ours}.skip.resample_filter")]
        rows += [Row(f"{theirs}.skip.1.weight", f"{ours}.skip.weight")]
    rows += _active("final_conv", "b4.conv")
    return rows + _pairs([("final_linear.0", "b4.fc"), ("final_linear.1", "b4.out")])


def _active(theirs: str, ours: str, *, first: int = 0) -> list[Row]:
    """A convolution, and the bias of the activation behind it."""
    return [
        Row(f"{theirs}.{first}.weight", f"{ours}.weight"),
        Row(f"{theirs}.{first + 1}.bias", f"{ours}.bias"),
    ]


def _pairs(names: Iterable[tuple[str, str]]) -> list[Row]:
    """Weight and bias of layers of the same shape in both."""
    kinds = "weight", "bias"
    return [Row(f"{theirs}.{kind}", f"{ours}.{kind}") for theirs, ours in names for kind in kinds]


def _generator_filters(sides: list[int]) -> set[str]:
    """All filters of the official weights; of most nothing makes use."""
    owners = ["b4", "b4.conv1"]
    owners += [f"b{side}{layer}" for side in sides for layer in ("", ".conv0", ".conv1")]
    return {f"synthesis.{owner}.resample_filter" for owner in owners}


def _discriminator_filters(blocks: int) -> set[str]:
    largest = SMALLEST << blocks
    sides = [largest >> k for k in range(blocks)]
    layers = ("", ".conv0", ".conv1", ".skip")
    owners = {f"b{side}{layer}" for side in sides for layer in layers}
    return {f"{name}.resample_filter" for name in owners | {f"b{largest}.fromrgb", "b4.conv"}}


def _to_ours(state: Mapping[str, Tensor], rows: list[Row]) -> dict[str, Tensor]:
    """Renamed; constants may lack where all of their kind do."""
    lacking = {_kind(row.theirs) for row in rows if row.constant}
    lacking -= {_kind(name) for name in state}
    rows = [row for row in rows if not (row.constant and _kind(row.theirs) in lacking)]
    _account(state, {row.theirs for row in rows})
    return {row.ours: row.to_ours(state[row.theirs]) for row in rows}


def _to_theirs(
    state: Mapping[str, Tensor], rows: list[Row], filters: set[str]
) -> dict[str, Tensor]:
    """Renamed; filters of which nothing makes use have no name there."""
    _account(state, {row.ours for row in rows} | filters)
    return {row.theirs: row.to_theirs(state[row.ours]) for row in rows}


def _kind(name: str) -> str:
    """The first part of a noise's name, the last of a filter's."""
    return "noises" if name.startswith("noises.") else name.rpartition(".")[2]


def _account(state: Mapping[str, Tensor], wanted: set[str]) -> None:
    """Refuse weights of which a name is missing or unknown."""
    wrong = misfit(dict.fromkeys(state, ()), dict.fromkeys(wanted, ()))
    if wrong:
        raise UserError(f"These are no StyleGAN2 weights that can be renamed: {wrong}.")


def _consecutive(state: Mapping[str, Tensor], pattern: str, *, first: int = 0) -> int:
    """How many numbers from the first on have a name."""
    return next(i for i in count() if pattern.format(first + i) not in state)


def _sides_of(state: Mapping[str, Tensor], pattern: str) -> list[int]:
    """Sides from 8 on, pixels, up to the first without a name."""
    sides = (2 * SMALLEST << k for k in count())
    return list(takewhile(lambda side: pattern.format(side) in state, sides))


def _filters(found: Mapping[str, Tensor], names: set[str]) -> dict[str, Tensor]:
    """The official filter, under the names that are not found."""
    from engine.models.stylegan2_layers import binomial

    return {name: binomial() for name in names - found.keys()}


def _noises(found: Mapping[str, Tensor], filters: set[str]) -> dict[str, Tensor]:
    """New noises, where none is found, for the layers that have filters."""
    import torch

    generator = torch.Generator().manual_seed(0)
    layers = [name.removesuffix(".resample_filter") for name in sorted(filters)]
    return {
        f"{layer}.noise_const": torch.randn(2 * (_side(layer),), generator=generator)
        for layer in layers
        if f"{layer}.weight" in found and f"{layer}.noise_const" not in found
    }


def _side(layer: str) -> int:
    """In pixels, of `synthesis.b8.conv0`."""
    return int(layer.split(".")[1].removeprefix("b"))


def _mean_style(found: Mapping[str, Tensor], depth: int) -> Tensor:
    import torch

    from engine.models.stylegan2 import Mapping as MappingNetwork
    from engine.models.stylegan2_size import Size

    style, latent = found["mapping.fc0.weight"].shape
    mapping = MappingNetwork(Size(latent=latent, style=style, depth=depth))
    own = {name.removeprefix("mapping."): one for name, one in found.items() if "mapping." in name}
    mapping.load_state_dict({**own, "w_avg": mapping.w_avg})
    z = torch.randn(MEAN_OF, latent, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        mean: Tensor = mapping(z)[:, 0].mean(0)
    return mean
