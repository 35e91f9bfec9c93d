"""Trainings of a cycle: runs as `matte-train run` makes them, that always go on."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from engine.errors import Cancelled, UserError
from trainer.config import load_run
from trainer.cycle.config import Training, as_sets
from trainer.cycle.work import Facts
from trainer.initial import start_from
from trainer.loop import build_setup, train


def trained(
    recipe: str,
    training: Training,
    *,
    out: Path,
    start: Path | None,
    device: str,
    sets: Sequence[str] = (),
) -> Facts:
    """Train, or go on from what is in the folder.

    Args:
        recipe: its name.
        training: config and settings.
        out: the run's folder.
        start: weights file or run to begin with; None begins with nothing.
        device: one of `engine.device.DEVICES`.
        sets: what the cycle itself decides, as `--set` takes it.

    Returns:
        Steps, and figures of the last validation as far as they are numbers.

    Raises:
        Cancelled: if a signal stopped it.
        UserError: as `trainer.loop.train`, or if the network can't be exported.
    """
    loaded = load_run(recipe, training.config, [*as_sets(training.settings), *sets])
    setup = build_setup(loaded)
    if setup.exported is None:
        raise UserError(
            f"This network of {recipe} can't be used: it is made narrower than it is known.",
            remedy="Leave network.narrow at 1.",
        )
    if start is not None:
        start_from(setup, str(start))
    report = train(
        setup,
        loaded.config,
        out=out,
        resume=True,
        device=device,
        recipe=recipe,
        config_name=loaded.name,
    )
    if report.stopped_by:
        raise Cancelled
    if not report.finished:
        raise UserError(
            f"After step {report.step} its batch cannot be split over these processes.",
            remedy="Go on with a single one, or let all batches be large enough.",
            path=out,
        )
    figures = {name: value for name, value in report.figures.items() if isfinite(value)}
    return {"steps": report.step, "figures": figures}
