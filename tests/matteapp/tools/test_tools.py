from __future__ import annotations

import subprocess
import sys

import pytest
import qtawesome

from engine.imaging.types import STROKE_FOREGROUND, Rect
from matteapp.canvas.spans import Dab
from matteapp.tools.box import Box
from matteapp.tools.brush import MAX_SIZE, MIN_SIZE, Brush, BrushOptions
from matteapp.tools.hand import Hand
from matteapp.tools.person import Person
from matteapp.tools.table import BRUSHES, LAST_BRUSH_KEY, TOOLS
from matteapp.tools.tool import Pointer
from matteapp.tools.zoom import Zoom


class Notes:
    """An easel that writes down what tools ask of it."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []

    def __getattr__(self, name):
        def note(*values, **named):
            self.asked.append((name, *values, *named.values()))

        return note


@pytest.fixture
def notes() -> Notes:
    return Notes()


def at(x: float, y: float, **held) -> Pointer:
    return Pointer(row=y / 2, col=x / 2, x=x, y=y, **held)


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_can_be_made_and_has_an_icon(qapp, name):
    spec = TOOLS[name]
    tool = spec.make(BrushOptions())
    assert (tool.radius(at(0, 0)) is not None) == (spec.label is not None)
    assert not qtawesome.icon(f"ph.{spec.icon}").isNull()
    assert spec.title
    assert spec.tip


def test_keys_of_tools_differ():
    keys = [spec.key for spec in TOOLS.values()] + [LAST_BRUSH_KEY]
    assert len(set(keys)) == len(keys)


def test_the_brushes_are_those_that_paint():
    assert BRUSHES == ("foreground", "background", "unknown")


def test_a_cancelled_stroke_is_dropped(notes):
    brush = Brush(STROKE_FOREGROUND, BrushOptions())
    brush.press(notes, at(10, 10))
    brush.cancel(notes)
    brush.release(notes, at(10, 10))
    assert [name for name, *_ in notes.asked] == ["begin_stroke", "sweep", "drop_stroke"]


def test_another_photograph_forgets_where_the_line_began(notes):
    options = BrushOptions()
    options.size = 10
    brush = Brush(STROKE_FOREGROUND, options)
    brush.press(notes, at(10, 10))
    brush.release(notes, at(10, 10))
    brush.forget()
    brush.press(notes, at(90, 90, shift=True))
    assert notes.asked[-1] == ("sweep", Dab(45, 45, 5), Dab(45, 45, 5))


def test_sizes_step_and_stay_in_range(qtbot):
    options = BrushOptions()
    with qtbot.waitSignal(options.changed):
        options.larger()
    assert options.size > 40
    for _ in range(100):
        options.smaller()
        options.softer()
    assert (options.size, options.hardness) == (MIN_SIZE, 0.0)
    options.size = 1e9
    assert options.size == MAX_SIZE


def test_an_option_set_to_what_it_is_tells_nothing(qtbot):
    options = BrushOptions()
    with qtbot.assertNotEmitted(options.changed):
        options.size = options.size


def test_a_click_draws_no_box(notes):
    box = Box()
    box.press(notes, at(10, 10))
    box.move(notes, at(12, 11))
    box.release(notes, at(12, 11))
    assert not any(name == "end_box" for name, *_ in notes.asked)


def test_a_box_may_be_drawn_from_any_corner(notes):
    box = Box()
    box.press(notes, at(100, 80))
    box.release(notes, at(20, 10))
    assert notes.asked[-1] == ("end_box", Rect(5, 10, 40, 50))


def test_the_hand_moves_by_what_the_pointer_moves(notes):
    hand = Hand()
    hand.move(notes, at(5, 5))
    hand.press(notes, at(10, 10))
    hand.move(notes, at(13, 6))
    hand.release(notes, at(13, 6))
    hand.move(notes, at(50, 50))
    assert notes.asked == [("pan", 3, -4)]


@pytest.mark.parametrize(("alt", "notches"), [(False, 4), (True, -4)])
def test_a_click_with_the_glass_doubles_or_halves(notes, alt, notches):
    zoom = Zoom()
    zoom.press(notes, at(10, 20, alt=alt))
    zoom.release(notes, at(10, 20, alt=alt))
    assert notes.asked == [("zoom_by", notches, (10, 20))]


def test_dragging_the_glass_zooms_where_it_began(notes):
    zoom = Zoom()
    zoom.press(notes, at(10, 20))
    zoom.move(notes, at(50, 20))
    zoom.release(notes, at(50, 20))
    assert notes.asked == [("zoom_by", 2.0, (10, 20))]


def test_canvas_and_tools_load_nothing_heavy():
    code = (
        "import sys, matteapp.canvas.canvas, matteapp.tools, engine.compositing.views;"
        "heavy = {'cv2', 'torch', 'numba', 'scipy', 'pymatting'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_click_with_the_person_tool_is_a_click_and_a_drag_divides(notes):
    tool = Person()
    tool.press(notes, at(20, 40))
    tool.move(notes, at(21, 41))
    tool.release(notes, at(22, 42))
    assert ("click", 20.0, 10.0) in notes.asked
    notes.asked.clear()
    tool.press(notes, at(20, 40))
    tool.move(notes, at(60, 90))
    tool.release(notes, at(60, 100))
    line = (20.0, 10.0), (50.0, 30.0)
    assert notes.asked[-2:] == [("show_line", None), ("divide", line)]


def test_a_cancelled_division_leaves_nothing(notes):
    tool = Person()
    tool.press(notes, at(20, 40))
    tool.cancel(notes)
    tool.release(notes, at(60, 100))
    assert notes.asked == [("show_line", None)]
