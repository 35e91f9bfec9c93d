"""Pictures of one subject each with mattes as a fourth channel: what a generator of both learns.

Source: paper 000, section 4.1. Each picture becomes a file of the set (`trainer.data.rgba_set`) or
a line that says why it does not; whoever is stopped goes on with those that are neither.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.imaging.atomic import replace_atomically
from engine.imaging.types import Image
from engine.jobs.context import NOBODY, JobContext
from trainer.data.files import read_pixels
from trainer.data.folders import PictureFiles
from trainer.data.generated import shard_manifest
from trainer.data.json_lines import unwritable
from trainer.data.rgba_set import RgbaWriter
from trainer.generate.portraits import Shard
from trainer.prepare.finders import Finder
from trainer.prepare.mattes import Matter
from trainer.prepare.report import Dropped, DroppedLines, Report, report_on, write_report
from trainer.prepare.verdicts import Rules, Verdict, verdict

SETTINGS = "settings.json"
"""What the set was made with; another set of choices needs another folder."""
Told = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Order:
    """What to prepare.

    Attributes:
        pictures: those to look at.
        finder: finds their subjects.
        matter: makes their mattes.
        rules: which will do.
        choices: all that decides about the set, plain JSON values.
    """

    pictures: PictureFiles
    finder: Finder
    matter: Matter
    rules: Rules = field(default_factory=Rules)
    choices: Mapping[str, Any] = field(default_factory=dict)


def prepare_rgba(
    order: Order,
    out: Path,
    *,
    shard: Shard = Shard(),
    told: Told = lambda done, wanted: None,
    ctx: JobContext = NOBODY,
) -> Report:
    """Prepare the pictures of one process that nothing is known of yet, and write `report.json`.

    Args:
        order: what to prepare.
        out: folder of the set.
        shard: which of the pictures are this process's.
        told: called with how many of them are done, and how many there are.
        ctx: of each picture, and cancel.

    Returns:
        What became of all pictures, those of other processes among them.

    Raises:
        UserError: if the folder can't be written to, or was prepared otherwise.
        Cancelled: when asked to stop.
    """
    _start(out, order.choices)
    writer = RgbaWriter(out, manifest=shard_manifest(shard.number, shard.count))
    dropped = DroppedLines(out, shard)
    files = order.pictures.files
    mine = [files[number] for number in shard.numbers(len(files))]
    missing = [entry for entry in mine if entry.name not in writer.names | dropped.names]
    for done, entry in enumerate(missing, start=len(mine) - len(missing)):
        told(done, len(mine))
        ctx.check()
        path = entry.paths["image"]
        found, image = _looked(order, path, ctx)
        if found.alpha is None or image is None:
            dropped.add(Dropped(entry.name, str(path), found.reason, found.detail, found.figures))
        else:
            made = {"source": str(path), "method": order.matter.method, **found.figures}
            writer.add(entry.name, image.pixels, found.alpha, made=made)
    told(len(mine), len(mine))
    report = report_on(out, order.pictures.names, order.choices)
    write_report(out, report)
    return report


def _looked(order: Order, path: Path, ctx: JobContext) -> tuple[Verdict, Image | None]:
    try:
        image = Image(read_pixels(path))
    except UserError as error:
        return Verdict("unreadable", detail=error.problem), None
    seen = verdict(
        image, path, finder=order.finder, matter=order.matter, rules=order.rules, ctx=ctx
    )
    return seen, image


def _start(out: Path, choices: Mapping[str, Any]) -> None:
    """Make the folder, or see that it was begun with the same choices."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(error, out) from error
    path = out / SETTINGS
    if path.is_file():
        _compare(path, choices)
        return
    with replace_atomically(path) as temporary:
        temporary.write_text(json.dumps({**choices}, indent=1) + "\n", encoding="utf-8")


def _compare(path: Path, choices: Mapping[str, Any]) -> None:
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"It can't be read ({error}).", path=path) from error
    other = [name for name in choices if before.get(name) != choices[name]]
    if other:
        told = "; ".join(f"{name} was {before.get(name)!r}" for name in other)
        raise UserError(
            f"This folder was prepared with other choices: {told}.",
            remedy="Choose another folder, or the same again.",
            path=path,
        )
