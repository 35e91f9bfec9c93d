"""Above the canvas: the tool's options, the view switch, zoom."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from engine.compositing.views import VIEWS
from matteapp.panels.fields import CalmSlider
from matteapp.tools.brush import BrushOptions
from matteapp.tools.table import TOOLS
from matteapp.toolstrip import action_button

_LARGEST_ON_SLIDER = 100
_SHORT_TITLES = {
    "on_black": "Black",
    "on_white": "White",
    "foreground": "Colours",
    "change": "Change",
}


class _Option(QWidget):
    """A short slider with its number."""

    def __init__(self, title: str, unit: str, low: int, high: int) -> None:
        super().__init__()
        self.box = QSpinBox()
        self.box.setProperty("bare", True)
        self.box.setRange(low, high)
        self.box.setSuffix(unit)
        self.box.setAccessibleName(f"{title}, number")
        self.box.setKeyboardTracking(False)
        self.box.setFixedWidth(66)
        self.slider = CalmSlider()
        self.slider.setAccessibleName(title)
        self.slider.setFixedWidth(64)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(QLabel(title))
        row.addWidget(self.slider)
        row.addWidget(self.box)


class BrushBar(QWidget):
    """Size and hardness of the brush; the size's slider is logarithmic."""

    def __init__(self, options: BrushOptions) -> None:
        super().__init__()
        self._options = options
        self.size_option = _Option("Size", " px", 1, 4000)
        self.size_option.slider.setRange(0, _LARGEST_ON_SLIDER)
        self.hardness = _Option("Hardness", " %", 0, 100)
        self.hardness.slider.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.size_option)
        row.addWidget(self.hardness)
        options.changed.connect(self.show_options)
        self.size_option.slider.valueChanged.connect(self._on_size_slider)
        self.size_option.box.valueChanged.connect(self._on_size)
        self.hardness.box.valueChanged.connect(self._on_hardness)
        self.show_options()

    def show_options(self) -> None:
        controls = (
            (self.size_option.box, round(self._options.size)),
            (self.size_option.slider, _on_log_scale(self._options.size)),
            (self.hardness.box, round(self._options.hardness * 100)),
        )
        for control, value in controls:
            with QSignalBlocker(control):
                control.setValue(value)

    def _on_size_slider(self, position: int) -> None:
        self._options.size = round(10 ** (position / _LARGEST_ON_SLIDER * 3))

    def _on_size(self, size: int) -> None:
        self._options.size = size

    def _on_hardness(self, percent: int) -> None:
        self._options.hardness = percent / 100


def _on_log_scale(size: float) -> int:
    """1 to 1000 pixels as 0 to 100."""
    from math import log10

    return min(round(log10(max(size, 1.0)) / 3 * _LARGEST_ON_SLIDER), _LARGEST_ON_SLIDER)


class ViewSwitch(QFrame):
    """One button for every view."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("viewSwitch")
        self.setAccessibleName("Views")
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for name, view in VIEWS.items():
            button = action_button(actions[f"view.{name}"])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            actions[f"view.{name}"].setIconText(_SHORT_TITLES.get(name, view.title))
            row.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)


class TopBar(QFrame):
    """What belongs above the canvas.

    Signals:
        zoom_asked(float): screen pixels for one pixel of the photograph.
    """

    zoom_asked = Signal(float)

    def __init__(self, actions: Mapping[str, QAction], options: BrushOptions) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.tool_title = QLabel()
        self.tool_title.setProperty("role", "heading")
        self.tool_title.setMinimumWidth(132)
        self.brush = BrushBar(options)
        self.views = ViewSwitch(actions)
        self.zoom = _zoom_box()
        self.zoom.valueChanged.connect(self._on_zoom)
        self._place(actions)

    def show_tool(self, name: str) -> None:
        """Show the options of a tool."""
        tool = TOOLS[name]
        self.tool_title.setText(tool.title)
        self.brush.setVisible(tool.label is not None)

    def show_zoom(self, scale: float) -> None:
        """Show how many screen pixels a pixel of the photograph has."""
        with QSignalBlocker(self.zoom):
            self.zoom.setValue(max(1, round(scale * 100)))

    def set_working(self, on: bool) -> None:
        """Enable what makes sense only with a photograph."""
        for widget in (self.brush, self.zoom):
            widget.setEnabled(on)

    def _place(self, actions: Mapping[str, QAction]) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(6)
        row.addWidget(self.tool_title)
        row.addWidget(self.brush)
        row.addStretch(1)
        row.addWidget(self.views)
        row.addStretch(1)
        row.addWidget(action_button(actions["edit.undo"], size=20))
        row.addWidget(action_button(actions["edit.redo"], size=20))
        row.addWidget(action_button(actions["view.fit"], size=20))
        row.addWidget(self.zoom)

    def _on_zoom(self, percent: int) -> None:
        self.zoom_asked.emit(percent / 100)


def _zoom_box() -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, 3200)
    box.setValue(100)
    box.setSuffix(" %")
    box.setKeyboardTracking(False)
    box.setAlignment(Qt.AlignmentFlag.AlignCenter)
    box.setAccessibleName("Zoom in per cent")
    box.setToolTip("Zoom (Ctrl+wheel zooms at the cursor)")
    box.setFixedWidth(68)
    return box
