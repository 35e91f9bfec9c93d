"""From a run to weights files that the application takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal

import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import UserError
from engine.imaging.atomic import make_folder, replace_atomically
from engine.models.manifest import WeightsRow, check_name, read_manifest, write_manifest
from engine.models.provenance import Provenance
from engine.models.weights import sha256_of
from trainer.checkpoint import BEST, FOLDER, Checkpoints, read_state
from trainer.initial import best_weights
from trainer.logs import RUN

Which = Literal["best", "last"]


def export_run(
    run: Path,
    *,
    folder: Path,
    name: str | None = None,
    which: Which | None = None,
    half: bool = False,
    averaged: bool = True,
) -> tuple[WeightsRow, ...]:
    """Write a run's weights as safetensors and list them in the folder's manifest.

    A recipe may name several networks: a generator and, beside it, its discriminator.

    Args:
        run: its folder.
        folder: where to; made if it is not there.
        name: of the model; None takes the one the recipe names. What that name adds for a companion
            (`_discriminator`) is added to this one.
        which: the best weights by validation, or those of the newest checkpoint; None takes the
            best if there was a validation.
        half: store floating-point numbers in 16 bits.
        averaged: take the averaged weights if there are any.

    Returns:
        Their rows of the manifest, that of the recipe's own model first.

    Raises:
        UserError: if there is nothing to export, or a weight is too large for 16 bits.
    """
    path = _checkpoint(run, which)
    state, facts = read_state(path), _facts(run)
    if not state["exported"]:
        raise UserError(f"The recipe {state['recipe']} has nothing to export.", path=run)
    own = state["exported"][1]
    rows = []
    for network, model in (state["exported"], *state.get("companions", ())):
        called = model if name is None else name + model.removeprefix(own)
        check_name(called)
        tensors = best_weights(state, network) if averaged else dict(state["networks"][network])
        stored = _stored(tensors, half=half, path=path)
        rows.append(_written(stored, state, facts, model=model, called=called, folder=folder))
    return tuple(rows)


def _written(
    tensors: dict[str, Tensor],
    state: Mapping[str, Any],
    facts: Mapping[str, Any],
    *,
    model: str,
    called: str,
    folder: Path,
) -> WeightsRow:
    """Write one network's weights, and its row."""
    said = _provenance(state, model, facts)
    make_folder(folder)
    target = folder / f"{called}.safetensors"
    with replace_atomically(target) as temporary:
        save_file(tensors, temporary, _notes(state, model) | said.as_note())
        digest, size = sha256_of(temporary), temporary.stat().st_size
    row = said.of_file(target.name, model=called, sha256=digest, size=size)
    others = (other for other in read_manifest(folder) if other.model != called)
    write_manifest(folder, [*others, row])
    return row


def _checkpoint(run: Path, which: Which | None) -> Path:
    checkpoints = Checkpoints(run)
    places = {"best": checkpoints.best(), "last": checkpoints.newest()}
    wanted = [places[which]] if which is not None else list(places.values())
    found = next((path for path in wanted if path is not None), None)
    if found is None:
        file = BEST if which == "best" else "step-*.pt"
        raise UserError(f"There is no {FOLDER}/{file} in this folder.", path=run)
    return found


def _facts(run: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads((run / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"The run's records cannot be read ({error}).", path=run / RUN) from error
    return facts


def _stored(tensors: Mapping[str, Tensor], *, half: bool, path: Path) -> dict[str, Tensor]:
    kept = {name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}
    if not half:
        return kept
    narrow = {name: t.half() if t.is_floating_point() else t for name, t in kept.items()}
    for name, tensor in narrow.items():
        if not torch.isfinite(tensor).all():
            raise UserError(
                f"{name} does not fit into 16 bits.", remedy="Export without --half.", path=path
            )
    return narrow


def _notes(state: Mapping[str, Any], model: str) -> dict[str, str]:
    """What the file says about itself: how to build the network, and how it was trained."""
    return {
        "format": "pt",
        "network": model,
        "recipe": state["recipe"],
        "step": str(state["step"]),
        "config": json.dumps(without_folders(state["config"])),
    }


def without_folders(config: Any) -> Any:
    """A config as it may be passed on: of every full path in it only the last name.

    Where data lay on one machine is nobody else's business, and of no use there.
    """
    if isinstance(config, Mapping):
        return {key: without_folders(value) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return [without_folders(value) for value in config]
    if isinstance(config, str):
        for kind in (PurePosixPath, PureWindowsPath):
            if kind(config).is_absolute():
                return kind(config).name
    return config


def _provenance(state: Mapping[str, Any], model: str, facts: Mapping[str, Any]) -> Provenance:
    card, config = state["config"]["card"], facts.get("config_name", "")
    return Provenance(
        licence=card["licence"],
        origin=f"matte-train {state['recipe']} {config}, {state['step']} steps",
        network=model,
        recipe=state["recipe"],
        config=config,
        commit=facts.get("commit", ""),
        data=card["data"],
        figures=state.get("figures", {}),
    )
