"""The engine thread with real threads: events and queues instead of sleeps."""

from __future__ import annotations

import logging
import queue
import subprocess
import sys
import threading

import pytest

from engine.errors import BugError, Cancelled, UserError
from engine.jobs.worker import (
    PROGRESS_INTERVAL,
    TERMINAL,
    CancelledEvent,
    Done,
    Failed,
    Progressed,
    Started,
    Worker,
)

WAIT = 20.0


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Listener:
    """Keeps every event and lets a test wait for the ends of jobs."""

    def __init__(self):
        self.events = []
        self._ends = queue.Queue()

    def __call__(self, event):
        self.events.append(event)
        if isinstance(event, TERMINAL):
            self._ends.put(event)

    def ends(self, count):
        return [self._ends.get(timeout=WAIT) for _ in range(count)]

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


class Gate:
    """A job that says it runs and then spins on `check` until it is opened or cancelled."""

    def __init__(self, result=None):
        self.running = threading.Event()
        self.opened = threading.Event()
        self.result = result

    def __call__(self, ctx):
        self.running.set()
        while not self.opened.wait(0.001):
            ctx.check()
        return self.result


class Deaf(Gate):
    """A job that never asks whether it should stop."""

    def __call__(self, ctx):
        self.running.set()
        self.opened.wait(WAIT)
        return self.result


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def worker(listener, clock):
    worker = Worker("test-engine", on_event=listener, clock=clock)
    yield worker
    assert worker.close(), "the worker's thread is still alive"


def test_a_job_runs_on_the_workers_thread_and_returns_its_result(worker, listener):
    job = worker.submit(lambda ctx: threading.current_thread().name, title="name")
    (end,) = listener.ends(1)
    assert isinstance(end, Done)
    assert (end.job.id, end.job.title, end.result) == (job, "name", "test-engine")
    assert isinstance(listener.events[0], Started)


def test_without_a_lane_first_come_first_served(worker, listener):
    gate = Gate()
    worker.submit(gate)
    gate.running.wait(WAIT)
    jobs = [worker.submit(lambda ctx, n=n: n) for n in range(5)]
    gate.opened.set()
    ends = listener.ends(6)[1:]
    assert [end.job.id for end in ends] == jobs
    assert [end.result for end in ends] == list(range(5))


def test_a_newer_request_replaces_the_waiting_one_and_cancels_the_running_one(worker, listener):
    first = Gate()
    running = worker.submit(first, lane="alpha")
    first.running.wait(WAIT)
    blocker = Gate()
    worker.submit(blocker)
    waiting = worker.submit(lambda ctx: "stale", lane="alpha")
    newest = worker.submit(lambda ctx: "fresh", lane="alpha")
    blocker.opened.set()
    ends = {end.job.id: end for end in listener.ends(4)}
    assert isinstance(ends[running], CancelledEvent)
    assert isinstance(ends[waiting], CancelledEvent)
    assert ends[newest].result == "fresh"
    assert waiting not in {event.job.id for event in listener.of(Started)}


def test_a_replacement_keeps_the_place_in_the_queue(worker, listener):
    gate = Gate()
    worker.submit(gate)
    gate.running.wait(WAIT)
    worker.submit(lambda ctx: "stale", lane="alpha")
    worker.submit(lambda ctx: "batch")
    worker.submit(lambda ctx: "fresh", lane="alpha")
    gate.opened.set()
    results = [end.result for end in listener.ends(4) if isinstance(end, Done)]
    assert results == [None, "fresh", "batch"]


def test_lanes_leave_each_other_alone(worker, listener):
    gate = Gate("kept")
    worker.submit(gate, lane="export")
    gate.running.wait(WAIT)
    worker.submit(lambda ctx: "mask", lane="mask")
    gate.opened.set()
    assert [end.result for end in listener.ends(2)] == ["kept", "mask"]


def test_cancelling_a_waiting_job_ends_it_before_it_runs(worker, listener):
    gate = Gate()
    worker.submit(gate)
    gate.running.wait(WAIT)
    job = worker.submit(lambda ctx: pytest.fail("it ran"))
    worker.cancel(job)
    (end,) = listener.ends(1)
    assert isinstance(end, CancelledEvent)
    assert end.job.id == job
    gate.opened.set()
    listener.ends(1)


def test_cancelling_the_running_job_stops_it_at_its_next_check(worker, listener):
    gate = Gate()
    job = worker.submit(gate)
    gate.running.wait(WAIT)
    worker.cancel(job)
    (end,) = listener.ends(1)
    assert end == CancelledEvent(end.job)


def test_cancelling_a_lane_reaches_what_runs_and_what_waits_there(worker, listener):
    gate = Deaf()
    worker.submit(gate, lane="alpha")
    gate.running.wait(WAIT)
    worker.submit(lambda ctx: None, lane="alpha")
    other = worker.submit(lambda ctx: "other", lane="mask")
    worker.cancel_lane("alpha")
    gate.opened.set()
    ends = listener.ends(3)
    assert [type(end) for end in ends] == [CancelledEvent, CancelledEvent, Done]
    assert ends[-1].job.id == other


def test_a_result_that_comes_after_the_cancel_is_dropped(worker, listener):
    deaf = Deaf("stale")
    job = worker.submit(deaf)
    deaf.running.wait(WAIT)
    worker.cancel(job)
    deaf.opened.set()
    (end,) = listener.ends(1)
    assert isinstance(end, CancelledEvent)


def test_cancelling_what_has_ended_or_never_was_does_nothing(worker, listener):
    job = worker.submit(lambda ctx: 1)
    listener.ends(1)
    worker.cancel(job)
    worker.cancel(987654)
    worker.submit(lambda ctx: 2)
    assert listener.ends(1)[0].result == 2


