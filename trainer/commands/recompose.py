"""`matte-train recompose`: cut labelled people out, to compose them over other backgrounds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

People = Annotated[
    Path,
    typer.Argument(
        metavar="PEOPLE", help="Folder with image/*.jpg and label/*.png (0, 1 person, 2 hair)."
    ),
]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="Folder for colours and mattes.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="The first N photographs only.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="Photographs at a time.")]


def recompose(people: People, out: Out, limit: Limit = None, jobs: Jobs = 1) -> None:
    """Cut labelled people out of photographs; goes on where it was stopped.

    Each gets a matte (closed form around the label) and its own colours. Those with parts that
    the background shows through are left out, and counted.
    """
    from rich.progress import Progress

    from trainer.data import recompose as cutting

    with Progress() as progress:
        task = progress.add_task("Cutting people out")
        counts = cutting.recompose(
            people.expanduser(),
            out.expanduser(),
            limit=limit,
            jobs=jobs,
            told=lambda done, total: progress.update(task, completed=done, total=total),
        )
    for reason, count in counts.most_common():
        typer.echo(f"{count:5}  {'kept' if reason == 'kept' else f'left out: {reason}'}")


if __name__ == "__main__":
    typer.run(recompose)
