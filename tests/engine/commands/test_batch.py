"""Batches: no failure stops the rest, Ctrl+C stops all of it, everything is reported."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from engine.batch.report import Outcome
from engine.commands.batch import Assignment, run_batch
from engine.errors import Cancelled, UserError


class Quiet:
    def __init__(self):
        self.ends = []
        self.steps = []

    def moved(self, done, message):
        self.steps.append(done)

    def ended(self, report):
        self.ends.append(report.input)


def done(ctx):
    ctx.progress(0.5, "half")
    return Outcome({"cutout": Path("out.png")}, snapped=3)


def run(*jobs, workers=1):
    display = Quiet()
    assignments = [Assignment(Path(f"{n}.jpg"), job) for n, job in enumerate(jobs)]
    return run_batch(assignments, workers=workers, display=display), display


@pytest.fixture(autouse=True)
def log_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


def fail(ctx):
    raise UserError("The file is empty.", path=Path("1.jpg"))


def break_down(ctx):
    raise ZeroDivisionError("division by zero")


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_all_are_run_and_reported_in_the_order_given(workers):
    result, display = run(done, fail, done, break_down, done, workers=workers)
    assert [report.status for report in result.reports] == [
        "done",
        "failed",
        "done",
        "failed",
        "done",
    ]
    assert [report.input for report in result.reports] == [f"{n}.jpg" for n in range(5)]
    assert result.failed == 2
    assert sorted(display.ends) == [f"{n}.jpg" for n in range(5)]
    assert display.steps[-1] == 5


def test_a_failure_says_why_and_names_the_file_once():
    result, _ = run(done, fail)
    assert result.reports[1].reason == "1.jpg: The file is empty."


def test_what_nobody_foresaw_is_one_line_that_names_the_log(caplog):
    result, _ = run(break_down)
    reason = result.reports[0].reason
    assert reason.startswith("0.jpg: something went wrong inside")
    assert "ZeroDivisionError" in reason
    assert "matte.log" in reason
    assert "\n" not in reason
    assert "division by zero" in caplog.text


def test_a_report_has_outputs_seconds_and_snapped_pixels():
    result, _ = run(done)
    (report,) = result.reports
    assert report.outputs == {"cutout": "out.png"}
    assert report.snapped_trimap_pixels == 3
    assert report.seconds >= 0


def test_several_workers_run_side_by_side():
    together = threading.Barrier(2)

    def meet(ctx):
        together.wait(20)
        return Outcome({})

    result, _ = run(meet, meet, workers=2)
    assert [report.status for report in result.reports] == ["done", "done"]


def test_ctrl_c_cancels_what_runs_and_reports_what_was_done():
    def interrupt(ctx):
        signal.raise_signal(signal.SIGINT)
        while True:
            ctx.check()

    result, _ = run(done, interrupt, done)
    assert result.interrupted
    assert [report.status for report in result.reports] == ["done", "cancelled", "cancelled"]
    names = {thread.name for thread in threading.enumerate()}
    assert not any(name.startswith("photograph-") for name in names)


def test_what_was_written_when_ctrl_c_came_is_done():
    def write_all_the_same(ctx):
        signal.raise_signal(signal.SIGINT)
        with suppress(Cancelled):
            while True:
                ctx.check()
        return Outcome({"cutout": Path("late.png")})

    result, _ = run(write_all_the_same, done)
    assert [report.status for report in result.reports] == ["done", "cancelled"]
    assert result.reports[0].outputs == {"cutout": "late.png"}
