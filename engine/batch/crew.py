"""Threads that work on photographs side by side, each on one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from engine.batch.report import FileReport, Outcome, Status
from engine.errors import BugError
from engine.jobs.context import JobContext
from engine.jobs.worker import CancelledEvent, Done, Failed, JobEvent, Progressed, Worker

PhotographJob: TypeAlias = Callable[[JobContext], Outcome]
CrewEvent: TypeAlias = tuple[int, JobEvent]
"""Which of the crew tells something, and what."""


@dataclass(eq=False)
class _Work:
    """A photograph in somebody's hands."""

    source: Path
    job: PhotographJob
    begun: float
    number: int = 0
    share: float = 0.0
    message: str = ""
    outcome: Outcome | None = None
    report: FileReport | None = None

    def __call__(self, ctx: JobContext) -> Outcome:
        """Called on a worker's thread."""
        # What was written counts as done, also where the worker was stopped meanwhile.
        self.outcome = self.job(ctx)
        return self.outcome


class Crew:
    """Gives photographs to workers; all but `post` happens on the thread of whoever owns it.

    Args:
        size: how many photographs at a time.
        post: hears all events on the workers' threads; it takes them to the owner's thread and
            hands them to `take` there, in their order.
        reason_of: an error in one line, given the photograph.
    """

    def __init__(
        self,
        size: int,
        *,
        post: Callable[[CrewEvent], None],
        reason_of: Callable[[Exception, Path], str],
    ) -> None:
        self._post = post
        self._reason_of = reason_of
        self._workers = [
            Worker(f"photograph-{slot}", on_event=partial(self._tell, slot))
            for slot in range(max(1, size))
        ]
        self._works: dict[int, _Work] = {}

    @property
    def free(self) -> bool:
        """Whether somebody has nothing to do."""
        return self._idle() is not None

    @property
    def working(self) -> dict[Path, tuple[float, str]]:
        """The photographs in hand, with the share that is done and what is being done."""
        works = [work for work in self._works.values() if work.report is None]
        return {work.source: (work.share, work.message) for work in works}

    def give(self, source: Path, job: PhotographJob) -> None:
        """Have somebody who is free do this.

        Raises:
            BugError: if nobody is.
        """
        slot = self._idle()
        if slot is None:
            raise BugError("everybody has something to do")
        work = self._works[slot] = _Work(source, job, time.monotonic())
        work.number = self._workers[slot].submit(work, title=source.name)

    def take(self, event: CrewEvent) -> FileReport | None:
        """Take in an event; a photograph that it ended is reported."""
        slot, happened = event
        work = self._works.get(slot)
        if work is None or work.report is not None or happened.job.id != work.number:
            return None
        if isinstance(happened, Progressed):
            work.share, work.message = happened.fraction, happened.message
        if isinstance(happened, Done | Failed | CancelledEvent):
            work.report = self._report(work, happened)
        return work.report

    def last_reports(self) -> dict[Path, FileReport]:
        """What became of the last photograph of each; of one in hand, as if it had been stopped."""
        works = self._works.values()
        return {work.source: work.report or _ended(work) for work in works}

    def cancel(self, source: Path | None = None) -> None:
        """Stop work on this photograph, or on all."""
        for slot, work in self._works.items():
            if work.report is None and source in (None, work.source):
                self._workers[slot].cancel(work.number)

    def close(self, *, timeout: float) -> None:
        """Stop everybody and wait at most so many seconds for all of them together."""
        for worker in self._workers:
            worker.close(timeout=0.0)
        deadline = time.monotonic() + timeout
        for worker in self._workers:
            worker.close(timeout=max(0.0, deadline - time.monotonic()))

    def _tell(self, slot: int, event: JobEvent) -> None:
        self._post((slot, event))

    def _idle(self) -> int | None:
        for slot in range(len(self._workers)):
            if slot not in self._works or self._works[slot].report is not None:
                return slot
        return None

    def _report(self, work: _Work, event: Done | Failed | CancelledEvent) -> FileReport:
        if not isinstance(event, Failed):
            return _ended(work)
        reason = self._reason_of(event.error, work.source)
        return FileReport(str(work.source), "failed", _seconds(work), reason=reason)


def _ended(work: _Work) -> FileReport:
    """What became of a photograph that did not fail."""
    outcome, seconds = work.outcome, _seconds(work)
    if outcome is None:
        return FileReport(str(work.source), "cancelled", seconds)
    status: Status = "skipped" if outcome.skipped else "done"
    return FileReport(
        str(work.source),
        status,
        seconds,
        {name: str(path) for name, path in outcome.outputs.items()},
        snapped_trimap_pixels=outcome.snapped,
        doubts=outcome.doubts,
        remark=outcome.remark,
        enhancement=outcome.enhancement,
    )


def _seconds(work: _Work) -> float:
    return round(time.monotonic() - work.begun, 3)
