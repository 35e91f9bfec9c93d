"""What a dialog shows when it may be longer than the screen."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

_SHARE_OF_SCREEN = 0.78
_BAR = 14


class Sheet(QWidget):
    """Controls on a page: they are scrolled before they are squeezed, and with the focus."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())


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
        if isinstance(inner, Sheet):  # only words have to be scrolled by keys of the page's own
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        inner = self.widget()
        wanted = QSize() if inner is None else inner.sizeHint()
        most = self.screen().availableSize() * _SHARE_OF_SCREEN
        return (wanted + QSize(_BAR, _BAR)).boundedTo(most)
