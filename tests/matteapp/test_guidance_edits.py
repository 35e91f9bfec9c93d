"""Strokes, boxes and files become edits."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.imaging.types import STROKE_BACKGROUND, STROKE_FOREGROUND, Rect
from matteapp.canvas.strokes import Stroke


@pytest.fixture
def still(studio, grey_document):
    studio.session.changed.disconnect(studio.live._on_changed)
    studio.session.open_state(grey_document)
    return studio


def _stroke(label: int) -> Stroke:
    return Stroke(Rect(2, 3, 6, 9), np.full((4, 6), label, np.uint8))


def test_a_stroke_is_a_step_of_its_own(still) -> None:
    still.canvas.stroke_finished.emit(_stroke(STROKE_FOREGROUND))
    still.canvas.stroke_finished.emit(_stroke(STROKE_BACKGROUND))
    assert still.session.history.labels[1:] == ("Foreground stroke", "Background stroke")
    assert still.session.state.strokes.read()[3, 4] == STROKE_BACKGROUND
    still.session.undo()
    assert still.session.state.strokes.read()[3, 4] == STROKE_FOREGROUND


def test_clearing_takes_all_strokes_and_undo_brings_them_back(still) -> None:
    button = still.window.panels.subject.buttons["clear"]
    assert not button.isEnabled()
    still.guidance.paint(_stroke(STROKE_FOREGROUND))
    assert button.isEnabled()
    button.click()
    assert not still.session.state.strokes.read().any()
    still.session.undo()
    assert still.session.state.strokes.read().any()


def test_a_box_asks_for_grabcut_and_is_shown(still) -> None:
    still.canvas.box_drawn.emit(Rect(4, 5, 40, 50))
    guidance = still.session.state.settings.guidance
    assert (guidance.source, guidance.box) == ("grabcut", (4, 5, 40, 50))
    assert still.window.panels.subject.chip.text() == "from a box"
    assert still.canvas.tool == "foreground"


def test_the_panel_goes_back_to_automatic(still) -> None:
    still.canvas.box_drawn.emit(Rect(4, 5, 40, 50))
    still.window.panels.subject.reset.click()
    assert still.session.state.settings.guidance.source == "automatic"
    assert still.session.state.settings.guidance.box is None


def test_a_mask_file_is_the_mask(qtbot, still, tmp_path) -> None:
    mask = np.zeros((48, 64), np.uint8)
    mask[10:30, 20:40] = 255
    path = tmp_path / "mask.png"
    cv2.imwrite(str(path), mask)
    with qtbot.waitSignal(still.session.changed):
        still.guidance.load("mask", path)
    assert np.array_equal(still.session.state.mask.read() * 255, mask)
    assert still.session.state.settings.guidance.source == "file"


def test_a_trimap_file_is_the_trimap(qtbot, still, tmp_path) -> None:
    trimap = np.full((48, 64), 128, np.uint8)
    trimap[:10], trimap[30:], trimap[31, 0] = 0, 255, 250
    path = tmp_path / "trimap.png"
    cv2.imwrite(str(path), trimap)
    with qtbot.waitSignal(still.session.changed):
        still.guidance.load("trimap", path)
    assert set(np.unique(still.session.state.trimap.read())) == {0, 128, 255}
    assert "1 pixels" in still.window.bar.text.text()


def test_a_mask_of_another_size_is_refused_and_nothing_changes(qtbot, still, tmp_path) -> None:
    path = tmp_path / "small.png"
    cv2.imwrite(str(path), np.zeros((5, 5), np.uint8))
    before = still.session.state
    still.guidance.load("mask", path)
    qtbot.waitUntil(still.window.bar.isVisible)
    assert "small.png" in still.window.bar.text.text()
    assert still.session.state is before
