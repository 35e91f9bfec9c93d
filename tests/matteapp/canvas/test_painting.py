from __future__ import annotations

import itertools
import threading

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPointingDevice, QRegion, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.document import edits
from engine.imaging.types import STROKE_BACKGROUND, STROKE_FOREGROUND, STROKE_UNKNOWN, Rect
from matteapp.canvas.strokes import ERASE

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PRESS, MOVE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove
RELEASE = QEvent.Type.MouseButtonRelease
SIZE = 700, 900
ROWS, COLS = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5


def send(canvas, kind, x: float, y: float, held=PLAIN) -> None:
    button = NONE if kind == MOVE else LEFT
    buttons = NONE if kind == RELEASE else LEFT
    place = QPointF(x, y)
    QApplication.sendEvent(canvas, QMouseEvent(kind, place, place, button, buttons, held))


def draw(canvas, *points: tuple[float, float], held=PLAIN) -> None:
    send(canvas, PRESS, *points[0], held)
    for point in points[1:]:
        send(canvas, MOVE, *point, held)
    send(canvas, RELEASE, *points[-1], held)


def whole(stroke) -> np.ndarray:
    labels = np.zeros(SIZE, np.uint8)
    labels[stroke.rect.slices] = stroke.labels
    return labels


def stadium(start, end, radius: float) -> np.ndarray:
    """Pixels within a radius of the line between two (row, col) points."""
    (r0, c0), (r1, c1) = start, end
    length = max((r1 - r0) ** 2 + (c1 - c0) ** 2, 1e-12)
    share = np.clip(((ROWS - r0) * (r1 - r0) + (COLS - c0) * (c1 - c0)) / length, 0, 1)
    return (ROWS - r0 - share * (r1 - r0)) ** 2 + (COLS - c0 - share * (c1 - c0)) ** 2 <= radius**2


@pytest.fixture
def ready(canvas, settle, state):
    """The canvas at 100 %, with a list of the strokes that were finished."""
    canvas.show_state(state)
    canvas.zoom_to(1.0)
    canvas.brush.size = 21
    settle()
    canvas.strokes = []
    canvas.easel.stroke_finished.connect(canvas.strokes.append)
    return canvas


@pytest.mark.parametrize(
    ("tool", "held", "label"),
    [
        ("foreground", PLAIN, STROKE_FOREGROUND),
        ("background", PLAIN, STROKE_BACKGROUND),
        ("unknown", PLAIN, STROKE_UNKNOWN),
        ("eraser", PLAIN, ERASE),
        ("foreground", ALT, STROKE_BACKGROUND),
        ("background", ALT, STROKE_FOREGROUND),
        ("unknown", ALT, ERASE),
    ],
)
def test_a_stroke_is_exactly_what_the_brush_went_over(ready, tool, held, label):
    ready.set_tool(tool)
    draw(ready, (100, 100), (180, 150), held=held)
    start, end = (ready.viewport.to_image(*p) for p in ((100, 100), (180, 150)))
    wanted = np.where(stadium(start, end, 10.5), label, 0)
    assert np.array_equal(whole(ready.strokes[0]), wanted)


@pytest.mark.parametrize("scale", [0.4, 1.0, 5.0])
def test_the_brush_has_its_size_in_pixels_of_the_photograph(ready, scale):
    ready.zoom_to(scale)
    draw(ready, (200, 150))
    middle = ready.viewport.to_image(200, 150)
    wanted = np.where(stadium(middle, middle, 10.5), STROKE_FOREGROUND, 0)
    assert np.array_equal(whole(ready.strokes[0]), wanted)


def test_shift_draws_a_straight_line_from_where_the_last_stroke_ended(ready):
    draw(ready, (60, 60), (80, 60))
    draw(ready, (220, 200), held=SHIFT)
    start, end = (ready.viewport.to_image(*p) for p in ((80, 60), (220, 200)))
    wanted = np.where(stadium(start, end, 10.5), STROKE_FOREGROUND, 0)
    assert np.array_equal(whole(ready.strokes[1]), wanted)


def test_no_point_of_a_fast_stroke_is_lost(ready):
    points = [(50 + 3 * i, 150 + 40 * np.sin(i)) for i in range(100)]
    draw(ready, *points)
    image = [ready.viewport.to_image(*point) for point in points]
    wanted = np.zeros(SIZE, bool)
    for start, end in itertools.pairwise(image):
        wanted |= stadium(start, end, 10.5)
    assert np.array_equal(whole(ready.strokes[0]) > 0, wanted)


def test_escape_drops_the_stroke(ready, settle):
    before = settle()
    send(ready, PRESS, 100, 100)
    send(ready, MOVE, 150, 100)
    QTest.keyClick(ready, Qt.Key.Key_Escape)
    send(ready, RELEASE, 150, 100)
    assert ready.strokes == []
    ready.leaveEvent(QEvent(QEvent.Type.Leave))
    assert np.array_equal(settle(), before)


