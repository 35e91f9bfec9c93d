"""Strokes, boxes and files become edits."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.document import edits
from engine.errors import UserError
from engine.imaging.types import STROKE_BACKGROUND, STROKE_FOREGROUND, Rect
from engine.settings import GuidanceSettings
from matteapp.canvas.strokes import Stroke
from matteapp.steps import MASK


@pytest.fixture
def still(studio, grey_document):
    studio.session.changed.disconnect(studio.live._on_changed)
    studio.session.open_state(grey_document)
    return studio


def _stroke(label: int) -> Stroke:
    return Stroke(Rect(2, 3, 6, 9), np.full((4, 6), label, np.uint8))


def test_a_stroke_is_a_step_of_its_own(still) -> None:
    still.canvas.easel.stroke_finished.emit(_stroke(STROKE_FOREGROUND))
    still.canvas.easel.stroke_finished.emit(_stroke(STROKE_BACKGROUND))
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


def test_a_box_says_where_people_are_looked_for_and_is_shown(still) -> None:
    still.canvas.easel.box_drawn.emit(Rect(4, 5, 40, 50))
    guidance = still.session.state.settings.guidance
    assert (guidance.source, guidance.box) == ("automatic", (4, 5, 40, 50))
    assert still.window.panels.subject.chip.text() == "in a box"
    assert still.canvas.tool == "foreground"


def test_where_nobody_is_in_the_box_it_may_be_cut_by_colour(still) -> None:
    still.canvas.easel.box_drawn.emit(Rect(4, 5, 40, 50))
    nobody = UserError("No subject was found.", remedy="Draw a box.")
    still.live.failed.emit(MASK, nobody)
    bar = still.window.bar
    assert "stands out" in bar.action.text()
    bar.action.click()
    guidance = still.session.state.settings.guidance
    assert (guidance.source, guidance.box) == ("grabcut", (4, 5, 40, 50))
    assert still.window.panels.subject.chip.text() == "by colour"


def test_a_click_on_a_person_leaves_them_out_and_one_more_brings_them_back(still) -> None:
    still.guidance.find_subject()
    mask = np.zeros((48, 64), np.float32)
    mask[10:40, 10:30] = 1
    still.session.amend(lambda state: edits.set_mask(state, mask))
    still.canvas.easel.clicked.emit(20.0, 15.0)
    guidance = still.session.state.settings.guidance
    assert guidance.clicks == ((20 / 48, 15 / 64, False),)
    assert still.session.history.labels[-1] == "Leave a person out"
    assert still.session.state.mask is None  # they are looked for again
    still.session.amend(lambda state: edits.set_mask(state, np.zeros((48, 64), np.float32)))
    still.canvas.easel.clicked.emit(20.0, 15.0)
    assert still.session.state.settings.guidance.clicks[-1] == (20 / 48, 15 / 64, True)
    assert still.session.history.labels[-1] == "Keep a person"


def test_a_line_divides_persons(still) -> None:
    still.guidance.find_subject()
    still.canvas.easel.divided.emit(((12.0, 16.0), (36.0, 16.0)))
    assert still.session.state.settings.guidance.cuts == ((0.25, 0.25, 0.75, 0.25),)
    assert still.session.history.labels[-1] == "Divide persons"


def test_a_click_where_the_mask_is_a_file_says_why_nothing_happens(still) -> None:
    still.session.apply(
        lambda state: edits.set_settings(
            state, replace(state.settings, guidance=GuidanceSettings("file"))
        ),
        label="file",
    )
    steps = len(still.session.history.labels)
    still.canvas.easel.clicked.emit(20.0, 15.0)
    assert len(still.session.history.labels) == steps
    assert "told apart" in still.window.bar.text.text()


def test_doubts_about_the_mask_are_said_with_a_way_out(still) -> None:
    still.live.doubted.emit("The person is very small in the picture.")
    assert "very small" in still.window.bar.text.text()
    still.window.bar.action.click()
    assert still.canvas.tool == "box"


def test_the_panel_goes_back_to_automatic(still) -> None:
    still.canvas.easel.box_drawn.emit(Rect(4, 5, 40, 50))
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
