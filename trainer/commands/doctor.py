"""`matte-train doctor`: what this machine can do, and what a run would take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trainer.commands.options import Config, Device, Sets
from trainer.recipes import RECIPES

if TYPE_CHECKING:
    from trainer.estimate import Estimate

ALL = "all"
GIB = 1 << 30


def doctor(
    recipe: Annotated[
        str | None,
        typer.Option(
            "--recipe",
            metavar="NAME",
            help=f"Also try two steps of a recipe and reckon what all would take; or '{ALL}'.",
        ),
    ] = None,
    config: Config = "default",
    sets: Sets = None,
    device: Device = "auto",
) -> None:
    """Say what this machine can do: torch, devices, precisions, cores, memory, disk, data.

    Exits with 1 if something stands in the way of training.
    """
    from trainer.doctor import examine  # imports torch

    findings = examine()
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        mark = "ok" if finding.good else "!!"
        colour = None if finding.good else "red"
        typer.secho(f"{mark}  {finding.name.ljust(width)}  {finding.value}", fg=colour)
    if recipe is None:
        typer.echo("\nMemory and hours of a recipe: matte-train doctor --recipe NAME --config NAME")
    else:
        from trainer.estimate import estimate

        for name in list(RECIPES) if recipe == ALL else [recipe]:
            _show(estimate(name, config, sets or [], device=device))
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


def _show(found: Estimate) -> None:
    whole = found.sample_bytes * found.samples
    typer.echo(
        f"\n{found.recipe}, config {found.config}: "
        f"{found.parameters / 1e6:.2f} million parameters\n"
        f"  memory    {found.memory / GIB:.1f} GiB in each process\n"
        f"  hours     {found.hours:.2f} in one process like this, if samples keep up\n"
        f"  samples   {found.samples:,} drawn; each worker makes {found.samples_per_second:.1f} a "
        f"second ({found.samples / found.samples_per_second / 3600:.1f} worker hours)\n"
        f"  data      {found.sample_bytes / 1e6:.2f} MB a sample; all of them, made ahead, would "
        f"be {whole / GIB:.1f} GiB\n"
        f"  measured  {found.how}"
    )
