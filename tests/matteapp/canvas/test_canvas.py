from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.document import edits
from engine.document.state import SourceLink, new_document
from engine.imaging.types import STROKE_FOREGROUND, Image, Rect
from engine.settings import BackgroundSettings, CutSettings

VIEW = 300, 400


def screen(canvas) -> np.ndarray:
    image = canvas.grab().toImage()
    buffer = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return buffer[:, : image.width(), 2::-1].copy()


def shown_part(viewport, photograph: np.ndarray) -> np.ndarray:
    """The part of the photograph in sight at 100 %."""
    rect = viewport.rect_of(viewport.box)
    return photograph[rect.slices]


def settings_with(**background) -> CutSettings:
    return CutSettings(background=BackgroundSettings(**background))


def test_at_100_percent_the_screen_shows_the_photographs_own_pixels(
    canvas, settle, state, photograph
):
    canvas.show_state(state)
    canvas.zoom_to(1.0)
    assert np.array_equal(settle(), shown_part(canvas.viewport, photograph))


def test_after_a_pan_the_pixels_are_still_exact(canvas, settle, state, photograph):
    canvas.show_state(state)
    canvas.zoom_to(1.0)
    settle()
    canvas.pan(-37, 21)
    canvas.pan(-64, -90)
    assert np.array_equal(settle(), shown_part(canvas.viewport, photograph))


@pytest.mark.parametrize("scale", [2.0, 3.0, 8.0, 32.0])
def test_enlarged_pixels_are_squares_of_one_colour(canvas, settle, state, photograph, scale):
    canvas.show_state(state)
    canvas.zoom_to(scale, at=(509.5, 515.5))
    drawn, viewport = settle(), canvas.viewport
    rows = ((np.arange(VIEW[0]) + 0.5 - viewport.y) / scale).astype(int)
    cols = ((np.arange(VIEW[1]) + 0.5 - viewport.x) / scale).astype(int)
    assert np.array_equal(drawn, photograph[rows[:, None], cols])


def test_reduced_pixels_are_means(canvas, settle, state, photograph):
    canvas.show_state(state)
    canvas.zoom_to(0.5)
    drawn, viewport = settle(), canvas.viewport
    means = photograph.reshape(350, 2, 450, 2, 3).mean((1, 3))
    top, left = -viewport.y, -viewport.x
    wanted = means[top : top + VIEW[0], left : left + VIEW[1]]
    assert np.abs(drawn - wanted).max() <= 1


def test_a_smooth_photograph_shows_no_seam_between_tiles(canvas, settle):
    ramp = np.linspace(40, 200, 1400).astype(np.uint8)
    pixels = np.repeat(np.broadcast_to(ramp, (700, 1400))[..., None], 3, 2).copy()
    canvas.show_state(new_document(Image(pixels), SourceLink(None, "", False)))
    canvas.zoom_to(0.77, at=(350, 512))
    steps = np.diff(settle()[150, :, 0].astype(int))
    assert steps.min() >= 0
    assert steps.max() <= 1


def test_the_photograph_fits_and_stays_so_when_the_window_grows(canvas, settle, state):
    canvas.show_state(state)
    assert canvas.scale == pytest.approx(min(300 / 700, 400 / 900))
    canvas.resize(800, 650)
    QApplication.processEvents()
    assert canvas.scale == pytest.approx(min(650 / 700, 800 / 900))
    settle()


@pytest.mark.parametrize("turn", [120, -120])
def test_the_wheel_zooms_at_the_cursor(canvas, state, turn):
    canvas.show_state(state)
    canvas.zoom_to(2.0)
    place = QPointF(321.0, 77.0)
    before = canvas.viewport.to_image(place.x(), place.y())
    wheel = QWheelEvent(
        place,
        canvas.mapToGlobal(place),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, wheel)
    after = canvas.viewport.to_image(place.x(), place.y())
    assert canvas.scale == pytest.approx(2.0 * 2 ** (turn / 480))
    assert np.abs(np.subtract(before, after)).max() * canvas.scale <= 0.5


def test_zooming_is_told(qtbot, canvas, state):
    canvas.show_state(state)
    with qtbot.waitSignal(canvas.zoom_changed) as told:
        canvas.zoom_to(4.0)
    assert told.args == [4.0]


def test_the_middle_button_and_the_space_bar_move_the_photograph(canvas, state):
    canvas.show_state(state)
    canvas.zoom_to(1.0)
    for button, key in ((Qt.MouseButton.MiddleButton, None), (Qt.MouseButton.LeftButton, " ")):
        x, y = canvas.viewport.x, canvas.viewport.y
        if key:
            QTest.keyPress(canvas, key)
        QTest.mousePress(canvas, button, pos=QPoint(100, 100))
        QTest.mouseMove(canvas, QPoint(130, 90))
        QTest.mouseRelease(canvas, button, pos=QPoint(130, 90))
        if key:
            QTest.keyRelease(canvas, key)
        assert (canvas.viewport.x, canvas.viewport.y) == (x + 30, y - 10)


