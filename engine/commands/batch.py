"""Run a job for each photograph: side by side, with progress, and no failure stops the rest."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TypeAlias

from engine.commands.failures import reason_of
from engine.batch.report import FileReport, Outcome, Status
from engine.jobs.context import JobContext
from engine.jobs.worker import CancelledEvent, Done, Failed, JobEvent, Progressed, Worker

LEAVE_AFTER = 5.0
"""Seconds that Ctrl+C waits for what runs."""
_POLL = 0.2  # on Windows only a wait that ends lets Ctrl+C through


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
    job: Callable[[JobContext], Outcome]


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
    batch = _Batch(assignments, display)
    crew = [
        Worker(f"photograph-{slot}", on_event=partial(batch.post, slot))
        for slot in range(max(1, min(workers, len(assignments))))
    ]
    interrupted = False
    try:
        batch.run(crew)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        for worker in crew:
            worker.close(timeout=0.0)
        deadline = time.monotonic() + LEAVE_AFTER
        for worker in crew:
            worker.close(timeout=max(0.0, deadline - time.monotonic()))
    batch.drain()
    seconds = time.monotonic() - started
    return BatchResult(batch.reports(), interrupted, seconds)


_Event: TypeAlias = tuple[int, JobEvent]


class _Batch:
    """Who works on what; only the main thread touches it, but for `post` and `_do`."""

    def __init__(self, assignments: Sequence[Assignment], display: Display) -> None:
        self._assignments = assignments
        self._display = display
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._reports: dict[int, FileReport] = {}
        self._running: dict[int, int] = {}
        self._shares: dict[int, float] = {}
        self._begun: dict[int, float] = {}
        self._outcomes: dict[int, Outcome] = {}

    def post(self, slot: int, event: JobEvent) -> None:
        """Called on the workers' threads."""
        self._events.put((slot, event))

    def run(self, crew: Sequence[Worker]) -> None:
        numbers = iter(range(len(self._assignments)))
        for slot, worker in enumerate(crew):
            self._give(slot, worker, numbers)
        while self._running:
            try:
                slot, event = self._events.get(timeout=_POLL)
            except queue.Empty:
                continue
            if self._handle(slot, event):
                self._give(slot, crew[slot], numbers)

    def drain(self) -> None:
        """Take in what ended while the workers were closing."""
        while not self._events.empty():
            self._handle(*self._events.get())

    def reports(self) -> tuple[FileReport, ...]:
        """A row for each photograph; what never ended was cancelled.

        Ctrl+C may have come between an ending and its report.
        """
        numbers = range(len(self._assignments))
        return tuple(self._reports.get(number) or self._ended(number) for number in numbers)

    def _give(self, slot: int, worker: Worker, numbers: Iterator[int]) -> None:
        number = next(numbers, None)
        if number is None:
            return
        assignment = self._assignments[number]
        self._running[slot] = number
        self._begun[number] = time.monotonic()
        worker.submit(partial(self._do, number), title=assignment.source.name)

    def _do(self, number: int, ctx: JobContext) -> Outcome:
        """Called on a worker's thread."""
        # What was written counts as done, also where the worker was stopped meanwhile.
        self._outcomes[number] = self._assignments[number].job(ctx)
        return self._outcomes[number]

    def _handle(self, slot: int, event: JobEvent) -> bool:
        """Take in an event; return whether its worker is free now."""
        number = self._running.get(slot)
        if number is None:
            return False
        if isinstance(event, Progressed):
            self._shares[number] = event.fraction
            self._tell(f"{event.job.title}: {event.message}")
            return False
        if not isinstance(event, Done | Failed | CancelledEvent):
            return False
        del self._running[slot]
        report = self._report(number, event)
        self._reports[number] = report
        self._display.ended(report)
        self._tell("")
        return True

    def _tell(self, message: str) -> None:
        under_way = sum(self._shares.get(number, 0.0) for number in self._running.values())
        self._display.moved(len(self._reports) + under_way, message)

    def _report(self, number: int, event: Done | Failed | CancelledEvent) -> FileReport:
        if not isinstance(event, Failed):
            return self._ended(number)
        source = self._assignments[number].source
        reason = reason_of(event.error, path=source)
        return FileReport(str(source), "failed", self._seconds(number), reason=reason)

    def _ended(self, number: int) -> FileReport:
        """What became of a photograph that did not fail."""
        source, seconds = str(self._assignments[number].source), self._seconds(number)
        outcome = self._outcomes.get(number)
        if outcome is None:
            return FileReport(source, "cancelled", seconds)
        outputs = {name: str(path) for name, path in outcome.outputs.items()}
        status: Status = "skipped" if outcome.skipped else "done"
        return FileReport(
            source,
            status,
            seconds,
            outputs,
            snapped_trimap_pixels=outcome.snapped,
            doubts=outcome.doubts,
            remark=outcome.remark,
            enhancement=outcome.enhancement,
        )

    def _seconds(self, number: int) -> float:
        begun = self._begun.get(number)
        return 0.0 if begun is None else round(time.monotonic() - begun, 3)
