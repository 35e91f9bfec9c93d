"""Whether weights fit a network of the table: every tensor of theirs, and every one it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from engine.errors import NotInstalled, UserError
from engine.models import convert_mgmatting, convert_stylematte
from engine.models.registry import MODELS
from engine.models.safetensors_header import read_header
from engine.models.spec import ModelSpec

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]
REMEDY = "Choose another name with --as, or get the file that belongs to this network."
MOST_NAMED = 3
"""Tensors that a refusal names of each kind."""


@dataclass(frozen=True)
class Foreign:
    """How weights of other makers are made to fit a network.

    Attributes:
        recognises: whether the names of some tensors are those of such weights.
        convert: to the network's arrangement, from tensors and the names that it wants.
    """

    recognises: Callable[[set[str]], bool]
    convert: Callable[[Mapping[str, Any], set[str]], dict[str, Any]]


FOREIGN: dict[str, Foreign] = {
    "prn": Foreign(convert_mgmatting.is_released, convert_mgmatting.released),
    "stylematte": Foreign(convert_stylematte.is_released, convert_stylematte.released),
}
"""By the network's name in `MODELS`."""


def fit(path: Path, model: str, *, network: str = "", file: Path | None = None) -> str:
    """Check weights against the network they are for; rewrite them if they are arranged otherwise.

    Args:
        path: a safetensors file.
        model: the name that the weights are to have.
        network: the one they say they are for, where `model` names none.
        file: where they came from, for what people read; None is `path`.

    Returns:
        The network's name in `MODELS` if that is not `model`: known foreign weights may have any
        name. Empty if it is `model`, or if the weights belong to no network that is known.

    Raises:
        UserError: if the file is not sound, or is for a network and does not fit; it names what
            is missing, unknown or of another shape.
    """
    found = _shapes_of(path)
    network = next((name for name in (model, network) if name in MODELS), "")
    network = network or _recognised(found)
    if not network:
        return ""
    wanted = _wanted(MODELS[network], found, file or path)
    if found != wanted and network in FOREIGN:
        _rewrite(path, FOREIGN[network], set(wanted))
        found = _shapes_of(path)
    if found != wanted:
        raise UserError(
            f"These are no weights of {network}: {misfit(found, wanted)}.",
            remedy=REMEDY,
            path=file or path,
        )
    return "" if network == model else network


@cache
def shapes_wanted(spec: ModelSpec) -> Shapes:
    """Name and shape of each tensor that a network needs (imports torch; takes no memory)."""
    return _shapes_built(lambda: spec.load_builder()())


def shapes_wanted_of(spec: ModelSpec, found: Shapes) -> Shapes:
    """As `shapes_wanted`; of a family of any size, what its member for these weights needs.

    Raises:
        UserError: if the family has no such member.
    """
    if not spec.sized:
        return shapes_wanted(spec)
    return _shapes_built(lambda: spec.network_of(found))


def family_of(found: Shapes) -> ModelSpec | None:
    """The row for networks of any size that has one for weights of these shapes."""
    families = (spec for spec in MODELS.values() if spec.sized)
    return next((spec for spec in families if _is_member(spec, found)), None)


def _is_member(family: ModelSpec, found: Shapes) -> bool:
    try:
        return shapes_wanted_of(family, found) == found
    except NotInstalled:
        raise
    except UserError:
        return False


def _shapes_built(build: Callable[[], Any]) -> Shapes:
    import torch

    with torch.inference_mode(False), torch.device("meta"):
        network = build()
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def _wanted(spec: ModelSpec, found: Shapes, file: Path) -> Shapes:
    try:
        return shapes_wanted_of(spec, found)
    except NotInstalled:
        raise
    except UserError as error:
        raise UserError(error.problem, remedy=REMEDY, path=file) from error


def _shapes_of(path: Path) -> Shapes:
    return {name: info.shape for name, info in read_header(path).items()}


def _recognised(found: Shapes) -> str:
    names = set(found)
    foreign = next((name for name, one in FOREIGN.items() if one.recognises(names)), "")
    family = None if foreign else family_of(found)
    return foreign if family is None else family.name


def _rewrite(path: Path, foreign: Foreign, wanted: set[str]) -> None:
    from safetensors.torch import load_file, save_file

    tensors = foreign.convert(load_file(path, device="cpu"), wanted)
    save_file({name: one.contiguous() for name, one in tensors.items()}, path, {"format": "pt"})


def misfit(found: Shapes, wanted: Shapes) -> str:
    """What is missing, unknown or of another shape, in words; empty if all fits."""
    kinds = {
        "missing": sorted(wanted.keys() - found.keys()),
        "unknown": sorted(found.keys() - wanted.keys()),
        "of another shape": sorted(
            name for name in wanted.keys() & found.keys() if wanted[name] != found[name]
        ),
    }
    return "; ".join(
        f"{len(names)} {kind} ({_some(names)})" for kind, names in kinds.items() if names
    )


def _some(names: list[str]) -> str:
    return ", ".join([*names[:MOST_NAMED], *(["…"] if len(names) > MOST_NAMED else [])])
