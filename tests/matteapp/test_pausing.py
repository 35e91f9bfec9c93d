"""While the live solve is paused all work is taken, and nothing is solved until it goes on."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.document import edits
from engine.document.state import DocumentState, SourceLink, new_document
from engine.imaging.types import STROKE_FOREGROUND, Image, Rect
from engine.settings import GuidanceSettings
from matteapp.gesture import with_value

SIDE = 64


def _disc() -> DocumentState:
    """A bright disc before a dark ground, its mask given."""
    rows, cols = np.mgrid[0:SIDE, 0:SIDE]
    inside = np.hypot(rows - SIDE / 2, cols - SIDE / 2) < SIDE / 4
    pixels = np.where(inside[..., None], np.uint8(210), np.uint8(40)).repeat(3, axis=-1)
    state = new_document(Image(pixels), SourceLink(None, "", embedded=False, name="disc.png"))
    settings = with_value(state.settings, "trimap.source", "radius")
    settings = replace(with_value(settings, "trimap.radius", 5), guidance=GuidanceSettings("file"))
    return edits.set_mask(edits.set_settings(state, settings), inside.astype(np.float32))


def _pause(studio) -> None:
    studio.window.actions_by_name["run.pause"].trigger()


def _wait(qtbot, studio) -> None:
    def done() -> bool:
        state = studio.session.state
        return not studio.live.busy and state.foreground is not None and state.alpha_stale is None

    qtbot.waitUntil(done, timeout=60_000)


def _stroke(studio, top: int) -> None:
    rect = Rect(top, 28, top + 4, 36)
    labels = np.full((rect.height, rect.width), STROKE_FOREGROUND, np.uint8)
    studio.session.apply(lambda state: edits.paint(state, rect, labels), label="B", rect=rect)


@pytest.fixture
def lanes(studio) -> list[str]:
    """The lanes of all that is ordered from now on."""
    ordered: list[str] = []
    studio.bridge.submitted.connect(lambda job: ordered.append(job.lane))
    return ordered


@pytest.fixture
def paused(qtbot, studio, lanes):
    studio.session.open_state(_disc())
    _wait(qtbot, studio)
    _pause(studio)
    lanes.clear()
    return studio


def test_strokes_and_settings_are_solved_once_when_it_goes_on(qtbot, paused, lanes) -> None:
    before = paused.session.state.alpha
    for top in (2, 8):
        _stroke(paused, top)
    settings = with_value(paused.session.state.settings, "foreground.amount", 0.5)
    paused.session.apply(lambda state: edits.set_settings(state, settings), label="Amount")
    assert paused.session.state.strokes.read(Rect(2, 28, 6, 36)).min() == STROKE_FOREGROUND
    assert paused.session.state.alpha is before and lanes == [] and not paused.live.busy
    _pause(paused)
    _wait(qtbot, paused)
    solved = paused.session.state.alpha.read()
    assert solved[2:6, 28:36].min() == solved[8:12, 28:36].min() == 1.0
    assert lanes.count("alpha") == 1


def test_the_status_line_says_so_and_goes_on(qtbot, paused) -> None:
    said = paused.window.status.paused
    assert said.isVisible() and "paused" in said.text()
    said.click()
    assert not said.isVisible() and not paused.live.paused
    assert not paused.window.actions_by_name["run.pause"].isChecked()


def test_what_runs_is_left_and_taken_up_again(qtbot, studio) -> None:
    studio.session.open_state(_disc())
    assert studio.live.busy
    _pause(studio)
    assert not studio.live.busy
    _pause(studio)
    _wait(qtbot, studio)


def test_it_is_solved_by_order_and_then_waits_again(qtbot, paused, lanes) -> None:
    _stroke(paused, 2)
    paused.window.actions_by_name["run.again"].trigger()
    _wait(qtbot, paused)
    assert paused.session.state.alpha.read(Rect(2, 28, 6, 36)).min() == 1.0
    assert paused.live.paused
    lanes.clear()
    _stroke(paused, 8)
    assert lanes == [] and not paused.live.busy


def test_what_is_opened_meanwhile_waits_too(qtbot, paused, lanes) -> None:
    paused.session.open_state(_disc())
    assert lanes == [] and paused.session.state.alpha is None
    _pause(paused)
    _wait(qtbot, paused)


def test_an_export_holds_all_that_was_painted(qtbot, paused, tmp_path) -> None:
    _stroke(paused, 2)
    paused.exports.export({"alpha": tmp_path / "alpha.png"})
    qtbot.waitUntil(lambda: "Exported" in paused.window.bar.text.text(), timeout=60_000)
    written = cv2.imread(str(tmp_path / "alpha.png"), cv2.IMREAD_UNCHANGED)
    assert written[2:6, 28:36].min() == np.iinfo(written.dtype).max
    assert paused.session.state.alpha_stale is not None
