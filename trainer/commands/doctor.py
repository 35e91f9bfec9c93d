"""`matte-train doctor`: what this machine can do."""

from __future__ import annotations

import typer


def doctor() -> None:
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
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)
