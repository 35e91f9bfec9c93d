"""What will be written where, settled and checked before anything runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.batch.folders import base_stem
from engine.commands.errors import UsageError
from engine.commands.inputs import Source
from engine.delivery import Delivery
from engine.errors import UserError
from engine.imaging.atomic import make_folder
from engine.imaging.read import read_image
from engine.imaging.write import WRITERS, writer_for
from engine.naming import TEMPLATE, Named, fields_of
from engine.product_table import EVERY, check_targets, product_paths


@dataclass(frozen=True)
class Task:
    """One photograph and the files that will be made of it.

    Attributes:
        source: the photograph.
        targets: product name to file.
    """

    source: Path
    targets: Mapping[str, Path]


@dataclass(frozen=True)
class Wishes:
    """What the options say about the output.

    Attributes:
        out: a folder, or a file if it has a suffix.
        products: keys of `engine.product_table.EVERY`.
        format: a key of `WRITERS`, or None for what `out` or the product asks for.
        template: of the files' names, see `engine.naming`.
        scale: of the files, relative to the photographs.
        bits: 8, 16, or None.
        transparent: there is no background to composite on.
        overwrite: replace what is there.
        resume: leave what is there and complete.
        renames: the inputs are products themselves: `face_composite` from `face_cutout`.
    """

    out: Path
    products: Sequence[str]
    format: str | None = None
    bits: int | None = None
    transparent: bool = False
    overwrite: bool = False
    resume: bool = False
    renames: bool = False
    template: str = TEMPLATE
    scale: float = 1.0


def plan(
    sources: Sequence[Source], wishes: Wishes, *, also_read: Iterable[Path] = ()
) -> list[Task]:
    """Lay out all files of a run.

    Args:
        sources: the photographs.
        wishes: what the options say.
        also_read: masks and the like, which must not be written over either.

    Raises:
        UsageError: if two outputs have the same name, one would replace an input, one is there
            already and nothing was said about it, or a format cannot hold a product.
    """
    if wishes.overwrite and wishes.resume:
        raise UsageError("--overwrite and --resume contradict each other.")
    _check_format_means_something(wishes)
    single = _is_file(wishes.out)
    if single:
        tasks = [_single_task(sources, wishes)]
    else:
        tasks = [_task(source, wishes, number) for number, source in enumerate(sources, start=1)]
    for task in tasks:
        _check_formats(task, wishes)
    _check_names(tasks)
    _check_inputs_survive(tasks, also_read)
    if not (wishes.overwrite or wishes.resume):
        _check_nothing_there(tasks)
    return tasks


def make_folders(tasks: Iterable[Task]) -> None:
    """Make the folders that a plan writes to.

    Raises:
        UserError: if that is impossible.
    """
    for folder in {path.parent for task in tasks for path in task.targets.values()}:
        make_folder(folder)


def format_named(text: str | None) -> str | None:
    """The key of `WRITERS` for what people type: `jpg`, `.tif`, `PNG`.

    Raises:
        UsageError: if there is none.
    """
    if text is None:
        return None
    typed = text.lower().lstrip(".")
    for name, writer in WRITERS.items():
        if typed == name or f".{typed}" in (writer.suffix, *writer.aliases):
            return name
    raise UsageError(f"There is no format {text!r}.", remedy=f"Known: {', '.join(WRITERS)}.")


def _is_file(out: Path) -> bool:
    return bool(out.suffix) and not out.is_dir()


def _task(source: Source, wishes: Wishes, number: int) -> Task:
    stem = base_stem(source.path) if wishes.renames else source.path.stem
    try:
        named = product_paths(
            stem,
            folder=wishes.out / source.below,
            products=wishes.products,
            format_name=wishes.format or "png",
            template=wishes.template,
            about=Named(stem, _size_of(source.path, wishes), counter=number),
        )
    except UserError as error:
        raise UsageError(error.problem, remedy=error.remedy, path=error.path) from error
    return Task(source.path, named)


def _size_of(source: Path, wishes: Wishes) -> tuple[int, int] | None:
    """(height, width) of a photograph's files; it is read for that only if a name has it."""
    if "size" not in fields_of(wishes.template):
        return None
    return Delivery(scale=wishes.scale).size(read_image(source).size)


def _single_task(sources: Sequence[Source], wishes: Wishes) -> Task:
    if len(sources) != 1 or len(wishes.products) != 1:
        raise UsageError(
            f"{len(sources)} photographs and {len(wishes.products)} products do not fit into one "
            "file.",
            remedy="Give -o a folder.",
            path=wishes.out,
        )
    _check_format_agrees(wishes)
    if wishes.template != TEMPLATE:
        raise UsageError(
            "-o names the file already.", remedy="Leave --name-template out.", path=wishes.out
        )
    return Task(sources[0].path, {wishes.products[0]: wishes.out})


def _check_format_agrees(wishes: Wishes) -> None:
    if wishes.format is not None and _writer(wishes.out) is not WRITERS[wishes.format]:
        raise UsageError(f"--format {wishes.format} contradicts the file's name.", path=wishes.out)


def _check_format_means_something(wishes: Wishes) -> None:
    """Among products of any format, the others are saved as they can; alone they can't."""
    rows = [EVERY[name] for name in wishes.products]
    if wishes.format is None or any(row.format_for(wishes.format) == wishes.format for row in rows):
        return
    raise UsageError(
        f"A {wishes.products[0]} is not saved as {wishes.format}.",
        remedy=f"Use {' or '.join(rows[0].formats)}.",
    )


def _writer(path: Path) -> object:
    try:
        return writer_for(path)
    except UserError as error:
        raise UsageError(error.problem, remedy=error.remedy, path=path) from error


def _check_formats(task: Task, wishes: Wishes) -> None:
    try:
        check_targets(task.targets, bits=wishes.bits, transparent=wishes.transparent)
    except UserError as error:
        raise UsageError(error.problem, remedy=error.remedy, path=error.path) from error


def _key(path: Path) -> str:
    """Equal for two names of the same file; the usual Windows and macOS disks ignore case."""
    text = os.path.realpath(path)
    return text.casefold() if sys.platform in ("win32", "darwin") else text


def _check_names(tasks: Sequence[Task]) -> None:
    makers: dict[str, Path] = {}
    for task in tasks:
        for path in task.targets.values():
            other = makers.setdefault(_key(path), task.source)
            if other is not task.source:
                raise UsageError(
                    f"{other} and {task.source} would both be saved here.",
                    remedy="Rename one of them, or cut them into different folders.",
                    path=path,
                )


def _check_inputs_survive(tasks: Sequence[Task], also_read: Iterable[Path]) -> None:
    inputs = {_key(path) for path in (*(task.source for task in tasks), *also_read)}
    for task in tasks:
        for path in task.targets.values():
            if _key(path) in inputs:
                raise UsageError(
                    "This file is an input and would be written over.",
                    remedy="Choose another output.",
                    path=path,
                )


def _check_nothing_there(tasks: Sequence[Task]) -> None:
    there = [path for task in tasks for path in task.targets.values() if path.exists()]
    if there:
        more = f", and {len(there) - 1} more" if len(there) > 1 else ""
        raise UsageError(
            f"This file is there already{more}.",
            remedy="Use --overwrite to replace, or --resume to make only what is missing.",
            path=there[0],
        )
