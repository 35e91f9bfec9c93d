"""Options of tools: every one has a control, and controls and keys set the same."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QSlider, QWidget

from engine.imaging.types import STROKE_FOREGROUND, STROKE_UNKNOWN
from matteapp.canvas.gestures import Gestures
from matteapp.canvas.spans import Dab
from matteapp.canvas.strokes import ERASE, REFINE, RESTORE, Scratch
from matteapp.tooloptions import ToolOptionsBar
from matteapp.tools.brush import Brush, BrushOptions
from matteapp.tools.options import HARDNESS, OPTIONS, SIZE
from matteapp.tools.table import BRUSHES, TOOLS
from matteapp.tools.tool import Pointer


@pytest.fixture
def options(qtbot) -> BrushOptions:
    return BrushOptions()


@pytest.fixture
def bar(qtbot, options: BrushOptions) -> ToolOptionsBar:
    made = ToolOptionsBar(options)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("name", TOOLS)
def test_the_options_of_a_tool_are_those_in_sight(bar, name) -> None:
    bar.show_tool(name)
    shown = {option for option, control in bar.controls.items() if control.isVisibleTo(bar)}
    assert shown == set(TOOLS[name].options)


def test_no_option_is_without_a_tool() -> None:
    used = {option for tool in TOOLS.values() for option in tool.options}
    assert used == {SIZE, HARDNESS, *OPTIONS}


def test_every_control_has_a_name_and_says_what_it_does(bar) -> None:
    controls = [
        control
        for kind in (QAbstractSpinBox, QComboBox, QSlider)
        for control in bar.findChildren(kind)
    ]
    assert len(controls) >= len(bar.controls)
    assert all(control.accessibleName() and control.toolTip() for control in controls)


def test_controls_set_options_and_follow_them(bar, options) -> None:
    bar.controls["reach"].box.setValue(300)
    assert options.number("reach") == 300
    bar.controls["fills"].combo.setCurrentIndex(1)
    assert options.chosen("fills") == "enclosed"
    bar.controls[HARDNESS].box.setValue(40)
    assert options.hardness == 0.4
    options.larger()
    assert bar.controls[SIZE].box.value() == round(options.size)
    bar.controls[SIZE].slider.setValue(50)
    assert options.size == round(10**1.5)


def test_an_area_is_filled_with_the_brush_that_was_used_last(options) -> None:
    gestures = Gestures(QWidget, options)
    for name in (*BRUSHES, "eraser"):
        gestures.take(name)
        gestures.take("lasso")
        assert options.chosen("label") == TOOLS[name].label


def _pen(pressure: float | None) -> Pointer:
    return Pointer(50.0, 50.0, 0.0, 0.0, pressure=pressure)


def test_a_light_pen_leaves_more_of_the_rim_unknown_if_it_softens(options) -> None:
    options.size, options.pressure = 40, False
    brush = Brush(STROKE_FOREGROUND, options)
    assert brush.core(_pen(0.1)) == 1.0
    options.softens = True
    assert brush.core(_pen(0.1)) < brush.core(_pen(0.6)) < brush.core(_pen(1.0)) == 1.0
    assert brush.core(_pen(None)) == 1.0  # a mouse


@pytest.mark.parametrize("label", [STROKE_UNKNOWN, ERASE, REFINE, RESTORE])
def test_what_has_no_rim_gets_none_from_a_light_pen(options, label) -> None:
    options.softens = True
    assert Brush(label, options).core(_pen(0.1)) == 1.0
    scratch = Scratch((100, 100))
    scratch.begin(label, hardness=0.3)
    scratch.extend(Dab(50, 50, 20, 0.2), Dab(50, 50, 20, 0.2))
    stroke = scratch.finish()
    assert set(np.unique(stroke.labels)) == {0, label}


def test_a_light_dab_is_painted_with_a_smaller_core() -> None:
    scratch = Scratch((100, 100))
    scratch.begin(STROKE_FOREGROUND, hardness=1.0)
    scratch.extend(Dab(50, 50, 20, 0.5), Dab(50, 50, 20, 0.5))
    labels = scratch.finish().labels
    assert (labels == STROKE_FOREGROUND).sum() == pytest.approx(np.pi * 10**2, rel=0.03)
    assert (labels == STROKE_UNKNOWN).sum() == pytest.approx(np.pi * 300, rel=0.03)
