"""Above the canvas: the tool's options, gain, gamma and zoom, and the bar of views."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
)

from matteapp.language import _
from matteapp.text_size import text_factor
from matteapp.tooloptions import ToolOptionsBar
from matteapp.tools.brush import BrushOptions
from matteapp.tools.table import TOOLS
from matteapp.toolstrip import action_button
from matteapp.viewbar import GradeBar, ViewBar

_LARGE = 1.3
_GRADE_AT = 3
"""Behind the tool's name, its options, and what parts them from the rest."""


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
        self.brush = ToolOptionsBar(options)
        self.view_bar = ViewBar(actions)
        self.grade = GradeBar(actions["show.plain"])
        self.zoom = _zoom_box()
        self.zoom.valueChanged.connect(self._on_zoom)
        self._place(actions)

    def show_tool(self, name: str) -> None:
        """Show the options of a tool."""
        tool = TOOLS[name]
        self.tool_title.setText(_(tool.title))
        self.brush.show_tool(name)

    def show_zoom(self, scale: float) -> None:
        """Show how many screen pixels a pixel of the photograph has."""
        with QSignalBlocker(self.zoom):
            self.zoom.setValue(max(1, round(scale * 100)))

    def set_working(self, on: bool) -> None:
        """Enable what makes sense only with a photograph."""
        for widget in (self.brush, self.grade, self.view_bar, self.zoom):
            widget.setEnabled(on)

    def _place(self, actions: Mapping[str, QAction]) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(14, 6, 10, 6)
        rows.setSpacing(6)
        self._row = row = QHBoxLayout()
        row.setSpacing(6)
        rows.addLayout(row)
        rows.addWidget(self.view_bar)
        row.addWidget(self.tool_title)
        row.addWidget(self.brush)
        row.addStretch(1)
        row.addWidget(self.grade)
        row.addSpacing(10)
        row.addWidget(action_button(actions["edit.undo"], size=20))
        row.addWidget(action_button(actions["edit.redo"], size=20))
        row.addWidget(action_button(actions["view.fit"], size=20))
        row.addWidget(self.zoom)
        self._place_grade()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._place_grade()
        super().changeEvent(event)

    def _place_grade(self) -> None:
        """Large text leaves no room for gain and gamma beside the tool's options."""
        row = self.view_bar.layout() if text_factor() > _LARGE else self._row
        if isinstance(row, QHBoxLayout) and row.indexOf(self.grade) < 0:
            row.insertWidget(_GRADE_AT if row is self._row else row.count(), self.grade)

    def _on_zoom(self, percent: int) -> None:
        self.zoom_asked.emit(percent / 100)


def _zoom_box() -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, 3200)
    box.setValue(100)
    box.setSuffix(" %")
    box.setKeyboardTracking(False)
    box.setAlignment(Qt.AlignmentFlag.AlignCenter)
    box.setAccessibleName(_("Zoom in per cent"))
    box.setToolTip(_("Zoom (Ctrl+wheel zooms at the cursor)"))
    box.setFixedWidth(68)
    return box
