"""What all commands that work through photographs have in common, from options to exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from engine.batch.report import Outcome, write_report
from engine.commands.batch import Assignment, BatchResult, run_batch
from engine.commands.display import Terminal
from engine.commands.errors import UsageError
from engine.commands.inputs import Companion, find_sources
from engine.commands.options import RunOptions
from engine.commands.plan import Task, Wishes, format_named, make_folders, plan
from engine.errors import UserError
from engine.jobs.context import JobContext

FAILED, INTERRUPTED = 1, 130


@dataclass(frozen=True)
class Command:
    """What one command does with its photographs.

    Attributes:
        name: of the command.
        title: beside the progress bar.
        products: what it makes of each.
        make_job: from a photograph's files to the job that writes them.
        companions: masks and the like.
        transparent: there is no background.
        renames: see `Wishes`.
    """

    name: str
    title: str
    products: Sequence[str]
    make_job: Callable[[Task], Callable[[JobContext], Outcome]]
    companions: Sequence[Companion | None] = ()
    transparent: bool = False
    renames: bool = False


def execute(command: Command, run: RunOptions) -> None:
    """Plan everything, refuse what cannot go well, then run and report.

    Raises:
        UsageError: before anything ran.
        typer.Exit: with 1 if a photograph failed, 130 after Ctrl+C.
    """
    if run.bits not in (None, 8, 16):
        raise UsageError(f"--bits {run.bits} is not possible.", remedy="Use 8 or 16.")
    _check_delivery(run)
    _check_report_place(run.report)
    tasks = _planned(command, run)
    make_folders(tasks)
    assignments = [Assignment(task.source, command.make_job(task)) for task in tasks]
    with Terminal(len(tasks), title=command.title) as display:
        result = run_batch(assignments, workers=run.jobs, display=display)
    if run.report is not None:
        write_report(run.report, command.name, result.reports, seconds=result.seconds)
    _end(result)


def say(message: str) -> None:
    """A remark on stderr."""
    print(message, file=sys.stderr)  # noqa: T201 - the command line's own voice


def _planned(command: Command, run: RunOptions) -> list[Task]:
    sources = find_sources(run.inputs, recursive=run.recursive, out=run.out)
    wishes = Wishes(
        out=run.out.expanduser(),
        products=command.products,
        format=format_named(run.format),
        bits=run.bits,
        transparent=command.transparent,
        overwrite=run.overwrite,
        resume=run.resume,
        renames=command.renames,
        template=run.name_template,
        scale=run.delivery.scale,
    )
    read = [path for companion in command.companions if companion for path in companion.files()]
    tasks = plan(sources, wishes, also_read=read)
    _check_report_apart(run.report, tasks, read)
    return tasks


def _check_delivery(run: RunOptions) -> None:
    try:
        run.delivery.check()
    except UserError as error:
        raise UsageError(error.problem, remedy=error.remedy, path=error.path) from error


def _check_report_place(report: Path | None) -> None:
    if report is not None and (report.is_dir() or not report.parent.is_dir()):
        raise UsageError(
            "The report cannot be written there.",
            remedy="Give --json a file in a folder that is there.",
            path=report,
        )


def _check_report_apart(report: Path | None, tasks: Sequence[Task], read: Sequence[Path]) -> None:
    if report is None:
        return
    used = {path.resolve() for path in read}
    for task in tasks:
        used |= {task.source.resolve(), *(path.resolve() for path in task.targets.values())}
    if report.resolve() in used:
        raise UsageError("The report would replace a picture of this run.", path=report)


def _end(result: BatchResult) -> None:
    total = len(result.reports)
    if result.interrupted:
        done = sum(report.status in ("done", "skipped") for report in result.reports)
        say(f"Stopped. {done} of {total} are complete; --resume goes on from there.")
        raise typer.Exit(INTERRUPTED)
    if result.failed:
        say(f"{result.failed} of {total} failed.")
        raise typer.Exit(FAILED)
