"""`matte-train run`: train a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
    train_recipe(
        recipe,
        config,
        sets or [],
        out=out,
        resume=resume is Resume.auto,
        device=device,
        init=init,
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
    init: str | None,
    stop_after: int | None,
) -> None:
    """Build a recipe and train it.

    Raises:
        typer.Exit: with code 75 if a signal stopped it.
    """
    from trainer.config import load_run
    from trainer.initial import start_from
    from trainer.loop import build_setup, train
    from trainer.signals import STOPPED

    loaded = load_run(recipe, config, sets)
    setup = build_setup(loaded)
    if init is not None:
        start_from(setup, init)
    report = train(
        setup,
        loaded.config,
        out=out.expanduser(),
        resume=resume,
        device=device,
        stop_after=stop_after,
        recipe=recipe,
    )
    if report.stopped_by:
        raise typer.Exit(STOPPED)
