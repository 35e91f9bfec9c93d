"""The one place where something that happened on the engine thread reaches the GUI thread."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from engine.device import Compute
from engine.jobs.context import JobContext
from engine.jobs.worker import CancelledEvent, Done, Failed, Job, Progressed, Started, Worker

Request = Callable[[JobContext], Any]


@dataclass(frozen=True)
class _Handlers:
    done: Callable[[Any], None]
    failed: Callable[[Exception], None] | None
    cancelled: Callable[[], None] | None


class Bridge(QObject):
    """Starts jobs on the engine thread and hears, on the GUI thread, what became of them.

    Attributes:
        compute: where networks run in the jobs that are ordered from now on.

    Signals:
        submitted(Job): a job waits for its turn.
        started(Job): a job runs.
        progressed(Job, float, str): share done in [0, 1], and what is being done.
        ended(Job, str): the one end of a job: "done", "failed" or "cancelled".
        broke(Job, object): the exception of a failed job that nobody else handles.
    """

    submitted = Signal(object)
    started = Signal(object)
    progressed = Signal(object, float, str)
    ended = Signal(object, str)
    broke = Signal(object, object)
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.compute = Compute()
        self._handlers: dict[int, _Handlers] = {}
        self._open = True
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        numbers = itertools.count(1)
        self._worker = Worker("engine", on_event=self._post, numbers=numbers)
        self._aside = Worker("aside", on_event=self._post, numbers=numbers)
        self._deliveries: dict[type, Callable[[Any], None]] = {
            Started: self._on_started,
            Progressed: self._on_progressed,
            Done: self._on_done,
            Failed: self._on_failed,
            CancelledEvent: self._on_cancelled,
        }

    @property
    def worker(self) -> Worker:
        """The engine thread."""
        return self._worker

    def start(
        self,
        request: Request,
        *,
        title: str,
        done: Callable[[Any], None],
        lane: str | None = None,
        aside: bool = False,
        failed: Callable[[Exception], None] | None = None,
        cancelled: Callable[[], None] | None = None,
    ) -> int:
        """Queue a request; exactly one of the callables is called later, on the GUI thread.

        Args:
            request: a frozen snapshot of its inputs, called on the engine thread.
            title: what people read in the list of jobs.
            done: gets the result.
            lane: a newer request in a lane replaces an older one.
            aside: it takes minutes; on a thread of its own, so that the others don't wait for it.
            failed: gets the exception; without it the signal `broke` tells.
            cancelled: hears that the job was stopped or replaced.

        Returns:
            The job's id.
        """
        worker = self._aside if aside else self._worker
        number = worker.submit(request, lane=lane, title=title)
        self._handlers[number] = _Handlers(done, failed, cancelled)
        self.submitted.emit(Job(number, title, lane))
        return number

    def cancel(self, number: int) -> None:
        for worker in (self._worker, self._aside):
            worker.cancel(number)

    def cancel_lane(self, lane: str) -> None:
        self._worker.cancel_lane(lane)

    def close(self) -> None:
        """Cancel everything and leave; waits at most five seconds for each thread."""
        self._open = False
        for worker in (self._aside, self._worker):
            worker.close(timeout=5.0)

    def _post(self, event: object) -> None:
        """Called on the engine thread, or the one aside."""
        if self._open:
            self._arrived.emit(event)

    def _deliver(self, event: object) -> None:
        if self._open:
            self._deliveries[type(event)](event)

    def _on_started(self, event: Started) -> None:
        self.started.emit(event.job)

    def _on_progressed(self, event: Progressed) -> None:
        self.progressed.emit(event.job, event.fraction, event.message)

    def _on_done(self, event: Done) -> None:
        handlers = self._end(event.job, "done")
        if handlers is not None:
            handlers.done(event.result)

    def _on_failed(self, event: Failed) -> None:
        handlers = self._end(event.job, "failed")
        if handlers is not None and handlers.failed is not None:
            handlers.failed(event.error)
        else:
            self.broke.emit(event.job, event.error)

    def _on_cancelled(self, event: CancelledEvent) -> None:
        handlers = self._end(event.job, "cancelled")
        if handlers is not None and handlers.cancelled is not None:
            handlers.cancelled()

    def _end(self, job: Job, how: str) -> _Handlers | None:
        """None for a job that somebody else queued, such as the autosave."""
        self.ended.emit(job, how)
        return self._handlers.pop(job.id, None)
