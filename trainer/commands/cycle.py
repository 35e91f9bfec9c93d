"""`matte-train cycle`: StyleMatte and StyleMatteGAN, each made better by the other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainer.commands.options import Device, Sets

Rounds = Annotated[
    int | None, typer.Option("--rounds", "-n", min=1, metavar="N", help="Default: the config's.")
]
CycleConfig = Annotated[
    str, typer.Option("--config", "-c", metavar="NAME|FILE", help="default, smoke or a TOML file.")
]
Folder = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="The cycle's folder.")]


def cycle(
    out: Folder,
    rounds: Rounds = None,
    config: CycleConfig = "default",
    sets: Sets = None,
    device: Device = "auto",
) -> None:
    """Let StyleMatte cut photographs, StyleMatteGAN learn from that, and StyleMatte from it.

    Each round has a folder with weights, figures and pictures. Goes on where it was stopped, also
    with more rounds; SIGTERM or Ctrl+C ends it with exit code 75. Start it with torchrun to train
    on several devices: torchrun --nproc-per-node 4 -m trainer.cli cycle --out DIR
    """
    from engine.errors import Cancelled
    from trainer.cycle.config import load_cycle
    from trainer.cycle.rounds import run_cycle
    from trainer.signals import STOPPED

    chosen = [] if rounds is None else [f"rounds={rounds}"]
    try:
        run_cycle(load_cycle(config, [*(sets or []), *chosen]), out.expanduser(), device=device)
    except Cancelled as error:
        typer.echo("stopped; the same command goes on", err=True)
        raise typer.Exit(STOPPED) from error
