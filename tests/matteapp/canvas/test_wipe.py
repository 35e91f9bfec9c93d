"""The enhanced view is parted from the photograph by a line that can be dragged."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.document import edits
from engine.document.enhancement import Amount, Enhancement, EnhancementNote
from engine.imaging.types import Rect
from matteapp.canvas.wipe import STEP, Wipe

LEFT = Qt.MouseButton.LeftButton
LINE = 12
"""Logical pixels about the line that its handle and its titles may cover."""


@pytest.fixture
def enhanced(state, photograph):
    """Inverted in a square."""
    rect = Rect(0, 0, 700, 900)
    codes = np.full((700, 900, 3), 32768, np.uint16)
    made = edits.set_enhancement(state, Enhancement(rect, codes, 1.0, EnhancementNote()))
    return edits.set_enhanced(made, 255 - photograph, Amount(255, 100))


@pytest.fixture
def compared(canvas, settle, enhanced):
    canvas.show_state(enhanced)
    canvas.set_view("enhanced")
    canvas.zoom_to(1.0)
    settle()
    return canvas


def check(canvas, settle, photograph, line: int) -> None:
    """The photograph at the left of the line, the enhanced picture at its right."""
    drawn = settle()
    shown = photograph[canvas.viewport.rect_of(canvas.viewport.box).slices]
    rows = slice(0, 120)  # above the handle and the titles
    assert np.array_equal(drawn[rows, : max(line - LINE, 0)], shown[rows, : max(line - LINE, 0)])
    right = line + LINE
    assert np.array_equal(drawn[rows, right:], 255 - shown[rows, right:])


def test_before_is_at_the_left_and_after_at_the_right(compared, settle, photograph):
    check(compared, settle, photograph, 200)


def drag(canvas, start: int, end: int) -> None:
    QTest.mousePress(canvas, LEFT, pos=QPoint(start, 60))
    QTest.mouseMove(canvas, QPoint((start + end) // 2, 60))
    QTest.mouseMove(canvas, QPoint(end, 60))
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(end, 60))


def test_the_line_is_dragged_and_no_tool_hears_of_it(qtbot, compared, settle, photograph):
    with qtbot.assertNotEmitted(compared.easel.stroke_finished):
        drag(compared, 203, 80)
    check(compared, settle, photograph, 80)
    assert compared.cursor().shape() == Qt.CursorShape.SplitHCursor
    with qtbot.waitSignal(compared.easel.stroke_finished):
        drag(compared, 200, 260)  # away from the line the brush paints


def test_keys_move_the_line_and_it_stays_while_the_picture_moves(compared, settle, photograph):
    compared.move_wipe(-STEP)
    check(compared, settle, photograph, 180)
    compared.pan(-40, -30)
    check(compared, settle, photograph, 180)
    compared.move_wipe(-2.0)
    check(compared, settle, photograph, 0)
    compared.move_wipe(+2.0)
    check(compared, settle, photograph, 400)


def test_another_view_has_no_line(compared, settle, photograph):
    compared.set_view("input")
    drawn = settle()
    shown = photograph[compared.viewport.rect_of(compared.viewport.box).slices]
    assert np.array_equal(drawn, shown)
    compared.move_wipe(STEP)
    assert np.array_equal(settle(), shown)


def test_nothing_is_compared_before_there_is_something(canvas, settle, state, photograph):
    canvas.show_state(state)
    canvas.set_view("enhanced")
    canvas.zoom_to(1.0)
    drawn = settle()
    assert "not enhanced" in canvas.caption
    shown = photograph[canvas.viewport.rect_of(canvas.viewport.box).slices]
    assert np.array_equal(drawn[60:], shown[60:])


def test_the_line_stays_on_the_canvas():
    wipe = Wipe()
    wipe.move(3.0)
    assert wipe.place(100) == 100
    assert not wipe.is_near(100, 100, reach=7)  # nothing is compared yet
    assert wipe.compare("input", ("Input", "Enhanced"))
    assert wipe.is_near(95, 100, reach=7)
    assert not wipe.compare("input", ("Input", "Enhanced"))
