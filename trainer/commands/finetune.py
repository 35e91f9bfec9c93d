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
PHOTOGRAPHS = {"data.source": "photographs", "data.name": SET, "loss.composition": 0}
"""What a recipe is told to train on it; a composition loss would need its layers."""
SUBJECTS = {"data.shares": "{subjects=1}", "data.name": SET}
"""The same for recipes that compose subjects, where the set has their colours."""
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
    """Train a recipe from weights instead of from nothing, with your own data.

    Without --init it starts from the recipe's own weights: those that are used to cut. A folder
    with image/ and alpha/ is trained on as photographs; --set chooses otherwise.
    """
    from trainer.config import has_key, load_config
    from trainer.initial import start_from

    folder, implied = data.expanduser().resolve(), []
    if (folder / "alpha").is_dir():
        folder = _named(folder, out.expanduser())
        found = load_config(recipe, config, sets or [])
        implied = [f"{key}={value}" for key, value in _told(folder).items() if has_key(found, key)]
    _put_first(folder)
    train_recipe(
        recipe,
        config,
        [*implied, *(sets or [])],
        out=out,
        resume=resume is Resume.auto,
        device=device,
        start=lambda setup: start_from(setup, init),
    )


def _told(folder: Path) -> dict[str, object]:
    """What a recipe is told to train on a folder; keys that it has not are left out later."""
    return {**PHOTOGRAPHS, **(SUBJECTS if any(folder.glob("foreground/*")) else {})}


def _named(data: Path, out: Path) -> Path:
    """A list of data sets that names one folder."""
    from trainer.data.roots import TABLE

    place = out / "data.toml"
    out.mkdir(parents=True, exist_ok=True)
    place.write_text(f"[{TABLE}]\n{SET} = {json.dumps(str(data))}\n", encoding="utf-8")
    return place


def _put_first(place: Path) -> None:
    """Look for data sets there before anywhere else, here and in workers."""
    from trainer.data.roots import DATA_VARIABLE

    before = os.environ.get(DATA_VARIABLE, "")
    os.environ[DATA_VARIABLE] = os.pathsep.join(filter(None, (str(place), before)))
