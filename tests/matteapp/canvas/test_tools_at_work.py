"""Tools that compute: quick select, lasso, fill and eyedropper on a real canvas."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.document import edits
from engine.document.state import DocumentState, SourceLink, new_document
from engine.imaging.types import (
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    Image,
    Rect,
)
from matteapp.canvas.canvas import Canvas

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
PRESS, MOVE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove
RELEASE, DOUBLE = QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick
SIZE = 300, 400
ROWS, COLS = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
INSIDE = (ROWS - 150) ** 2 + (COLS - 200) ** 2 <= 80**2


@pytest.fixture
def state() -> DocumentState:
    """An orange disc on a blue ground."""
    pixels = np.where(INSIDE[..., None], (220, 130, 40), (40, 80, 160)).astype(np.uint8)
    return new_document(Image(pixels), SourceLink(None, "", False))


@pytest.fixture
def ready(canvas: Canvas, settle: Callable[[], np.ndarray], state: DocumentState) -> Canvas:
    """The canvas at 100 %, with the whole photograph in sight."""
    canvas.show_state(state)
    canvas.zoom_to(1.0)
    canvas.brush.size = 21
    settle()
    return canvas


def _send(canvas, kind, row: float, col: float, held=PLAIN) -> None:
    button = NONE if kind == MOVE else LEFT
    buttons = NONE if kind == RELEASE else LEFT
    place = QPointF(*canvas.viewport.to_device(row, col))
    QApplication.sendEvent(canvas, QMouseEvent(kind, place, place, button, buttons, held))


def _click(canvas, row: float, col: float, held=PLAIN) -> None:
    _send(canvas, PRESS, row, col, held)
    _send(canvas, RELEASE, row, col, held)


def _draw(canvas, *points: tuple[float, float], held=PLAIN) -> None:
    _send(canvas, PRESS, *points[0], held)
    for point in points[1:]:
        _send(canvas, MOVE, *point, held)
    _send(canvas, RELEASE, *points[-1], held)


def _strokes(marks) -> np.ndarray:
    return marks.after.read()


def test_quick_select_takes_what_it_is_swept_over_up_to_the_edge(qtbot, ready) -> None:
    ready.set_tool("quick")
    ready.brush.choose("reach", 400)
    with qtbot.waitSignal(ready.easel.stroke_finished, timeout=60_000) as done:
        _draw(ready, (150, 180), (140, 200), (150, 220))
    stroke = done.args[0]
    labels = np.zeros(SIZE, np.uint8)
    labels[stroke.rect.slices] = stroke.labels
    found = labels == STROKE_FOREGROUND
    assert found[INSIDE].mean() > 0.9
    assert not found[~INSIDE].any()
    rim = labels == STROKE_UNKNOWN
    assert rim.any()
    assert not rim[(ROWS - 150) ** 2 + (COLS - 200) ** 2 > 86**2].any()
    assert stroke.title == "Quick select"


def test_quick_select_with_alt_takes_away(qtbot, ready) -> None:
    ready.set_tool("quick")
    with qtbot.waitSignal(ready.easel.stroke_finished, timeout=60_000) as done:
        _draw(ready, (20, 20), (30, 40), held=ALT)
    assert done.args[0].label == STROKE_BACKGROUND
    assert not (done.args[0].labels == STROKE_FOREGROUND).any()


def test_escape_while_it_grows_leaves_nothing(qtbot, ready, thread, settle) -> None:
    finished = []
    ready.easel.stroke_finished.connect(finished.append)
    ready.set_tool("quick")
    before = settle()
    gate = threading.Event()
    thread.submit(lambda ctx: gate.wait(20))
    _draw(ready, (150, 180), (140, 200))
    QTest.keyClick(ready, Qt.Key.Key_Escape)
    gate.set()
    ready.leaveEvent(QEvent(QEvent.Type.Leave))
    assert np.array_equal(settle(), before)
    assert finished == []


def test_a_stroke_begun_while_another_grows_takes_that_as_far_as_it_is(ready, thread) -> None:
    finished = []
    ready.easel.stroke_finished.connect(finished.append)
    ready.set_tool("quick")
    gate = threading.Event()
    thread.submit(lambda ctx: gate.wait(20))
    _draw(ready, (150, 180), (140, 200))
    assert finished == []
    _send(ready, PRESS, 100, 200)
    gate.set()
    assert len(finished) == 1
    QTest.keyClick(ready, Qt.Key.Key_Escape)


def test_a_line_drawn_by_hand_fills_what_it_encloses(qtbot, ready) -> None:
    ready.set_tool("background")
    ready.set_tool("lasso")
    with qtbot.waitSignal(ready.easel.marked, timeout=20_000) as done:
        _draw(ready, (50, 50), (50, 90), (90, 90), (90, 50))
    labels = _strokes(done.args[0])
    assert (labels[51:89, 51:89] == STROKE_BACKGROUND).all()
    assert not labels[:49].any()
    assert done.args[0].title == "Lasso: background"


@pytest.mark.parametrize("end", ["double", "enter", "first"])
def test_corners_are_closed_by_a_double_click_enter_or_the_first_of_them(qtbot, ready, end) -> None:
    ready.set_tool("lasso")
    for corner in ((50, 50), (50, 120), (120, 120)):
        _click(ready, *corner)
    with qtbot.waitSignal(ready.easel.marked, timeout=20_000) as done:
        if end == "double":
            _send(ready, DOUBLE, 120, 120)
        elif end == "enter":
            QTest.keyClick(ready, Qt.Key.Key_Return)
        else:
            _click(ready, 51, 51)
    labels = _strokes(done.args[0])
    assert labels[60, 100] == STROKE_FOREGROUND
    assert labels[110, 60] == 0


def test_alt_lassoes_the_opposite_and_backspace_takes_a_corner_back(qtbot, ready) -> None:
    ready.set_tool("lasso")
    for corner in ((50, 50), (50, 120), (120, 120), (200, 300)):
        _click(ready, *corner, held=ALT)
    QTest.keyClick(ready, Qt.Key.Key_Backspace)
    with qtbot.waitSignal(ready.easel.marked, timeout=20_000) as done:
        QTest.keyClick(ready, Qt.Key.Key_Return)
    labels = _strokes(done.args[0])
    assert labels[60, 100] == STROKE_BACKGROUND
    assert not labels[125:].any()


def test_escape_drops_a_line_and_is_no_shortcut_meanwhile(ready, settle) -> None:
    before = settle()
    ready.set_tool("lasso")
    for corner in ((50, 50), (50, 120)):
        _click(ready, *corner)
    _send(ready, MOVE, 100, 100)
    assert not np.array_equal(settle(), before)
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, PLAIN)
    override.ignore()
    QApplication.sendEvent(ready, override)
    assert override.isAccepted()
    QTest.keyClick(ready, Qt.Key.Key_Escape)
    assert np.array_equal(settle(), before)
    again = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, PLAIN)
    again.ignore()
    QApplication.sendEvent(ready, again)
    assert not again.isAccepted()


def test_filling_takes_like_colours(qtbot, ready) -> None:
    ready.set_tool("fill")
    with qtbot.waitSignal(ready.easel.marked, timeout=20_000) as done:
        _click(ready, 150, 200)
    assert np.array_equal(_strokes(done.args[0]) == STROKE_FOREGROUND, INSIDE)


def test_filling_an_enclosed_area_erases_after_the_eraser(qtbot, ready, state) -> None:
    square = Rect(100, 100, 140, 140)
    painted = edits.paint(state, square, np.full((40, 40), STROKE_FOREGROUND, np.uint8))
    ready.show_state(painted)
    ready.set_tool("eraser")
    ready.set_tool("fill")
    ready.brush.choose("fills", "enclosed")
    with qtbot.waitSignal(ready.easel.marked, timeout=20_000) as done:
        _click(ready, 120, 120)
    assert not _strokes(done.args[0]).any()
    assert done.args[0].rect == square


def test_what_was_painted_meanwhile_is_not_lost(qtbot, ready, state, thread) -> None:
    gate = threading.Event()
    ready.set_tool("fill")
    thread.submit(lambda ctx: gate.wait(20))
    _click(ready, 150, 200)
    painted = edits.paint(state, Rect(0, 0, 5, 5), np.full((5, 5), STROKE_BACKGROUND, np.uint8))
    with qtbot.waitSignal(ready.easel.marked, timeout=20_000) as done:
        gate.set()
        ready.show_state(painted)
    assert done.args[0].before is painted.strokes
    assert _strokes(done.args[0])[2, 2] == STROKE_BACKGROUND


def test_the_eyedropper_shows_a_colour_and_hands_it_over_when_let_go(qtbot, ready, settle) -> None:
    before = settle()
    ready.set_tool("eyedropper")
    _send(ready, PRESS, 20, 20)
    _send(ready, MOVE, 150, 200)
    assert not np.array_equal(settle(), before)
    with qtbot.waitSignal(ready.easel.picked) as done:
        _send(ready, RELEASE, 150, 200)
    rgb, target = done.args
    assert np.allclose(rgb, np.array((220, 130, 40)) / 255, atol=1e-6)
    assert target == "background.colour"
    assert np.array_equal(settle(), before)


def test_a_colour_is_the_mean_of_the_square_that_is_sampled(qtbot, ready) -> None:
    ready.set_tool("eyedropper")
    ready.brush.choose("sample", 3)
    with qtbot.waitSignal(ready.easel.picked) as done:
        _click(ready, 150.5, 120.5)
    assert INSIDE[149:152, 119:122].sum() not in (0, 9)
    wanted = ready._view.state.image.rgb(Rect(149, 119, 152, 122)).mean(axis=(0, 1))
    assert np.allclose(done.args[0], wanted, atol=1e-6)


def test_tools_outside_the_photograph_do_nothing(qtbot, ready) -> None:
    with (
        qtbot.assertNotEmitted(ready.easel.picked),
        qtbot.assertNotEmitted(ready.easel.marked, wait=50),
    ):
        for tool in ("eyedropper", "fill"):
            ready.set_tool(tool)
            _click(ready, -5, 10)
