"""A view against another: across a line, beside it, and while a key is held."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.document import edits
from matteapp.canvas.panes import GAP, Panes
from matteapp.canvas.shown import Shown

LEFT = Qt.MouseButton.LeftButton
CLEAR = slice(0, 250)
"""Rows above the titles."""


@pytest.fixture
def shown(canvas, settle, state):
    """A ramp as the matte, at 100 %."""
    alpha = np.tile(np.linspace(0, 1, 900, dtype=np.float32), (700, 1))
    canvas.show_state(edits.set_alpha(state, alpha))
    canvas.set_view("alpha")
    canvas.zoom_to(1.0)
    settle()
    return canvas


def part(canvas, picture: np.ndarray) -> np.ndarray:
    return picture[canvas.viewport.rect_of(canvas.viewport.box).slices][CLEAR]


@pytest.fixture
def grey() -> np.ndarray:
    row = np.rint(np.linspace(0, 1, 900, dtype=np.float32) * 255).astype(np.uint8)
    return np.repeat(np.tile(row, (700, 1))[..., None], 3, 2)


def test_the_line_parts_the_view_from_any_other(shown, settle, photograph, grey):
    shown.set_compare("wipe", "input")
    drawn = settle()[:100]  # above the handle
    assert np.array_equal(drawn[:, :188], part(shown, photograph)[:100, :188])
    assert np.array_equal(drawn[:, 212:], part(shown, grey)[:100, 212:])


def test_a_view_is_not_compared_with_itself(shown, settle, grey):
    shown.set_compare("wipe", "alpha")
    assert np.array_equal(settle()[CLEAR], part(shown, grey))


def sides(drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    width = (400 - GAP) // 2
    return drawn[CLEAR, :width], drawn[CLEAR, 400 - width :]


def test_side_by_side_shows_the_same_place_twice(shown, settle, photograph, grey):
    shown.set_compare("side", "input")
    left, right = sides(settle())
    assert np.array_equal(left, part(shown, photograph))
    assert np.array_equal(right, part(shown, grey))


def doubled(canvas, picture: np.ndarray) -> np.ndarray:
    """What a pane shows of a picture at 200 %."""
    viewport = canvas.viewport
    rows = ((np.arange(250) + 0.5 - viewport.y) / 2).astype(int)
    cols = ((np.arange(viewport.view[1]) + 0.5 - viewport.x) / 2).astype(int)
    return picture[rows[:, None], cols]


def test_pan_and_zoom_are_linked(shown, settle, photograph, grey):
    shown.set_compare("side", "input")
    settle()
    shown.pan(-33, 21)
    left, right = sides(settle())
    assert np.array_equal(left, part(shown, photograph))
    assert np.array_equal(right, part(shown, grey))
    shown.zoom_to(2.0)
    left, right = sides(settle())
    assert np.array_equal(left, doubled(shown, photograph))
    assert np.array_equal(right, doubled(shown, grey))


@pytest.mark.parametrize("start", [60, 262])
def test_both_sides_can_be_painted_on(qtbot, shown, settle, start):
    shown.set_compare("side", "input")
    settle()
    shown.brush.size = 20
    with qtbot.waitSignal(shown.easel.stroke_finished) as told:
        QTest.mousePress(shown, LEFT, pos=QPoint(start, 100))
        QTest.mouseMove(shown, QPoint(start + 30, 100))
        QTest.mouseRelease(shown, LEFT, pos=QPoint(start + 30, 100))
    stroke = told.args[0]
    row, col = shown.viewport.to_image(60, 100)
    assert stroke.rect.left == pytest.approx(col - 10, abs=2)
    assert stroke.rect.right == pytest.approx(col + 40, abs=2)
    assert stroke.rect.top == pytest.approx(row - 10, abs=2)


def test_a_drag_stays_in_the_pane_where_it_began(qtbot, shown, settle):
    shown.set_compare("side", "input")
    settle()
    with qtbot.waitSignal(shown.easel.stroke_finished) as told:
        QTest.mousePress(shown, LEFT, pos=QPoint(150, 100))
        QTest.mouseMove(shown, QPoint(300, 100))
        QTest.mouseRelease(shown, LEFT, pos=QPoint(300, 100))
    assert told.args[0].rect.width >= 150


def test_without_comparison_the_view_has_the_canvas_again(shown, settle, grey):
    shown.set_compare("side", "input")
    settle()
    middle = shown.viewport.to_image(*shown.viewport.middle)
    shown.set_compare("off", "input")
    assert np.array_equal(settle()[CLEAR], part(shown, grey))
    assert shown.viewport.view == (300, 400)
    assert shown.viewport.to_image(*shown.viewport.middle) == pytest.approx(middle, abs=2)


def test_peeking_shows_the_other_view_alone_and_goes_back(shown, settle, photograph, grey):
    shown.set_compare("wipe", "guidance")
    shown.peek("input")
    assert shown.view == "alpha"
    assert np.array_equal(settle()[CLEAR], part(shown, photograph))
    shown.peek("")
    shown.set_compare("off", "guidance")
    assert np.array_equal(settle()[CLEAR], part(shown, grey))


def test_panes_share_the_width_and_what_changes():
    panes = Panes(401, 300, 2)
    assert panes.rects[0].size() == panes.rects[1].size() == panes.size
    assert panes.rects[1].right() == 400
    assert panes.rects[0].right() < panes.rects[1].left()
    assert (panes.at(0), panes.at(400)) == (0, 1)
    assert Panes(401, 300).size.width() == 401


def test_what_is_peeked_at_is_compared_with_nothing_unless_it_lies_beside():
    shown = Shown("alpha", mode="wipe")
    assert (shown.view, shown.panes, shown.compared) == ("alpha", ("alpha",), "input")
    shown.peeked = "guidance"
    assert (shown.view, shown.compared) == ("guidance", "")
    shown.mode = "side"
    assert shown.panes == ("input", "guidance")
    assert Shown("input", mode="wipe").compared is None
    assert Shown("input").compared is None
