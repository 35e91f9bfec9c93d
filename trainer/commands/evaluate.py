"""`matte-train evaluate`: how good mattes are, or the model that makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UserError

if TYPE_CHECKING:
    from trainer.evaluation.scores import Evaluation, Failure

Progress = Callable[[int, int], None]
_FOLDERS, _MODEL, _ERRORS = "Score a folder", "Score a model", "Errors"
_VOTE = "Pairs for a blind vote"


def evaluate(
    pred: Annotated[
        Path | None,
        typer.Option("--pred", metavar="DIR", help="Mattes to score.", rich_help_panel=_FOLDERS),
    ] = None,
    alpha: Annotated[
        Path | None,
        typer.Option(
            "--alpha",
            metavar="DIR",
            help="True mattes; files belong together by their names without suffix.",
            rich_help_panel=_FOLDERS,
        ),
    ] = None,
    trimap: Annotated[
        Path | None,
        typer.Option("--trimap", metavar="DIR", help="Trimaps.", rich_help_panel=_FOLDERS),
    ] = None,
    detail: Annotated[
        Path | None,
        typer.Option("--detail", metavar="DIR", help="Detail maps.", rich_help_panel=_FOLDERS),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights",
            metavar="NAME|FILE",
            help="A matting network's weights.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="NAME|DIR",
            help="A data set with photographs: a data root's name, or image/ and alpha/.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option("--split", metavar="NAME", help="Of the data.", rich_help_panel=_MODEL),
    ] = None,
    guidance: Annotated[
        str,
        typer.Option(
            "--guidance",
            metavar="KIND",
            help="trimap, trimap_fg, mask, mask_eroded_10 (20, 30), mask_dilated_10 (20, 30), "
            "soft.",
            rich_help_panel=_MODEL,
        ),
    ] = "trimap",
    long_side: Annotated[
        int | None,
        typer.Option(
            "--long-side",
            min=32,
            metavar="N",
            help="Scale larger pictures down to N pixels.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", min=1, metavar="N", help="The first N pictures.", rich_help_panel=_MODEL
        ),
    ] = None,
    device: Annotated[
        str,
        typer.Option(
            "--device", metavar="NAME", help="auto, cpu, cuda or mps.", rich_help_panel=_MODEL
        ),
    ] = "auto",
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet",
            metavar="FOLDER",
            help="Instead of scoring, write pairs over green: the photograph, then the mattes of "
            "--pred and --against in random order; key.json says which is which.",
            rich_help_panel=_VOTE,
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", metavar="DIR", help="Another method's mattes.", rich_help_panel=_VOTE
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option("--images", metavar="DIR", help="The photographs.", rich_help_panel=_VOTE),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed", min=0, metavar="N", help="Of the order; else chance.", rich_help_panel=_VOTE
        ),
    ] = None,
    profile: Annotated[
        str,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="Whose definitions: dim (Composition-1k) or p3m.",
            rich_help_panel=_ERRORS,
        ),
    ] = "dim",
    stretch: Annotated[
        bool,
        typer.Option(
            "--mat2gray/--no-mat2gray",
            help="In profile dim, stretch each matte to 0…1 before its gradient, as published.",
            rich_help_panel=_ERRORS,
        ),
    ] = True,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FILE", help="The JSON.", rich_help_panel=_ERRORS),
    ] = Path("evaluation.json"),
) -> None:
    """Score a folder of mattes, or a model, and write a table and JSON; or pairs for a blind vote.

    Exits with 1 if a picture could not be scored; the others count all the same.
    """
    if sheet is not None or against is not None or images is not None:
        if any((alpha, trimap, detail, weights, data)):
            raise UserError(
                "A blind vote takes --pred, --against and --images alone.",
                remedy="Leave the others out, or --sheet.",
            )
        _write_sheet(sheet, pred, against, images, seed, long_side)
        return
    from trainer.metrics.profiles import profile_named

    profile_named(profile)
    with _bar() as progress:
        if weights is None:
            if data is not None:
                raise UserError("--data needs --weights.", remedy="Say which model to score.")
            found = _folders(pred, alpha, trimap, detail, profile, stretch, progress)
        else:
            if any((pred, alpha, trimap, detail)):
                raise UserError(
                    "Either a folder of mattes or a model can be scored.",
                    remedy="Leave out --weights, or --pred, --alpha, --trimap and --detail.",
                )
            compared = (data, split, guidance, long_side, limit, device)
            found = _model(weights, *compared, profile, stretch, progress)
    found.write(out)
    _show(found, out)
    if found.failures:
        raise typer.Exit(1)


def _write_sheet(
    sheet: Path | None,
    pred: Path | None,
    against: Path | None,
    images: Path | None,
    seed: int | None,
    long_side: int | None,
) -> None:
    from secrets import randbits

    from trainer.evaluation.blind import KEY, Compared, write_pairs

    if sheet is None or pred is None or against is None or images is None:
        raise UserError(
            "Something is missing for a blind vote.",
            remedy="Give --sheet, --pred, --against and --images (folders).",
        )
    chosen = randbits(32) if seed is None else seed
    folders = Compared(pred, against, images)
    with _bar() as progress:
        vote = write_pairs(folders, sheet, seed=chosen, long_side=long_side, progress=progress)
    _tell(vote.failures)
    typer.echo(f"{len(vote.pairs)} pairs in {sheet}; keep {KEY} from those who vote.")
    if vote.failures:
        raise typer.Exit(1)


def _folders(
    pred: Path | None,
    alpha: Path | None,
    trimap: Path | None,
    detail: Path | None,
    profile: str,
    stretch: bool,
    progress: Progress,
) -> Evaluation:
    from trainer.evaluation.folders import Folders, evaluate_folders

    if pred is None or alpha is None:
        raise UserError(
            "Nothing to score.",
            remedy="Give --pred and --alpha (folders), or --weights and --data (a model).",
        )
    folders = Folders(pred, alpha, trimap, detail)
    return evaluate_folders(folders, profile=profile, stretch=stretch, progress=progress)


def _model(
    weights: str,
    data: str | None,
    split: str | None,
    guidance: str,
    long_side: int | None,
    limit: int | None,
    device: str,
    profile: str,
    stretch: bool,
    progress: Progress,
) -> Evaluation:
    from engine.device import Compute
    from trainer.data.layouts.opening import open_photographs
    from trainer.evaluation.guidance import kind_named
    from trainer.evaluation.networks import evaluate_network, open_network

    if data is None:
        raise UserError("--weights needs --data.", remedy="Say on which photographs to score it.")
    kind = kind_named(guidance)
    folder = Path(data)
    if folder.is_dir():
        photographs = open_photographs(folder.resolve().name, split, root=folder)
    else:
        photographs = open_photographs(data, split)
    return evaluate_network(
        open_network(weights, compute=Compute(device)),
        photographs,
        kind,
        subject=f"{weights} on {data}, guidance {kind.name}",
        profile=profile,
        stretch=stretch,
        long_side=long_side,
        limit=limit,
        progress=progress,
    )


@contextmanager
def _bar() -> Iterator[Progress]:
    """A bar on standard error, so that standard output holds the table alone."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Scoring", total=None)
        yield lambda done, count: bar.update(task, completed=done, total=count)


def _show(found: Evaluation, out: Path) -> None:
    from rich.console import Console

    from trainer.evaluation.report import table_of

    _tell(found.failures)
    if found.scores:
        Console().print(table_of(found))
    typer.echo(f"{len(found.scores)} scored, {len(found.failures)} failed; written to {out}")


def _tell(failures: list[Failure]) -> None:
    for failure in failures:
        typer.secho(f"{failure.name}: {failure.problem}", fg="red", err=True)
