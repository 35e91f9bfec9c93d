"""The strip of tools at the left."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton

from matteapp.language import _
from matteapp.tools.table import TOOLS

_BREAK_BEFORE = ("quick", "lasso", "box", "hand")
_EDGE, _TOP, _GAP, _BREAK = 6, 8, 3, 12


def action_button(action: QAction, *, size: int = 22) -> QToolButton:
    """A button that shows an action's icon and says its name."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(size, size))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setAccessibleName(action.text().replace("&", ""))
    return button


class ToolStrip(QFrame):
    """One button for every tool; in two columns where one finds no room."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("toolStrip")
        self.setAccessibleName(_("Tools"))
        self.buttons = {name: action_button(actions[f"tool.{name}"]) for name in TOOLS}
        for button in self.buttons.values():
            button.setParent(self)
        self._columns = 1
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return QSize(self._width(self._columns), self._height(1))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width(self._columns), self._height(2))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # the buttons have another size
            self._put_buttons()
            self.updateGeometry()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._put_buttons()

    def _put_buttons(self) -> None:
        columns = 1 if self.height() >= self._height(1) else 2
        if columns != self._columns:
            self._columns = columns
            self.updateGeometry()
        for name, (x, y) in self._places(columns).items():
            self.buttons[name].setGeometry(x, y, self._button.width(), self._button.height())

    @property
    def _button(self) -> QSize:
        return next(iter(self.buttons.values())).sizeHint()

    def _width(self, columns: int) -> int:
        return 2 * _EDGE + columns * (self._button.width() + _GAP) - _GAP

    def _height(self, columns: int) -> int:
        last = max(y for _, y in self._places(columns).values())
        return last + self._button.height() + _TOP

    def _places(self, columns: int) -> dict[str, tuple[int, int]]:
        """Left and top of every button; a group of tools begins a row."""
        places: dict[str, tuple[int, int]] = {}
        across, down = self._button.width() + _GAP, self._button.height() + _GAP
        column, top = 0, _TOP
        for name in TOOLS:
            if name in _BREAK_BEFORE:
                top += _BREAK + (down if column else 0)
                column = 0
            places[name] = (_EDGE + column * across, top)
            column = (column + 1) % columns
            top += down if column == 0 else 0
        return places
