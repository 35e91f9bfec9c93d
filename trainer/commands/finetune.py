"""`matte-train finetune`: train on from weights, with one's own data."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from trainer.commands.options import Config, Device, Out, Recipe, Resume, ResumeChoice, Sets
from trainer.commands.run import Init, train_recipe

SET = "generated"
"""What a single set is called in the configs of recipes."""
Data = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="A folder with image/ and alpha/ (it becomes the data set 'generated'), or one with "
        "data sets in it. It comes before those of $MATTE_DATA.",
    ),
]


def finetune(
    recipe: Recipe,
    data: Data,
    out: Out,
    init: Init = None,
    config: Config = "default",
    sets: Sets = None,
    resume: ResumeChoice = Resume.never,
    device: Device = "auto",
) -> None:
    """Train a recipe from weights instead of from nothing, with the data sets in a folder.

    Without --init it starts from the recipe's own weights: those that are used to cut.
    """
    from trainer.initial import start_from

    _put_first(data.expanduser().resolve(), out.expanduser())
    train_recipe(
        recipe,
        config,
        sets or [],
        out=out,
        resume=resume is Resume.auto,
        device=device,
        start=lambda setup: start_from(setup, init),
    )


def _put_first(data: Path, out: Path) -> None:
    """Make a folder the first place where data sets are looked for, here and in workers."""
    from trainer.data.roots import DATA_VARIABLE, TABLE

    place = data
    if (data / "alpha").is_dir():
        place = out / "data.toml"
        out.mkdir(parents=True, exist_ok=True)
        place.write_text(f"[{TABLE}]\n{SET} = {json.dumps(str(data))}\n", encoding="utf-8")
    before = os.environ.get(DATA_VARIABLE, "")
    os.environ[DATA_VARIABLE] = os.pathsep.join(filter(None, (str(place), before)))
