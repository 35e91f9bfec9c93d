"""StyleMatte in a cycle: before the first round, and tuned with synthetic portraits in each."""

from __future__ import annotations

from pathlib import Path

from engine.models.import_weights import import_weights
from engine.models.manifest import WeightsRow
from engine.models.weights import find_weights
from trainer.config import load_config
from trainer.cycle.config import MATTING_RECIPE, as_sets
from trainer.cycle.generator import DATA
from trainer.cycle.surroundings import data_in
from trainer.cycle.training import trained
from trainer.cycle.work import MATTING, Facts, Work
from trainer.export import export_run
from trainer.initial import check_fits, read_weights
from trainer.recipes.stylematte import stylematte

RUN = "stylematte"
"""Folder of a training."""


def train_before(work: Work) -> Facts:
    """Train it, unless there are weights already.

    Raises:
        UserError: as `trained`.
        Cancelled: if a signal stopped it.
    """
    first = work.config.stylematte
    if first.weights:
        return {}
    return trained(MATTING_RECIPE, first, out=work.folder / RUN, start=None, device=work.device)


def tune(work: Work) -> Facts:
    """Train on from the round before, with this round's synthetic portraits.

    Raises:
        UserError: as `trained`.
        Cancelled: if a signal stopped it.
    """
    with data_in(work.folder / DATA):
        return trained(
            MATTING_RECIPE,
            work.config.tuning,
            out=work.folder / RUN,
            start=work.before.weights_file(MATTING),
            device=work.device,
        )


def hand_out_before(work: Work) -> Facts:
    """List the weights that were trained or given, which must be those that are tuned.

    Raises:
        UserError: if there are none, or they are of another network.
    """
    weights = work.config.stylematte.weights
    row = _given(weights, work.weights) if weights else _trained(work)
    tuning = work.config.tuning
    wanted = load_config(MATTING_RECIPE, tuning.config, as_sets(tuning.settings))
    network = stylematte(wanted.network)  # type: ignore[attr-defined]  # of that recipe
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    file = work.weights / row.file
    check_fits(shapes, read_weights(str(file), "alpha"), weights or str(file))
    return {"name": row.model, "file": row.file}


def hand_out(work: Work) -> Facts:
    """List the weights that were tuned.

    Raises:
        UserError: if there are none.
    """
    row = _trained(work)
    return {"name": row.model, "file": row.file}


def _trained(work: Work) -> WeightsRow:
    return export_run(work.folder / RUN, folder=work.weights)[0]


def _given(weights: str, folder: Path) -> WeightsRow:
    path = Path(weights).expanduser()
    if path.is_dir():
        return export_run(path, folder=folder)[0]
    if path.is_file():
        return import_weights(path, folder=folder, replace=True)
    found = find_weights(weights)  # whoever listed it has accepted its licence
    return import_weights(found.path, name=weights, folder=folder, replace=True, accepted=True)
