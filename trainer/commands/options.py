"""Arguments and options that several commands share."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Resume(str, Enum):
    """Whether a run goes on from what is in its folder."""

    auto = "auto"
    never = "never"


Recipe = Annotated[str, typer.Argument(metavar="RECIPE", help="As 'matte-train list' shows it.")]
Config = Annotated[
    str,
    typer.Option(
        "--config", "-c", metavar="NAME|FILE", help="A config of the recipe, or a TOML file."
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="The run's folder.")]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", "-s", metavar="a.b=c", help="Change a value of the config. May be repeated."
    ),
]
ResumeChoice = Annotated[
    Resume,
    typer.Option("--resume", help="auto: go on from the newest checkpoint, if there is one."),
]
Device = Annotated[str, typer.Option("--device", metavar="NAME", help="auto, cpu, cuda or mps.")]
StopAfter = Annotated[
    int | None,
    typer.Option("--stop-after", min=1, metavar="N", help="Checkpoint and end after N steps."),
]
