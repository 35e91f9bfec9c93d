"""What the window shows while nothing is open: what to do."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from matteapp.actions import ACTIONS
from matteapp.icons import dress, icon

_BUTTONS = (
    ("file.open", "Open…", True),
    ("file.sample", "Open the sample", False),
    ("file.paste", "Paste", False),
)


class Welcome(QFrame):
    """An invitation to drop a photograph."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self.setAccessibleName("Nothing is open")
        self.card = QFrame()
        self.card.setObjectName("dropCard")
        self.card.setFixedSize(480, 310)
        self._fill_card(actions)
        outer = QVBoxLayout(self)
        outer.addStretch(3)
        outer.addWidget(self.card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(4)

    def show_over(self, over: bool) -> None:
        """Show that what is dragged may be dropped."""
        self.card.setProperty("over", over)
        self.card.style().polish(self.card)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_picture()
        super().changeEvent(event)

    def _draw_picture(self) -> None:
        self.picture.setPixmap(icon("image-square").pixmap(56, 56))

    def _fill_card(self, actions: Mapping[str, QAction]) -> None:
        column = QVBoxLayout(self.card)
        column.setContentsMargins(32, 28, 32, 28)
        column.setSpacing(8)
        column.addStretch(1)
        self.picture = QLabel()
        self._draw_picture()
        title = QLabel("Drop a photograph here")
        title.setProperty("role", "title")
        text = QLabel(
            "The person in it is found and cut out.\nThen paint where it should be better."
        )
        text.setProperty("role", "muted")
        for label in (self.picture, title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(18)
        column.addLayout(_buttons(actions))
        column.addStretch(1)


def _buttons(actions: Mapping[str, QAction]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addStretch(1)
    for name, title, loud in _BUTTONS:
        button = QPushButton(title)
        button.setProperty("loud", loud)
        button.setToolTip(actions[name].toolTip())
        if not loud:
            dress(button, ACTIONS[name].icon)
        button.clicked.connect(actions[name].trigger)
        row.addWidget(button)
    row.addStretch(1)
    return row
