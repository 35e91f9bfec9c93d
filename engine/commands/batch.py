"""Run a job for each photograph: side by side, with progress, and no failure stops the rest."""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.batch.crew import Crew, CrewEvent, PhotographJob
from engine.batch.report import FileReport
from engine.commands.failures import reason_of

LEAVE_AFTER = 5.0
"""Seconds that Ctrl+C waits for what runs."""
POLL = 0.2
"""Seconds; on Windows only a wait that ends lets Ctrl+C through."""


class Display(Protocol):
    """Shows how far a batch is."""

    def moved(self, done: float, message: str) -> None:
        """`done` photographs (with fractions) are finished."""

    def ended(self, report: FileReport) -> None:
        """One photograph has come to its end."""


@dataclass(frozen=True)
class Assignment:
    """A photograph and what is done with it."""

    source: Path
    job: PhotographJob


@dataclass(frozen=True)
class BatchResult:
    """Attributes: reports in the order of the assignments; whether Ctrl+C ended it early."""

    reports: tuple[FileReport, ...]
    interrupted: bool
    seconds: float

    @property
    def failed(self) -> int:
        return sum(report.status == "failed" for report in self.reports)


def run_batch(assignments: Sequence[Assignment], *, workers: int, display: Display) -> BatchResult:
    """Run all assignments; on Ctrl+C cancel them and report what had been done.

    Args:
        assignments: what to do.
        workers: how many photographs at a time.
        display: hears how far it is.
    """
    started = time.monotonic()
    batch = _Batch(assignments, display, workers=max(1, min(workers, len(assignments))))
    interrupted = False
    try:
        batch.run()
    except KeyboardInterrupt:
        interrupted = True
    finally:
        batch.close()
    seconds = time.monotonic() - started
    return BatchResult(batch.reports(), interrupted, seconds)


class _Batch:
    """What waits and what was reported; only the main thread touches it."""

    def __init__(
        self, assignments: Sequence[Assignment], display: Display, *, workers: int
    ) -> None:
        self._assignments = assignments
        self._display = display
        self._events: queue.SimpleQueue[CrewEvent] = queue.SimpleQueue()
        self._reports: dict[Path, FileReport] = {}
        self._crew = Crew(workers, post=self._events.put, reason_of=_reason)

    def run(self) -> None:
        waiting = deque(self._assignments)
        while waiting or self._crew.working:
            while waiting and self._crew.free:
                next_one = waiting.popleft()
                self._crew.give(next_one.source, next_one.job)
            try:
                self._take(self._events.get(timeout=POLL))
            except queue.Empty:
                continue

    def close(self) -> None:
        """End the threads, and take in what ended meanwhile."""
        self._crew.close(timeout=LEAVE_AFTER)
        while not self._events.empty():
            self._take(self._events.get())

    def reports(self) -> tuple[FileReport, ...]:
        """A row for each photograph; what never ended was cancelled.

        Ctrl+C may have come between an ending and its report.
        """
        last = self._crew.last_reports()
        sources = [one.source for one in self._assignments]
        known = {**last, **self._reports}
        return tuple(known.get(path) or FileReport(str(path), "cancelled") for path in sources)

    def _take(self, event: CrewEvent) -> None:
        report = self._crew.take(event)
        if report is not None:
            self._reports[Path(report.input)] = report
            self._display.ended(report)
        told = [(path, *how) for path, how in self._crew.working.items()]
        message = next((f"{path.name}: {what}" for path, _, what in told if what), "")
        self._display.moved(len(self._reports) + sum(share for _, share, _ in told), message)


def _reason(error: Exception, source: Path) -> str:
    return reason_of(error, path=source)
