from __future__ import annotations

import os
import sys
import threading

import pytest

from engine.jobs.worker import Worker
from matteapp.canvas.pace import NICENESS, SWITCH_INTERVAL, give_way, put_painting_first


def test_the_window_gets_the_interpreter_soon():
    before = sys.getswitchinterval()
    try:
        put_painting_first()
        assert sys.getswitchinterval() == pytest.approx(SWITCH_INTERVAL)
    finally:
        sys.setswitchinterval(before)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own")
def test_a_worker_gives_way_and_the_window_does_not():
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before, found = niceness(), []
    worker = Worker("test", on_event=lambda event: None)
    worker.submit(give_way)
    done = threading.Event()
    worker.submit(lambda ctx: (found.append(niceness()), done.set()))
    assert done.wait(20)
    assert worker.close()
    assert found == [max(before, NICENESS)]
    assert niceness() == before
