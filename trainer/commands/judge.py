"""`matte-train judge`: how good generated pictures with mattes are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.errors import UserError
from trainer.commands.options import Device

if TYPE_CHECKING:
    from engine.device import Compute
    from trainer.data.folders import PhotographFiles
    from trainer.evaluation.consistency import Consistency
    from trainer.evaluation.distance import Distance

Told = Callable[[int, int], None]
_MATTES, _PICTURES = "Do the mattes fit", "How far from real ones"

Made = Annotated[
    str,
    typer.Argument(
        metavar="SET", help="Pictures with mattes: layout generated or rgba, or a name."
    ),
]
Methods = Annotated[
    str,
    typer.Option(
        "--methods",
        metavar="A,B,C",
        help="Matting methods whose mattes of the pictures are compared with the set's.",
        rich_help_panel=_MATTES,
    ),
]
Segmenter = Annotated[
    str,
    typer.Option(
        "--segmenter",
        metavar="NAME|FILE",
        help="Finds subjects, for methods that need a trimap.",
        rich_help_panel=_MATTES,
    ),
]
DomainName = Annotated[
    str,
    typer.Option(
        "--domain", metavar="NAME", help="Subjects: person or animal.", rich_help_panel=_MATTES
    ),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, metavar="N", help="The first N.", rich_help_panel=_MATTES),
]
Real = Annotated[
    str | None,
    typer.Option("--real", metavar="FOLDER|NAME", help="Real pictures.", rich_help_panel=_PICTURES),
]
Weights = Annotated[
    Path | None,
    typer.Option(
        "--inception",
        metavar="FILE",
        help="FID's weights of Inception. Without them the distance is in features of our own, "
        "FD-ours.",
        rich_help_panel=_PICTURES,
    ),
]
Features = Annotated[
    str,
    typer.Option(
        "--features",
        metavar="NAME|FILE",
        help="The segmenter that looks, without Inception.",
        rich_help_panel=_PICTURES,
    ),
]
Count = Annotated[
    int, typer.Option("--count", min=2, help="Pictures of each.", rich_help_panel=_PICTURES)
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, help="Of which are drawn.", rich_help_panel=_PICTURES)
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The JSON.")]


def judge(
    made: Made,
    methods: Methods = "",
    segmenter: Segmenter = "",
    domain: DomainName = "person",
    limit: Limit = None,
    real: Real = None,
    inception: Weights = None,
    features: Features = "person_small",
    count: Count = 5000,
    seed: Seed = 0,
    device: Device = "auto",
    out: Out = Path("judged.json"),
) -> None:
    """Say whether generated mattes fit their pictures, and how far the pictures are from real ones.

    --methods compares each matte with those that matting methods make of the picture alone;
    --real gives the Fréchet distance to real pictures, and that between real ones.
    """
    from engine.device import Compute
    from trainer.evaluation.consistency import known_methods

    names, compute = known_methods(methods), Compute(device)
    if not names and real is None:
        raise UserError("Nothing to judge.", remedy="Give --methods, or --real, or both.")
    photographs = _opened(made)
    found: dict[str, Any] = {"set": made}
    if names:
        rows = _consistency(photographs, names, domain, segmenter, limit, compute)
        found["consistency"] = [row.as_dict() for row in rows]
    if real is not None:
        apart = _distance(photographs, real, inception, features, count, seed, compute)
        found["distance"] = apart.as_dict()
    _write(out, found)
    typer.echo(f"Written to {out}.")


def _opened(made: str) -> PhotographFiles:
    from trainer.data.layouts.opening import layout_of, open_photographs
    from trainer.data.roots import DataRoot

    folder = Path(made).expanduser()
    if not folder.is_dir():
        return open_photographs(made)
    layout = layout_of(DataRoot(folder.resolve().name, folder, "the command line"))
    return open_photographs(layout.name, root=folder)


def _consistency(
    photographs: PhotographFiles,
    names: tuple[str, ...],
    domain: str,
    segmenter: str,
    limit: int | None,
    compute: Compute,
) -> list[Consistency]:
    from rich.console import Console

    from trainer.evaluation.consistency import alpha_consistency, consistency_table
    from trainer.prepare.domains import domain_named
    from trainer.prepare.finders import open_finder
    from trainer.prepare.mattes import Matter

    matters = [Matter(name, compute) for name in names]
    for matter in matters:
        matter.prepare()
    guided = any(not matter.alone for matter in matters)
    finder = (
        open_finder(domain_named(domain), segmenter=segmenter, compute=compute) if guided else None
    )
    with _bar("Comparing mattes") as told:
        rows = alpha_consistency(photographs, matters, finder, limit=limit, told=told)
    Console().print(consistency_table(rows))
    return rows


def _distance(
    photographs: PhotographFiles,
    real: str,
    inception: Path | None,
    features: str,
    count: int,
    seed: int,
    compute: Compute,
) -> Distance:
    from trainer.data.picture_folders import pictures_of
    from trainer.data.portrait_pictures import WholePictures
    from trainer.evaluation.distance import Eye, InceptionEye, SegmenterEye, colours_of, distance

    compared = colours_of(photographs), pictures_of(real)
    eye: Eye
    if inception is None:
        eye = SegmenterEye(features, compute=compute)
    else:
        eye = InceptionEye(inception.expanduser(), compute=compute)
    side = min(compared[0].picture(0).shape[:2])
    squares = [WholePictures(each, side) for each in compared]
    with _bar("Looking at pictures") as told:
        found = distance(squares[0], squares[1], eye, count=count, seed=seed, told=told)
    typer.echo(
        f"{found.name} {found.value:.3f} between {found.made} made and {found.real} real ones "
        f"({found.to_all:.3f} to all {2 * found.real}); {found.floor:.3f} between real ones."
    )
    if found.few:
        typer.echo("These are too few pictures for a comparison with other numbers.", err=True)
    return found


def _write(out: Path, found: dict[str, Any]) -> None:
    import json

    from engine.imaging.atomic import replace_atomically

    text = json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False)
    with replace_atomically(out) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


@contextmanager
def _bar(what: str) -> Iterator[Told]:
    """A bar on standard error, so that standard output holds the results alone."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, count: bar.update(task, completed=done, total=count)