def test_without_a_matte_the_caption_says_what_stands_in(canvas, settle, state):
    canvas.show_state(state)
    canvas.set_view("foreground")
    assert "not decontaminated" in canvas.caption
    canvas.set_view("alpha")
    assert "no matte yet" in canvas.caption
    canvas.set_view("input")
    assert canvas.caption == ""


def test_a_view_of_the_matte_is_its_grey(canvas, settle, state):
    alpha = np.linspace(0, 1, 700 * 900, dtype=np.float32).reshape(700, 900)
    canvas.show_state(edits.set_alpha(state, alpha))
    canvas.set_view("alpha")
    canvas.zoom_to(1.0)
    grey = np.rint(shown_part(canvas.viewport, alpha) * 255)
    assert np.array_equal(settle(), np.repeat(grey[..., None], 3, 2))


def test_checks_show_through_where_the_result_is_transparent(canvas, settle, state):
    canvas.show_state(edits.set_alpha(state, np.zeros((700, 900), np.float32)))
    canvas.set_view("composite")
    canvas.zoom_to(1.0)
    settle()
    canvas.show_state(
        edits.set_foreground(
            edits.set_alpha(state, np.zeros((700, 900), np.float32)), state.image.pixels
        )
    )
    drawn = settle()
    assert {tuple(colour) for colour in drawn.reshape(-1, 3)} == {(255,) * 3, (204,) * 3}


def test_a_new_background_replaces_stale_tiles(canvas, settle, state):
    state = edits.set_alpha(state, np.zeros((700, 900), np.float32))
    state = edits.set_foreground(state, state.image.pixels)
    state = replace(state, settings=settings_with(kind="colour", colour=(1.0, 0.0, 0.0)))
    canvas.show_state(state)
    canvas.set_view("composite")
    canvas.zoom_to(1.0)
    assert (settle() == (255, 0, 0)).all()
    canvas.show_state(replace(state, settings=settings_with(kind="colour", colour=(0.0, 0.0, 1.0))))
    assert not canvas.settled
    assert (settle() == (0, 0, 255)).all()


def test_only_what_changed_becomes_stale(canvas, settle, state):
    canvas.set_view("guidance")
    canvas.show_state(state)
    canvas.zoom_to(1.0, at=(512, 512))
    settle()
    view, keys = canvas._view, canvas._keys()
    assert len(keys) == 4
    rect = Rect(380, 400, 390, 410)
    labels = np.full((10, 10), STROKE_FOREGROUND, np.uint8)
    canvas.show_state(edits.paint(state, rect, labels))
    assert [view.stale(key) for key in keys] == [True, False, False, False]


def test_a_change_that_a_view_does_not_show_leaves_it_alone(canvas, settle, state):
    canvas.show_state(state)
    settle()
    canvas.show_state(edits.set_alpha(state, np.ones((700, 900), np.float32)))
    assert canvas.settled


def test_what_arrives_late_does_not_replace_what_is_newer(canvas, settle, state):
    canvas.set_view("alpha")
    canvas.show_state(state)
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        state = edits.set_alpha(state, np.full((700, 900), value, np.float32))
        canvas.show_state(state)
    canvas.zoom_to(1.0)
    assert (settle() == 255).all()


def test_another_photograph_replaces_everything(canvas, settle, state):
    canvas.show_state(state)
    settle()
    other = np.full((90, 120, 3), 77, np.uint8)
    canvas.show_state(new_document(Image(other), SourceLink(None, "", False)))
    drawn = settle()
    assert canvas.scale == 1.0
    assert (drawn[105:195, 140:260] == 77).all()


def test_without_a_document_there_is_only_the_surround(canvas, settle, state):
    canvas.show_state(state)
    settle()
    canvas.show_state(None)
    drawn = settle()
    assert canvas.viewport is None
    assert (drawn == drawn[0, 0]).all()


def test_a_view_being_drawn_leaves_the_old_one_in_sight(canvas, settle, state, thread):
    canvas.show_state(state)
    before = settle()
    gate = threading.Event()
    thread.submit(lambda ctx: gate.wait(20))
    canvas.set_view("alpha")
    during = screen(canvas)
    gate.set()
    below_the_caption = slice(60, None)
    assert np.array_equal(before[below_the_caption], during[below_the_caption])
    assert not np.array_equal(before[below_the_caption], settle()[below_the_caption])


def test_focus_that_came_by_a_key_is_shown(canvas, settle, state):
    canvas.show_state(state)
    bare = settle()
    canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    assert canvas.hasFocus()
    assert np.array_equal(settle(), bare)
    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    ringed = settle()
    assert (ringed != bare).any(-1)[[0, 0, -1, -1], [0, -1, 0, -1]].all()
    assert np.array_equal(ringed[4:-4, 4:-4], bare[4:-4, 4:-4])
    canvas.clearFocus()
    assert np.array_equal(settle(), bare)
