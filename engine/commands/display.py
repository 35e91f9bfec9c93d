"""The progress bar, and the lines about each photograph."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from engine.batch.report import FileReport


class Terminal:
    """Lines on stdout, failures and the bar on stderr; the bar only if that is a terminal."""

    def __init__(self, count: int | None, *, title: str) -> None:
        self._out = Console(file=sys.stdout, soft_wrap=True)
        self._err = Console(file=sys.stderr, soft_wrap=True)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self._err,
            transient=True,
            disable=not self._err.is_terminal,
        )
        self._title = title
        self._task = self._progress.add_task(title, total=count)

    def __enter__(self) -> Terminal:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def moved(self, done: float, message: str) -> None:
        self._progress.update(self._task, completed=done, description=message or self._title)

    def ended(self, report: FileReport) -> None:
        bad = report.status == "failed"
        console = self._err if bad else self._out
        console.print(report.line, style="red" if bad else None, markup=False, highlight=False)