def test_a_stroke_is_seen_while_it_is_drawn_and_only_where_it_is(ready, settle):
    before = settle().astype(int)
    send(ready, PRESS, 100, 100)
    send(ready, MOVE, 160, 100)
    drawn = settle().astype(int)
    start, end = (ready.viewport.to_image(*p) for p in ((100, 100), (160, 100)))
    rect = ready.viewport.rect_of(ready.viewport.box)
    painted = stadium(start, end, 10.5)[rect.slices]
    ring = stadium(end, end, 14)[rect.slices] & ~stadium(end, end, 7)[rect.slices]
    changed = (before != drawn).any(2)
    assert np.array_equal(changed[~ring], painted[~ring])
    send(ready, RELEASE, 160, 100)


class Paints(QObject):
    """Notes which regions are painted."""

    def __init__(self) -> None:
        super().__init__()
        self.regions: list[QRegion] = []

    def eventFilter(self, watched, event) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.regions.append(event.region())
        return False


def test_a_step_of_a_stroke_paints_only_around_it(ready):
    send(ready, PRESS, 100, 100)
    QApplication.processEvents()
    paints = Paints()
    ready.installEventFilter(paints)
    send(ready, MOVE, 110, 104)
    QApplication.processEvents()
    ready.removeEventFilter(paints)
    send(ready, RELEASE, 110, 104)
    painted = paints.regions[0].boundingRect()
    assert painted.contains(QPoint(110, 104))
    assert painted.width() < 60
    assert painted.height() < 60


def test_the_stroke_stays_in_sight_until_the_view_shows_it(ready, settle, state, thread):
    ready.set_view("guidance")
    settle()

    def apply(stroke):
        ready.show_state(edits.paint(state, stroke.rect, stroke.labels))

    ready.easel.stroke_finished.connect(apply)
    gate = threading.Event()
    thread.submit(lambda ctx: gate.wait(20))
    draw(ready, (100, 100), (160, 100))
    assert not ready._screen._live.box.empty
    gate.set()
    drawn = settle()
    assert ready._screen._live.box.empty
    red, green, blue = drawn[100, 130].astype(int)
    assert green > red
    assert green > blue


def test_a_stroke_nobody_applies_goes_away(ready, settle):
    before = settle()
    draw(ready, (100, 100), (160, 100))
    ready.leaveEvent(QEvent(QEvent.Type.Leave))
    assert np.array_equal(settle(), before)


def pen(canvas, kind, x, y, pressure, *, pointer=QPointingDevice.PointerType.Pen):
    buttons = NONE if kind == QEvent.Type.TabletRelease else LEFT
    button = NONE if kind == QEvent.Type.TabletMove else LEFT
    place = QPointF(x, y)
    device = QPointingDevice(
        "pen",
        1,
        QPointingDevice.DeviceType.Stylus,
        pointer,
        QPointingDevice.Capability.Pressure,
        1,
        1,
    )
    canvas.devices = [*getattr(canvas, "devices", []), device]
    event = QTabletEvent(
        kind, device, place, place, pressure, 0, 0, 0.0, 0.0, 0.0, PLAIN, button, buttons
    )
    QApplication.sendEvent(canvas, event)
    assert event.isAccepted()


@pytest.mark.parametrize(("uses_pressure", "radius"), [(True, 10.5), (False, 10.5)])
def test_a_pen_at_full_pressure_paints_the_full_size(ready, uses_pressure, radius):
    ready.brush.pressure = uses_pressure
    pen(ready, QEvent.Type.TabletPress, 150, 150, 1.0)
    pen(ready, QEvent.Type.TabletRelease, 150, 150, 0.0)
    middle = ready.viewport.to_image(150, 150)
    assert np.array_equal(whole(ready.strokes[0]) > 0, stadium(middle, middle, radius))


def test_a_light_pen_paints_a_thin_line_only_if_pressure_counts(ready):
    areas = []
    for counts in (True, False):
        ready.brush.pressure = counts
        pen(ready, QEvent.Type.TabletPress, 150, 150, 0.1)
        pen(ready, QEvent.Type.TabletMove, 200, 150, 0.1)
        pen(ready, QEvent.Type.TabletRelease, 200, 150, 0.0)
        areas.append((ready.strokes[-1].labels > 0).sum())
    assert areas[0] < areas[1] / 3


def test_a_pen_turned_round_erases(ready):
    eraser = QPointingDevice.PointerType.Eraser
    pen(ready, QEvent.Type.TabletPress, 150, 150, 1.0, pointer=eraser)
    pen(ready, QEvent.Type.TabletRelease, 150, 150, 0.0, pointer=eraser)
    assert set(np.unique(ready.strokes[0].labels)) == {0, ERASE}


def test_the_box_tool_gives_the_pixels_it_was_drawn_around(qtbot, ready):
    ready.set_tool("box")
    with qtbot.waitSignal(ready.easel.box_drawn) as drawn:
        draw(ready, (60, 80), (150, 120), (200, 180))
    (top, left), (bottom, right) = (ready.viewport.to_image(*p) for p in ((60, 80), (200, 180)))
    assert drawn.args == [Rect(int(top), int(left), int(bottom), int(right))]


def test_the_cursors_place_is_told(ready):
    places = []
    ready.cursor_moved.connect(places.append)
    send(ready, MOVE, 30, 40)
    ready.leaveEvent(QEvent(QEvent.Type.Leave))
    assert places == [ready.viewport.to_image(30, 40), None]
