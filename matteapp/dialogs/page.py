"""What a dialog shows when it may be longer than the screen."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

_SHARE_OF_SCREEN = 0.78
_BAR = 14


class Page(QScrollArea):
    """Scrolls what does not fit, and asks for as much room as there is on the screen.

    Args:
        inner: what is shown.
        title: the accessible name.
    """

    def __init__(self, inner: QWidget, *, title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def sizeHint(self) -> QSize:
        inner = self.widget()
        wanted = QSize() if inner is None else inner.sizeHint()
        most = self.screen().availableSize() * _SHARE_OF_SCREEN
        return (wanted + QSize(_BAR, _BAR)).boundedTo(most)