@pytest.mark.parametrize("error", [UserError("no such file"), ValueError("odd")])
def test_an_exception_becomes_the_jobs_end_with_its_traceback(worker, listener, error):
    def fail(ctx):
        raise error

    worker.submit(fail)
    (end,) = listener.ends(1)
    assert isinstance(end, Failed)
    assert end.error is error
    assert end.error.__traceback__ is not None


def test_a_job_that_exits_the_program_fails_and_the_thread_lives_on(worker, listener):
    worker.submit(lambda ctx: sys.exit(3))
    worker.submit(lambda ctx: "alive")
    failed, done = listener.ends(2)
    assert isinstance(failed.error, BugError)
    assert isinstance(failed.error.__cause__, SystemExit)
    assert done.result == "alive"


def test_a_job_may_cancel_itself(worker, listener):
    def stop(ctx):
        raise Cancelled("enough")

    worker.submit(stop)
    assert isinstance(listener.ends(1)[0], CancelledEvent)


def test_progress_is_throttled_but_the_last_is_not_lost(worker, listener, clock):
    def work(ctx):
        for step in range(100):
            ctx.progress(step / 100, f"tile {step}")
            clock.now += PROGRESS_INTERVAL / 10

    worker.submit(work)
    listener.ends(1)
    told = listener.of(Progressed)
    assert 10 <= len(told) <= 11
    assert told[-1].fraction == 0.99
    assert told[-1].message == "tile 99"
    assert listener.events.index(told[-1]) < len(listener.events) - 1


def test_a_check_sends_progress_that_was_held_back(worker, listener, clock):
    def work(ctx):
        ctx.progress(0.1, "trimap")
        ctx.progress(0.2, "matte")
        clock.now += PROGRESS_INTERVAL
        ctx.check()
        return len(listener.of(Progressed))

    worker.submit(work)
    assert listener.ends(1)[0].result == 2


def test_progress_keeps_its_message_and_stays_between_zero_and_one(worker, listener, clock):
    def work(ctx):
        ctx.progress(-0.5, "solving")
        clock.now += 1
        ctx.progress(7.0)

    worker.submit(work)
    listener.ends(1)
    told = [(event.fraction, event.message) for event in listener.of(Progressed)]
    assert told == [(0.0, "solving"), (1.0, "solving")]


def test_nothing_comes_after_the_end_of_a_job(worker, listener, clock):
    kept = []
    worker.submit(kept.append)
    listener.ends(1)
    clock.now += 1
    kept[0].progress(0.5, "late")
    assert listener.of(Progressed) == []


def test_every_job_has_exactly_one_end_when_many_threads_submit_and_cancel(worker, listener):
    lanes = [None, "mask", "alpha"]
    start = threading.Barrier(4)
    jobs = []

    def press(seed):
        start.wait(WAIT)
        for step in range(50):
            job = worker.submit(lambda ctx: ctx.check(), lane=lanes[(seed + step) % 3])
            jobs.append(job)
            if step % 4 == seed:
                worker.cancel(job)

    threads = [threading.Thread(target=press, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    ended = [end.job.id for end in listener.ends(200)]
    assert sorted(ended) == sorted(jobs)


def test_closing_cancels_everything_and_ends_the_thread(listener):
    worker = Worker(on_event=listener)
    gate = Gate()
    worker.submit(gate)
    gate.running.wait(WAIT)
    worker.submit(lambda ctx: pytest.fail("it ran"))
    assert worker.close(timeout=WAIT)
    assert [type(end) for end in listener.ends(2)] == [CancelledEvent, CancelledEvent]
    worker.submit(lambda ctx: pytest.fail("it ran"))
    assert isinstance(listener.ends(1)[0], CancelledEvent)


def test_closing_does_not_wait_for_a_job_that_cannot_be_stopped(listener):
    worker = Worker(on_event=listener)
    deaf = Deaf()
    worker.submit(deaf)
    deaf.running.wait(WAIT)
    assert not worker.close(timeout=0.0)
    deaf.opened.set()
    assert worker.close(timeout=WAIT)
    assert isinstance(listener.ends(1)[0], CancelledEvent)


def test_a_listener_that_fails_is_logged_and_does_not_end_the_thread(caplog):
    ended = threading.Event()

    def listen(event):
        if isinstance(event, Started):
            raise RuntimeError("a slot broke")
        ended.set()

    with caplog.at_level(logging.ERROR):
        worker = Worker(on_event=listen)
        worker.submit(lambda ctx: None)
        assert ended.wait(WAIT)
        assert worker.close(timeout=WAIT)
    assert "a slot broke" in caplog.text


def test_jobs_run_without_gradients_once_torch_is_there(worker, listener):
    import torch

    def work(ctx):
        with torch.inference_mode(False):
            left = torch.is_inference_mode_enabled()
        return torch.is_inference_mode_enabled(), left

    worker.submit(work)
    assert listener.ends(1)[0].result == (True, False)


def test_importing_and_running_the_worker_loads_neither_numpy_nor_torch():
    program = (
        "import sys, threading\n"
        "from engine.jobs.worker import Worker, Done\n"
        "end = threading.Event()\n"
        "worker = Worker(on_event=lambda e: isinstance(e, Done) and end.set())\n"
        "worker.submit(lambda ctx: None)\n"
        "assert end.wait(20)\n"
        "assert worker.close()\n"
        "print(sorted({'numpy', 'torch', 'cv2'} & set(sys.modules)))\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout.strip() == "[]", told.stderr
