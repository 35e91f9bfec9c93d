"""`matte cut --watch`: cut what comes into folders, until Ctrl+C."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import typer

from engine.batch.batch import Batch, Means
from engine.batch.crew import CrewEvent
from engine.batch.items import Item
from engine.batch.journal import NAME, read_journal, resumed
from engine.batch.order import Order
from engine.batch.report import FileReport, write_report
from engine.batch.watch import EVERY, FolderWatch
from engine.commands.batch import LEAVE_AFTER, POLL, Display
from engine.commands.choices import Background
from engine.commands.display import Terminal
from engine.commands.errors import UsageError
from engine.commands.execute import FAILED, say
from engine.commands.failures import reason_of
from engine.commands.options import RunOptions
from engine.commands.plan import format_named
from engine.commands.start_cut import Guidance
from engine.device import Compute
from engine.errors import UserError
from engine.settings import CutSettings


def watched_folders(run: RunOptions, *, guidance: Guidance, background: Background) -> list[Path]:
    """The folders to watch.

    Raises:
        UsageError: if what is watched, or saved to, is no folder, or something goes with each
            photograph that would have to come as well.
    """
    folders = [Path(text).expanduser() for text in run.inputs]
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(
                "This is no folder.", remedy="--watch looks at folders alone.", path=folder
            )
    if run.out.suffix and not run.out.is_dir():
        raise UsageError(
            "--watch saves to a folder.", remedy="Give -o the name of one.", path=run.out
        )
    if guidance:
        raise UsageError(
            "--watch finds the subject by itself.", remedy="Leave --mask and --trimap out."
        )
    if background.images is not None and background.images.path.is_dir():
        raise UsageError(
            "--watch puts all photographs on the same background.",
            remedy="Give --background a file, not a folder.",
        )
    return folders


def order_of(
    run: RunOptions, settings: CutSettings, *, products: Sequence[str], background: Background
) -> Order:
    """What is made of each photograph that comes.

    Raises:
        UsageError: if that can't go well.
    """
    order = Order(
        run.out.expanduser().resolve(),
        tuple(products),
        format_named(run.format) or "png",
        run.bits,
        run.quality,
        run.delivery.scale,
        run.colour_space,
        run.delivery.metadata,
        run.name_template,
        run.overwrite,
        replace(settings, background=background.settings),
    )
    try:
        order.check()
    except UserError as error:
        raise UsageError(error.problem, remedy=error.remedy, path=error.path) from error
    return order


def watch(order: Order, folders: Sequence[Path], run: RunOptions, *, compute: Compute) -> None:
    """Watch until Ctrl+C, then report.

    Raises:
        UserError: if the folder that is saved to cannot be used.
        typer.Exit: with 1 if a photograph failed.
    """
    watches = [
        FolderWatch(folder.resolve(), recursive=run.recursive, out=order.folder)
        for folder in folders
    ]
    started = time.monotonic()
    with Terminal(None, title=f"Watching {', '.join(map(str, folders))}") as display:
        reports = run_watch(order, watches, Means(run.jobs, compute), display=display)
    if run.report is not None:
        write_report(run.report, "cut", reports, seconds=time.monotonic() - started)
    failed = sum(report.status == "failed" for report in reports)
    say(f"Stopped watching. {len(reports) - failed} are complete, {failed} failed.")
    if failed:
        raise typer.Exit(FAILED)


def run_watch(
    order: Order, watches: Sequence[FolderWatch], means: Means, *, display: Display
) -> list[FileReport]:
    """Cut what comes until Ctrl+C; what an earlier run did is not done again.

    Args:
        order: what is made of each photograph.
        watches: the folders.
        means: what is used for it.
        display: hears what became of each.

    Returns:
        What became of the photographs of this run; of one that came twice, the last word.

    Raises:
        UserError: if the folder that is saved to cannot be used.
    """
    events: queue.SimpleQueue[CrewEvent] = queue.SimpleQueue()
    kept = resumed(read_journal(order.folder / NAME), order)
    batch = Batch(
        order, kept, means=means, post=events.put, reason_of=_reason, changed=_hear_nothing
    )
    reports: dict[str, FileReport] = {}
    looks = _Looks(watches, found=batch.offer)
    try:
        batch.start()
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                looks.look_if_due()
                _take_next(batch, events, reports, display)
    finally:
        batch.close(timeout=LEAVE_AFTER)
    return list(reports.values())


def _take_next(
    batch: Batch,
    events: queue.SimpleQueue[CrewEvent],
    reports: dict[str, FileReport],
    display: Display,
) -> None:
    try:
        report = batch.take(events.get(timeout=POLL))
    except queue.Empty:
        return
    if report is not None:
        reports[report.input] = report
        display.ended(report)
    told = next((f"{path.name}: {what}" for path, (_, what) in batch.working.items()), "")
    display.moved(len(reports), told)


class _Looks:
    """Looks at the folders now and then; a folder that is away is told of once."""

    def __init__(
        self, watches: Sequence[FolderWatch], *, found: Callable[[Sequence[Path]], object]
    ) -> None:
        self._watches = watches
        self._found = found
        self._due = 0.0
        self._away: set[Path] = set()

    def look_if_due(self) -> None:
        if time.monotonic() < self._due:
            return
        for one in self._watches:
            self._look(one)
        self._due = time.monotonic() + EVERY

    def _look(self, one: FolderWatch) -> None:
        try:
            self._found(one.look())
            self._away.discard(one.folder)
        except UserError as error:
            if one.folder not in self._away:
                say(str(error))
            self._away.add(one.folder)


def _reason(error: Exception, source: Path) -> str:
    return reason_of(error, path=source)


def _hear_nothing(item: Item) -> None:
    """The command line tells of photographs when they end, not of all they go through."""
