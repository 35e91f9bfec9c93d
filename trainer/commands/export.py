"""`matte-train export`: from a run to weights files."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Which(str, Enum):
    """Which weights of a run."""

    best = "best"
    last = "last"


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The run's folder.")],
    name: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="Of the model. Default: what the recipe names."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Default: 'export' in the run's folder."),
    ] = None,
    half: Annotated[bool, typer.Option("--half", help="Store numbers in 16 bits.")] = False,
    which: Annotated[
        Which | None,
        typer.Option(
            "--which", help="best: by validation; last: of the newest checkpoint. Default: best."
        ),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="The trained weights instead of the averaged ones.")
    ] = False,
) -> None:
    """Write a run's weights as safetensors, with rows for the list of weights.

    'matte models add FILE' then takes a file.
    """
    from trainer.export import export_run

    folder = run / "export" if out is None else out.expanduser()
    rows = export_run(
        run.expanduser(),
        folder=folder,
        name=name,
        which=None if which is None else which.value,
        half=half,
        averaged=not plain,
    )
    for row in rows:
        typer.echo(f"{folder / row.file}: {row.model}, {row.bytes / 1e6:.1f} MB")
        typer.echo(f"SHA-256 {row.sha256}")
