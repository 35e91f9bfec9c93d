"""Weights to start from, instead of random ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from engine.errors import UserError
from engine.models.checkpoint import read_tensors
from engine.models.fitting import misfit
from engine.models.weights import find_weights, load_weights
from trainer.checkpoint import Checkpoints, read_state
from trainer.phase import Setup


def start_from(setup: Setup, weights: str | None) -> None:
    """Load weights into the network that a recipe exports, and into its companions.

    A companion starts from the same run, from the file beside the other whose name says so, or
    from the name of the list that does (`NAME_discriminator`).

    Args:
        setup: of the recipe, on the CPU.
        weights: a `.safetensors`, `.pt` or `.pth` file, a run's folder, or a name of the list of
            weights (`matte models list`); None takes those of the model that the recipe exports.

    Raises:
        UserError: if there is no such thing, or it doesn't fit the network.
    """
    if setup.exported is None:
        raise UserError("This recipe has no network that weights could be for.")
    own = setup.exported[1]
    weights = own if weights is None else weights
    for name, model in (setup.exported, *setup.companions):
        added = model.removeprefix(own)
        _start(setup.networks[name], name, beside(weights, added) if added else weights)


def _start(network: nn.Module, name: str, weights: str) -> None:
    found = read_weights(weights, name)
    own = {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()}
    check_fits(own, found, weights)
    network.load_state_dict(found)


def beside(weights: str, added: str) -> str:
    """What a companion's weights are called where others are `weights`."""
    path = Path(weights).expanduser()
    if path.is_dir():
        return weights
    named = path.with_name(f"{path.stem}{added}{path.suffix}")
    return str(named) if path.is_file() else weights + added


def best_weights(state: Mapping[str, Any], network: str) -> dict[str, Any]:
    """The averaged weights of a checkpoint's network, or the plain ones if none are averaged."""
    return dict(state["averaged"].get(network) or state["networks"][network])


def read_weights(weights: str, network: str) -> dict[str, Any]:
    """The tensors of a network.

    Args:
        weights: a `.safetensors`, `.pt` or `.pth` file, a run's folder, or a name of the list of
            weights.
        network: which one of a run.

    Raises:
        UserError: if there is no such thing, or it is damaged.
    """
    path = Path(weights).expanduser()
    if path.is_dir():
        checkpoints = Checkpoints(path)
        newest = checkpoints.best() or checkpoints.newest()
        if newest is None:
            raise UserError("There is no checkpoint in this folder.", path=path)
        return best_weights(read_state(newest), network)
    return read_tensors(path) if path.is_file() else load_weights(find_weights(weights))


def check_fits(own: dict[str, tuple[int, ...]], found: Mapping[str, Any], weights: str) -> None:
    """See that tensors are those of a network.

    Args:
        own: name to shape of the network's.
        found: name to tensor.
        weights: what they are called.

    Raises:
        UserError: that names the first ones that don't fit.
    """
    told = misfit({name: tuple(tensor.shape) for name, tensor in found.items()}, own)
    if told:
        raise UserError(
            f"The weights {weights} don't fit the network: {told}.",
            remedy="Take weights of the same network, with the config it was trained with.",
        )
