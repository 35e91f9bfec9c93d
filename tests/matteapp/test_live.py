"""The matte follows what people do; results that are no longer current are dropped."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.compositing.edges import apply_edges
from engine.document import edits
from engine.document.state import DocumentState, SourceLink, new_document
from engine.errors import UserError
from engine.imaging.types import FOREGROUND, STROKE_FOREGROUND, Image, Rect
from engine.jobs.context import NOBODY
from engine.settings import EdgeSettings, GuidanceSettings
from matteapp import steps
from matteapp.gesture import with_value

SIDE = 96


def _portrait() -> DocumentState:
    """A bright disc with a soft rim before a dark ground, its mask given."""
    rows, cols = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    distance = np.hypot(rows - SIDE / 2, cols - SIDE / 2)
    alpha = np.clip((28 - distance) / 6 + 0.5, 0, 1)[..., None]
    noise = np.random.default_rng(3).normal(0, 4, (SIDE, SIDE, 3))
    pixels = alpha * (220, 180, 140) + (1 - alpha) * (30, 50, 70) + noise
    image = Image(np.clip(pixels, 0, 255).astype(np.uint8))
    state = new_document(image, SourceLink(None, "", embedded=False, name="disc.png"))
    settings = with_value(state.settings, "trimap.source", "radius")
    settings = with_value(settings, "trimap.radius", 6)
    settings = replace(settings, guidance=GuidanceSettings("file"))
    mask = (distance < 28).astype(np.float32)
    return edits.set_mask(edits.set_settings(state, settings), mask)


def _set(studio, path: str, value: object) -> None:
    settings = with_value(studio.session.state.settings, path, value)
    studio.session.apply(lambda state: edits.set_settings(state, settings), label=path)


def _done(studio) -> bool:
    state = studio.session.state
    return not studio.live.busy and state.foreground is not None and state.alpha_stale is None


def _wait(qtbot, studio) -> None:
    qtbot.waitUntil(lambda: _done(studio), timeout=60_000)


@pytest.fixture
def opened(qtbot, studio):
    studio.session.open_state(_portrait())
    _wait(qtbot, studio)
    return studio


def _stroke(studio, rect: Rect) -> None:
    labels = np.full((rect.height, rect.width), STROKE_FOREGROUND, np.uint8)
    studio.session.apply(lambda s: edits.paint(s, rect, labels), label="Stroke", rect=rect)


def test_opening_leads_to_a_matte_and_colours(opened) -> None:
    state = opened.session.state
    assert state.alpha.read(Rect(46, 46, 50, 50)).min() == 1.0
    assert state.alpha.read(Rect(0, 0, 4, 4)).max() == 0.0
    assert state.foreground is not None
    assert not opened.session.dirty  # what jobs found is nobody's unsaved work


def test_what_jobs_find_is_no_step(opened) -> None:
    assert opened.session.history.labels == ("Open",)


def test_a_stroke_wins_and_changes_only_its_surroundings(qtbot, opened) -> None:
    before = opened.session.state.alpha.read()
    _stroke(opened, Rect(4, 44, 10, 52))
    _wait(qtbot, opened)
    after = opened.session.state.alpha.read()
    assert (after[4:10, 44:52] == 1.0).all()
    assert np.array_equal(after[76:], before[76:])
    assert opened.session.history.labels == ("Open", "Stroke")


def test_undo_brings_the_matte_back_without_solving(qtbot, opened) -> None:
    before = opened.session.state.alpha
    _stroke(opened, Rect(4, 44, 10, 52))
    _wait(qtbot, opened)
    with qtbot.assertNotEmitted(opened.bridge.submitted):
        opened.session.undo()
    assert opened.session.state.alpha is before


def test_a_wider_band_makes_a_new_trimap_and_matte(qtbot, opened) -> None:
    before = opened.session.state
    _set(opened, "trimap.radius", 12)
    qtbot.waitUntil(lambda: opened.session.state.trimap is not before.trimap)
    _wait(qtbot, opened)
    unknown = (opened.session.state.trimap.read() == 128).sum()
    assert unknown > (before.trimap.read() == 128).sum()


def test_edge_tools_change_what_is_shown_and_not_the_document(qtbot, opened) -> None:
    solved = opened.session.state.alpha
    _set(opened, "edge.feather", 3.0)
    wanted = apply_edges(solved.read(), EdgeSettings(feather=3.0))
    qtbot.waitUntil(lambda: np.array_equal(opened.live.displayed().alpha.read(), wanted))
    _wait(qtbot, opened)
    assert opened.session.state.alpha is solved


def test_without_edge_tools_the_matte_is_shown_at_once(qtbot, opened) -> None:
    _set(opened, "edge.feather", 3.0)
    _wait(qtbot, opened)
    opened.session.undo()
    assert opened.live.displayed().alpha is opened.session.state.alpha


def test_edges_after_a_stroke_equal_edges_of_the_whole(qtbot, opened) -> None:
    _set(opened, "edge.feather", 2.0)
    _wait(qtbot, opened)
    _stroke(opened, Rect(4, 44, 10, 52))
    _wait(qtbot, opened)
    whole = apply_edges(opened.session.state.alpha.read(), EdgeSettings(feather=2.0))
    assert opened.live.displayed().alpha.read() == pytest.approx(whole, abs=1e-6)


def test_the_background_is_nobodys_job(qtbot, opened) -> None:
    with qtbot.assertNotEmitted(opened.bridge.submitted):
        _set(opened, "background.kind", "colour")


def test_only_colours_follow_the_amount(qtbot, opened) -> None:
    titles = []
    opened.bridge.submitted.connect(lambda job: titles.append(job.lane))
    before = opened.session.state.foreground
    _set(opened, "foreground.amount", 0.0)
    qtbot.waitUntil(lambda: opened.session.state.foreground is not before)
    _wait(qtbot, opened)
    assert titles == ["foreground"]


def test_a_result_that_is_no_longer_current_is_dropped(qtbot, opened) -> None:
    before = opened.session.state
    late = steps.StepRequest(steps.ALPHA, steps.Snapshot(before))
    outcome = late(NOBODY)
    _stroke(opened, Rect(4, 44, 10, 52))
    opened.live._on_done(late, outcome)
    assert opened.session.state.alpha is before.alpha
    _wait(qtbot, opened)
    assert (opened.session.state.alpha.read(Rect(4, 44, 10, 52)) == 1.0).all()


def test_stopping_stops_until_something_changes(qtbot, opened) -> None:
    go_on = threading.Event()
    opened.bridge.start(lambda ctx: go_on.wait(20), title="In the way", done=lambda _: None)
    _stroke(opened, Rect(4, 44, 10, 52))
    with qtbot.waitSignal(opened.live.settled):
        opened.commands.table["run.stop"]()
    go_on.set()
    qtbot.wait(20)
    assert opened.session.state.alpha_stale is not None
    opened.live.solve_again()
    _wait(qtbot, opened)
    assert (opened.live.displayed().alpha.read(Rect(4, 44, 10, 52)) == 1.0).all()


def test_a_step_that_fails_is_told_once(qtbot, studio) -> None:
    told = []
    studio.live.failed.connect(lambda step, error: told.append(error))
    state = _portrait()
    full = np.full(state.size, FOREGROUND, np.uint8)
    settings = with_value(state.settings, "guidance.source", "file")
    state = edits.set_trimap(edits.set_mask(edits.set_settings(state, settings), None), full)
    studio.session.open_state(state)
    qtbot.waitUntil(lambda: bool(told), timeout=30_000)
    qtbot.wait(50)
    assert len(told) == 1
    assert isinstance(told[0], UserError)
    assert studio.window.bar.isVisible()


def test_closing_in_the_middle_of_a_step_is_quiet(qtbot, studio) -> None:
    studio.session.open_state(_portrait())
    studio.session.close_state()
    qtbot.waitUntil(lambda: not studio.live.busy)
    assert studio.window.stage.currentWidget() is studio.window.welcome


FIRST_CUT = """
import sys
sys.path.insert(0, sys.argv[1])
import test_live
from engine.jobs.context import NOBODY
from matteapp import steps
said = []
class Listener:
    check = NOBODY.check
    def progress(self, fraction, message=""): said.append(message)
state = steps.TRIMAP.run(steps.Snapshot(test_live._portrait()), NOBODY).state
for _ in range(2):
    steps.ALPHA.run(steps.Snapshot(state), Listener())
    print(any(message.startswith("Preparing") for message in said))
    said.clear()
"""


def test_the_first_cut_says_that_it_prepares() -> None:
    """Only while the solver's kernels are not loaded, which is once in a process."""
    ran = subprocess.run(
        [sys.executable, "-c", FIRST_CUT, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.stdout.split() == ["True", "False"], ran.stderr
