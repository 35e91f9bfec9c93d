"""`matte models`: which methods and networks there are, and whose weights."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.errors import UsageError
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.models.weights import FoundWeights

models = typer.Typer(
    name="models",
    help="List, check, add and remove the models that cut.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Weights = Annotated[
    Path | None,
    typer.Option(
        "--weights",
        metavar="FOLDER",
        help="Look for weights here first, then in $MATTE_HOME, your data folder, and built in.",
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="As 'matte models list' shows it.")]


@models.command("list")
def list_models(weights: Weights = None) -> None:
    """List the built-in methods, the networks, and weights you added."""
    from engine.matting.methods import METHODS, REFINED, network_methods
    from engine.models.registry import MODELS
    from engine.models.weights import all_weights

    found = all_weights(weights)
    refined = network_methods().get(REFINED)
    ready = {item.row.model for item in found if item.path.is_file()}
    rows = [(name, "method", "built in", spec.title) for name, spec in METHODS.items()]
    if refined is not None:
        rows.append((refined.name, "method", "ready", refined.title))
    for name, model in MODELS.items():
        state = "ready" if name in ready else "no weights"
        rows.append((name, model.kind, state, model.title))
    for item in found:
        if item.row.model not in MODELS:
            state = f"ready ({item.place})" if item.path.is_file() else "missing"
            rows.append((item.row.model, "weights", state, item.row.origin))
    _table(("NAME", "KIND", "STATE", "TITLE"), rows)


@models.command("info")
def info(name: Name, weights: Weights = None) -> None:
    """Say all that is known about a method, a network, or weights."""
    from engine.matting.methods import METHODS, network_methods
    from engine.models.registry import MODELS
    from engine.models.weights import all_weights

    networks = network_methods()
    rows: list[tuple[str, str]] = []
    if name in METHODS:
        method = METHODS[name]
        rows += [("title", method.title), ("summary", method.summary)]
        rows += [("weights", "none needed, built in")]
    elif name in networks and name not in MODELS:
        rows += [("title", networks[name].title), ("summary", networks[name].summary)]
    if name in MODELS:
        model = MODELS[name]
        rows += [("title", model.title), ("summary", model.summary), ("kind", model.kind)]
        rows += [("abilities", ", ".join(sorted(model.abilities))), ("origin", model.origin)]
    for item in all_weights(weights):
        if item.row.model == name:
            rows += _weights_rows(item)
    if not rows:
        raise UsageError(f"Nothing is called {name!r}.", remedy="See 'matte models list'.")
    _table((), [("name", name), *rows])


@models.command("verify")
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="Default: all weights.")
    ] = None,
    weights: Weights = None,
) -> None:
    """Check weights against their checksums."""
    from engine.models.weights import all_weights, find_weights

    found = [find_weights(name, weights=weights) for name in names or ()] or all_weights(weights)
    if not found:
        typer.echo("There are no weights to verify; the built-in methods need none.")
    bad = 0
    for item in found:
        problem = _problem(item)
        bad += problem is not None
        typer.echo(problem or f"{item.row.model}: good ({item.path})", err=problem is not None)
    if bad:
        raise typer.Exit(1)


@models.command("path")
def path(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Default: the folders searched.")
    ] = None,
    weights: Weights = None,
) -> None:
    """Print where a model's weights are, or the folders that are searched, first to last."""
    from engine.models.weights import find_weights, search_folders

    if name is not None:
        typer.echo(find_weights(name, weights=weights).path)
        return
    for place, folder in search_folders(weights).items():
        there = "" if folder.is_dir() else " (not there yet)"
        typer.echo(f"{folder}  [{place}]{there}")


@models.command("add")
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=".safetensors, .pt, .pth or .pkl")],
    name: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="The model it is for. Default: its own name."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace weights of that name.")
    ] = False,
    accept_licence: Annotated[
        bool,
        typer.Option("--accept-licence", help="Accept the licence that is shown without this."),
    ] = False,
) -> None:
    """Check a weights file, convert it to safetensors, and put it into your data folder.

    A PyTorch file that holds anything but tensors is refused; nothing in it is run. Of an official
    StyleGAN2 pickle, too, nothing is run; it becomes NAME and NAME_discriminator.
    """
    from engine.models.import_weights import import_every
    from engine.models.weights import user_folder

    rows = import_every(file.expanduser(), name=name, replace=overwrite, accepted=accept_licence)
    for row in rows:
        typer.echo(f"Added {row.model}: {user_folder() / row.file}")
        typer.echo(f"SHA-256 {row.sha256}, licence {row.licence}")
        if row.accepted:
            typer.echo(f"You accepted this licence on {row.accepted}.")
        typer.echo(f"From {row.origin}")


@models.command("remove")
def remove(name: Name) -> None:
    """Delete weights that you added; those that came with the program stay."""
    from engine.models.installed import remove_weights

    typer.echo(f"Removed {name}: {remove_weights(name)}")


def _weights_rows(item: FoundWeights) -> list[tuple[str, str]]:
    row, there = item.row, "" if item.path.is_file() else " (missing)"
    said = [
        ("weights", f"{item.path} ({item.place}){there}"),
        ("sha256", row.sha256),
        ("licence", row.licence),
        ("accepted", row.accepted),
        ("from", row.origin),
        ("bytes", str(row.bytes)),
        ("network", row.network),
        ("clamp", f"{row.clamp:g}" if row.clamp else ""),
        ("trained by", " ".join(filter(None, (row.recipe, row.config, row.commit)))),
        ("trained on", row.data),
        ("figures", ", ".join(f"{name} {value:.4g}" for name, value in row.figures.items())),
    ]
    return [(name, value) for name, value in said if value]


def _problem(item: FoundWeights) -> str | None:
    """What is wrong with a file, or None."""
    from engine.models.weights import verify as verify_file

    try:
        verify_file(item)
    except UserError as error:
        return str(error)
    return None


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Columns as wide as they need to be; plain text, so that it can be piped."""
    lines = [head, *rows] if head else list(rows)
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())
