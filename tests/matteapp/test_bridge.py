"""The hop from the engine thread to the GUI thread."""

from __future__ import annotations

import threading

import pytest

from engine.errors import UserError
from matteapp.bridge import Bridge


@pytest.fixture
def bridge(qtbot):
    made = Bridge()
    yield made
    made.close()


def test_results_arrive_on_the_gui_thread(qtbot, bridge) -> None:
    threads = []
    bridge.start(
        lambda ctx: threading.current_thread(),
        title="Test",
        done=lambda worker: threads.extend((worker, threading.current_thread())),
    )
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threads[0] is not threading.main_thread()
    assert threads[1] is threading.main_thread()


def test_a_failure_goes_to_who_asked(qtbot, bridge) -> None:
    errors = []

    def fail(ctx):
        raise UserError("No.")

    bridge.start(fail, title="Test", done=pytest.fail, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], UserError)


def test_a_failure_nobody_handles_is_told(qtbot, bridge) -> None:
    def fail(ctx):
        raise ValueError("bug")

    with qtbot.waitSignal(bridge.broke) as told:
        bridge.start(fail, title="Test", done=pytest.fail)
    assert isinstance(told.args[1], ValueError)


def test_the_newest_in_a_lane_wins(qtbot, bridge) -> None:
    first_runs, ends, results = threading.Event(), [], []

    def wait_for_cancel(ctx):
        first_runs.set()
        while True:
            ctx.check()

    bridge.ended.connect(lambda job, how: ends.append(how))
    bridge.start(wait_for_cancel, title="Old", lane="brush", done=pytest.fail)
    assert first_runs.wait(10)
    bridge.start(lambda ctx: "new", title="New", lane="brush", done=results.append)
    qtbot.waitUntil(lambda: results == ["new"])
    assert ends == ["cancelled", "done"]


def test_jobs_of_others_are_passed_over(qtbot, bridge) -> None:
    with qtbot.waitSignal(bridge.ended) as told:
        bridge.worker.submit(lambda ctx: None, title="Autosave")
    assert told.args[1] == "done"


def test_nothing_arrives_after_closing(qtbot, bridge) -> None:
    runs = threading.Event()

    def wait_for_cancel(ctx):
        runs.set()
        while True:
            ctx.check()

    bridge.start(
        wait_for_cancel, title="Test", done=pytest.fail, failed=pytest.fail, cancelled=pytest.fail
    )
    assert runs.wait(10)
    bridge.close()
    qtbot.wait(20)
