"""`matte-train run`: train a recipe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trainer.commands.options import (
    Config,
    Device,
    Out,
    Recipe,
    Resume,
    ResumeChoice,
    Sets,
    StopAfter,
)

if TYPE_CHECKING:
    from trainer.phase import Setup

Init = Annotated[
    str | None,
    typer.Option(
        "--init",
        metavar="WEIGHTS",
        help="Start from these: a weights file, a run's folder, or a name of 'matte models list'.",
    ),
]


def run(
    recipe: Recipe,
    out: Out,
    config: Config = "default",
    sets: Sets = None,
    resume: ResumeChoice = Resume.never,
    device: Device = "auto",
    init: Init = None,
    stop_after: StopAfter = None,
) -> None:
    """Train a recipe, or go on training.

    SIGTERM or Ctrl+C finishes the step, writes a checkpoint and ends with exit code 75, so that
    a batch script can put its job back into the queue; --resume auto then goes on, and comes to
    the same weights as a run that never stopped. Start it with torchrun to use several devices:
    torchrun --nproc-per-node 4 -m trainer.cli run RECIPE --out DIR
    """
    from trainer.initial import start_from

    train_recipe(
        recipe,
        config,
        sets or [],
        out=out,
        resume=resume is Resume.auto,
        device=device,
        start=None if init is None else lambda setup: start_from(setup, init),
        stop_after=stop_after,
    )


def train_recipe(
    recipe: str,
    config: str,
    sets: list[str],
    *,
    out: Path,
    resume: bool,
    device: str,
    start: Callable[[Setup], None] | None,
    stop_after: int | None = None,
) -> None:
    """Build a recipe and train it.

    Args:
        recipe: its name.
        config: its name, or a file.
        sets: changes of the config.
        out: the run's folder.
        resume: go on from what is in it.
        device: one of `engine.device.DEVICES`.
        start: gives the networks weights to start from.
        stop_after: at most so many steps.

    Raises:
        typer.Exit: with code 75 if a signal stopped it.
    """
    from trainer.config import load_run
    from trainer.loop import build_setup, train
    from trainer.signals import STOPPED

    loaded = load_run(recipe, config, sets)
    setup = build_setup(loaded)
    if start is not None:
        start(setup)
    report = train(
        setup,
        loaded.config,
        out=out.expanduser(),
        resume=resume,
        device=device,
        stop_after=stop_after,
        recipe=recipe,
        config_name=loaded.name,
    )
    if report.stopped_by:
        raise typer.Exit(STOPPED)
