"""`matte-train data`: which data sets there are, what they lack, and composed test sets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UserError

if TYPE_CHECKING:
    from trainer.data.layouts import LayoutSpec
    from trainer.data.roots import DataRoot

data = typer.Typer(
    name="data",
    help="List and check data sets, compose test sets.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Root = Annotated[
    Path | None,
    typer.Option("--root", metavar="DIR", help="Where it is. Default: where you said it is."),
]


@data.command("list")
def list_layouts() -> None:
    """List the layouts that are known, their splits, and where you said data sets are."""
    from trainer.data.layouts import LAYOUTS
    from trainer.data.roots import known_roots, user_file

    width = max(map(len, LAYOUTS))
    for name, spec in LAYOUTS.items():
        splits = ", ".join(f"{key} ({split.holds})" for key, split in spec.splits.items())
        typer.echo(f"{name.ljust(width)}  {spec.title}: {splits}")
        typer.echo(f"{' ' * width}  {spec.home} · {spec.licence}")
        if spec.note:
            typer.echo(f"{' ' * width}  {spec.note}")
    roots = known_roots().values()
    typer.echo(f"\nData sets named in $MATTE_DATA or {user_file()}:" if roots else "")
    for root in roots:
        typer.echo(f"{root.name}  {root.path}")


@data.command("check")
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME...]", help="Default: all that you said where they are."),
    ] = None,
    root: Root = None,
) -> None:
    """Say what of a data set is there, with counts, and what is missing, by exact path.

    Exits with 1 if something is missing.
    """
    from trainer.data.roots import how_to_set, known_roots

    if root is not None and (names is None or len(names) != 1):
        raise UserError("--root is for one data set.", remedy="Name one.")
    wanted = names or list(known_roots())
    if not wanted:
        raise UserError("Nobody has said where any data set is.", remedy=how_to_set("voc"))
    whole = [_check_one(name, root) for name in wanted]
    if not all(whole):
        raise typer.Exit(1)


@data.command("compose")
def compose(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Default: list the protocols.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="The folder to write to.")
    ] = None,
    root: Root = None,
    voc: Annotated[
        Path | None, typer.Option("--voc", metavar="DIR", help="Where PASCAL VOC is.")
    ] = None,
    subjects: Annotated[
        Path | None,
        typer.Option("--subjects", metavar="FILE", help="Take these subjects, one a line."),
    ] = None,
    backgrounds: Annotated[
        Path | None,
        typer.Option(
            "--backgrounds", metavar="FILE", help="VOC pictures, twenty a subject, one a line."
        ),
    ] = None,
) -> None:
    """Compose a test set into merged/, alpha_copy/ and trimaps/; goes on where it stopped."""
    if name is None:
        _list_protocols()
        return
    if out is None:
        raise UserError("Nobody said where to write it.", remedy="Give --out DIR.")
    from trainer.data.composed_sets import write_test
    from trainer.data.protocols import composed_test

    test = composed_test(
        name, root=root, voc=voc, subject_list=subjects, background_list=backgrounds
    )
    typer.echo(f"{len(test)} photographs; backgrounds: {test.origin}")
    with typer.progressbar(length=len(test)) as bar:
        written = write_test(
            test, out.expanduser(), told=lambda done, _: bar.update(done - bar.pos)
        )
    typer.echo(f"{written} written, {len(test) - written} were there: {out}")


def _check_one(name: str, root: Path | None) -> bool:
    """Print what is found; whether all is there."""
    from trainer.data.layouts.opening import layout_of
    from trainer.data.roots import DataRoot, find_root

    place = DataRoot(name, root.expanduser(), "--root") if root else find_root(name)
    spec = layout_of(place)
    typer.secho(_head(place, spec), bold=True)
    findings = spec.check(place.path)
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        mark = "ok" if finding.good else "!!"
        colour = None if finding.good else "red"
        typer.secho(f"{mark}  {finding.name.ljust(width)}  {finding.value}", fg=colour)
    return all(finding.good for finding in findings)


def _head(place: DataRoot, spec: LayoutSpec) -> str:
    return f"{place.name}: {spec.title}, {spec.located(place.path)}"


def _list_protocols() -> None:
    from trainer.data.protocols import PROTOCOLS

    for name, protocol in PROTOCOLS.items():
        typer.echo(f"{name}  {protocol.title}. {protocol.note}".rstrip())
