"""Another view for as long as its key is held; from a menu, until it is chosen again."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

from matteapp.actions import PEEKS
from matteapp.canvas.canvas import Canvas

_LEAVING = (QEvent.Type.WindowDeactivate, QEvent.Type.ApplicationDeactivate)


class Peeking(QObject):
    """Lets the canvas show a view while a key is down.

    A shortcut hears of presses only; so releases are listened for, while there is one to come.
    """

    def __init__(self, canvas: Canvas, actions: Mapping[str, QAction]) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._actions = {name: actions[f"peek.{name}"] for name in PEEKS}
        self._shown = ""
        for action in self._actions.values():
            action.setAutoRepeat(False)

    def follow(self, name: str) -> None:
        """The action of a view was triggered."""
        if self._actions[name].isChecked():
            self._show(name)
        else:
            self._show("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        released = event.type() == QEvent.Type.KeyRelease
        if event.type() in _LEAVING or (released and self._is_let_go(event)):
            self._show("")
        return False

    def _is_let_go(self, event: QEvent) -> bool:
        """Whether one of the keys of what is shown was released."""
        if not self._shown or not isinstance(event, QKeyEvent) or event.isAutoRepeat():
            return False
        keys = [keys.toString() for keys in self._actions[self._shown].shortcuts()]
        return QKeySequence(event.key()).toString() in keys

    def _show(self, name: str) -> None:
        app = QCoreApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
            if name:
                app.installEventFilter(self)
        self._shown = name
        for other, action in self._actions.items():
            action.setChecked(other == name)
        self._canvas.peek(name)
