"""The engine thread: runs one request at a time and tells how each of them ended."""

from __future__ import annotations

import itertools
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from engine.errors import BugError, Cancelled
from engine.jobs.context import JobContext

PROGRESS_INTERVAL = 0.05
"""Seconds between two progress events of a job: at most 20 a second."""

T = TypeVar("T")
Request: TypeAlias = Callable[[JobContext], T]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What identifies a request to everybody who hears of it.

    Attributes:
        id: unique within its worker.
        title: what is being done, for people.
        lane: requests in the same lane replace each other; None replaces nothing.
    """

    id: int
    title: str = ""
    lane: str | None = None


@dataclass(frozen=True)
class Started:
    """The job left the queue and runs now."""

    job: Job


@dataclass(frozen=True)
class Progressed:
    """A share of the job is done.

    Attributes:
        fraction: 0 to 1.
        message: what is being done now, for people; empty if the job never said.
    """

    job: Job
    fraction: float
    message: str


@dataclass(frozen=True, eq=False)
class Done:
    """Terminal: the job returned `result`."""

    job: Job
    result: Any


@dataclass(frozen=True, eq=False)
class Failed:
    """Terminal: the job raised `error`, which still has its traceback."""

    job: Job
    error: Exception


@dataclass(frozen=True)
class CancelledEvent:
    """Terminal: the job was stopped, replaced before it ran, or finished after it was cancelled."""

    job: Job


JobEvent: TypeAlias = Started | Progressed | Done | Failed | CancelledEvent
TERMINAL: tuple[type, ...] = (Done, Failed, CancelledEvent)


class _Reporter:
    """The context of one job: a cancel flag in, throttled progress out; for any thread."""

    def __init__(
        self, job: Job, post: Callable[[JobEvent], None], clock: Callable[[], float]
    ) -> None:
        self._job = job
        self._post = post
        self._clock = clock
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._pending: Progressed | None = None
        self._message = ""
        self._due = float("-inf")
        self._ended = False

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        self._stop.set()

    def check(self) -> None:
        if self._stop.is_set():
            raise Cancelled("The job was cancelled.")
        if self._pending is not None:
            with self._lock:
                self._flush_if_due()

    def progress(self, fraction: float, message: str = "") -> None:
        with self._lock:
            self._message = message or self._message
            clipped = min(1.0, max(0.0, fraction))
            self._pending = Progressed(self._job, clipped, self._message)
            self._flush_if_due()

    def end(self) -> None:
        """Send what was held back; nothing comes after it."""
        with self._lock:
            self._flush()
            self._ended = True

    def _flush_if_due(self) -> None:
        now = self._clock()
        if now >= self._due:
            self._due = now + PROGRESS_INTERVAL
            self._flush()

    def _flush(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None and not self._ended:
            self._post(pending)


@dataclass(frozen=True, eq=False)
class _Entry:
    job: Job
    request: Request[Any]
    context: _Reporter


class Worker:
    """One thread that runs requests one after the other.

    A request in a *lane* replaces the one that waits there and cancels the one that runs there, so
    that the newest wins. Without a lane it is first come, first served. Every job ends in exactly
    one of `Done`, `Failed` and `CancelledEvent`. A result that arrives after its job was cancelled
    is dropped.

    Args:
        name: the thread's name.
        on_event: hears every `JobEvent`. It is called on the worker's thread, but for the
            `CancelledEvent` of a job that never ran, which comes on the thread that cancelled or
            replaced it. It must return quickly.
        clock: seconds, for the throttling of progress.
        numbers: where ids of jobs come from; shared by workers whose jobs are to be told apart.
    """

    def __init__(
        self,
        name: str = "engine",
        *,
        on_event: Callable[[JobEvent], None],
        clock: Callable[[], float] = time.monotonic,
        numbers: Iterator[int] | None = None,
    ) -> None:
        self._on_event = on_event
        self._clock = clock
        self._numbers = itertools.count(1) if numbers is None else numbers
        self._waiting: list[_Entry] = []
        self._running: _Entry | None = None
        self._closed = False
        self._changed = threading.Condition()
        # A daemon, since leaving the program never waits for a job that cannot be stopped.
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    def submit(self, request: Request[Any], *, lane: str | None = None, title: str = "") -> int:
        """Queue a request and return the id of its job.

        A closed worker cancels it at once.
        """
        with self._changed:
            job = Job(next(self._numbers), title, lane)
            entry = _Entry(job, request, _Reporter(job, self._post, self._clock))
            replaced = entry if self._closed else self._enqueue(entry)
            self._changed.notify()
        if replaced is not None:
            self._post(CancelledEvent(replaced.job))
        return job.id

    def cancel(self, job_id: int) -> None:
        """Stop one job; one that has ended already, or never was, is left alone."""
        self._cancel(lambda job: job.id == job_id)

    def cancel_lane(self, lane: str) -> None:
        """Stop the job that waits and the one that runs in a lane."""
        self._cancel(lambda job: job.lane == lane)

    def close(self, timeout: float = 5.0) -> bool:
        """Cancel everything, take nothing more, and wait for the thread.

        Args:
            timeout: seconds to wait at most.

        Returns:
            Whether the thread has ended.
        """
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._cancel(lambda job: True)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _enqueue(self, entry: _Entry) -> _Entry | None:
        """Put it where its predecessor in the lane waited, or last; return the predecessor."""
        lane = entry.job.lane
        if lane is not None and self._running is not None and self._running.job.lane == lane:
            self._running.context.stop()
        for place, other in enumerate(self._waiting):
            if lane is not None and other.job.lane == lane:
                self._waiting[place] = entry
                return other
        self._waiting.append(entry)
        return None

    def _cancel(self, wanted: Callable[[Job], bool]) -> None:
        with self._changed:
            dropped = [entry for entry in self._waiting if wanted(entry.job)]
            self._waiting = [entry for entry in self._waiting if not wanted(entry.job)]
            if self._running is not None and wanted(self._running.job):
                self._running.context.stop()
        for entry in dropped:
            self._post(CancelledEvent(entry.job))

    def _loop(self) -> None:
        while self._run_next():
            pass

    def _run_next(self) -> bool:
        """Run one job; a method of its own, so that nothing of the job outlives it here."""
        entry = self._take()
        if entry is None:
            return False
        self._post(Started(entry.job))
        ending = _run(entry)
        entry.context.end()
        with self._changed:
            self._running = None
            if entry.context.stopped and isinstance(ending, Done):
                ending = CancelledEvent(entry.job)
        self._post(ending)
        return True

    def _take(self) -> _Entry | None:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if not self._waiting:
                return None
            self._running = self._waiting.pop(0)
            return self._running

    def _post(self, event: JobEvent) -> None:
        try:
            self._on_event(event)
        except Exception:  # noqa: BLE001 - logged, see below
            # Whoever listens must not be able to end the thread that all jobs share.
            _log.exception("a listener failed on %s", type(event).__name__)


def _run(entry: _Entry) -> Done | Failed | CancelledEvent:
    try:
        entry.context.check()
        with _inference_mode():
            return Done(entry.job, entry.request(entry.context))
    except Cancelled:
        return CancelledEvent(entry.job)
    except Exception as error:  # noqa: BLE001 - not swallowed: it is the job's ending
        return Failed(entry.job, error)
    except BaseException as error:  # noqa: BLE001 - SystemExit, or a panic of a native library
        wrapped = BugError(f"a job raised {type(error).__name__}: {error}")
        wrapped.__cause__ = error
        return Failed(entry.job, wrapped)


def _inference_mode() -> AbstractContextManager[Any]:
    """torch's mode without gradients, if torch is there; a classical job never loads it.

    The mode belongs to the thread, so each job enters it here. A job that optimises leaves it with
    `torch.inference_mode(False)`; one that loads torch itself enters it itself.
    """
    mode = getattr(sys.modules.get("torch"), "inference_mode", None)
    return nullcontext() if mode is None else mode()
