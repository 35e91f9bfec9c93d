"""One photograph of a batch large, over a ground of one's choice."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QBrush, QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.batch.items import Item
from matteapp.actions import ACTIONS, plain_title
from matteapp.batch.model import STATE_WORDS
from matteapp.canvas.picture import checkerboard
from matteapp.icons import dress, name_control
from matteapp.language import _

PHOTOGRAPH = "photograph"
GROUNDS: dict[str, tuple[str, str, QColor | None]] = {
    "grey": ("Grey", "Look at the cut-out over grey.", QColor(128, 128, 128)),
    "black": ("Black", "Look at the cut-out over black.", QColor(0, 0, 0)),
    "white": ("White", "Look at the cut-out over white.", QColor(255, 255, 255)),
    "checks": ("Checks", "Look at the cut-out over a checkerboard.", None),
    PHOTOGRAPH: ("Photograph", "Look at the photograph itself.", None),
}
"""What a result is looked at over: title, tip, colour."""
_BUTTONS = ("batch.mark", "batch.open", "batch.return")


class Look(QWidget):
    """A picture with transparency over a ground, as large as fits."""

    def __init__(self) -> None:
        super().__init__()
        self.picture: QImage | None = None
        self.ground = "grey"
        self._checks: QBrush = checkerboard()
        self.setAccessibleName(_("Result"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(220, 180))

    def show_picture(self, picture: QImage | None) -> None:
        self.picture = picture
        self.update()

    def show_over(self, ground: str) -> None:
        self.ground = ground
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.picture is None or self.picture.isNull():
            return
        size = self.picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(self.rect().topLeft(), size)
        place.moveCenter(self.rect().center())
        painter = QPainter(self)
        colour = GROUNDS[self.ground][2]
        painter.fillRect(place, self._checks if colour is None else QBrush(colour))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, self.picture)
        painter.end()


class ReviewPane(QFrame):
    """The chosen photograph, what is to be said of it, and what can be done.

    Signals:
        ground_chosen(str): people want to see it over another ground.
        turn_asked(int): people want the next one (1) or the one before (-1).
    """

    ground_chosen = Signal(str)
    turn_asked = Signal(int)

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("batchReview")
        self.look = Look()
        self.name = QLabel()
        self.name.setProperty("role", "heading")
        self.remark = QLabel(_("Choose a photograph to look at its result."))
        self.remark.setProperty("role", "muted")
        self.remark.setWordWrap(True)
        self.remark.setMinimumHeight(36)
        self.remark.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.grounds = {name: QToolButton() for name in GROUNDS}
        self.before, self.after = QToolButton(), QToolButton()
        self.buttons = {name: QPushButton() for name in _BUTTONS}
        self._place(actions)

    @property
    def ground(self) -> str:
        """What the result is looked at over."""
        return self.look.ground

    def show_item(self, item: Item | None, picture: QImage | None) -> None:
        """Show this photograph; the picture comes when it is there."""
        self.look.show_picture(picture)
        if item is None:
            self.name.setText("")
            self.remark.setText(_("Choose a photograph to look at its result."))
            return
        self.name.setText(f"{item.source.name} — {_(STATE_WORDS[item.state])}")
        self.remark.setText(item.remark)

    def _place(self, actions: Mapping[str, QAction]) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.before)
        head.addWidget(self.name, 1, Qt.AlignmentFlag.AlignCenter)
        head.addWidget(self.after)
        name_control(self.before, icon_name="caret-left", title=_("Previous photograph"))
        name_control(self.after, icon_name="caret-right", title=_("Next photograph"))
        self.before.clicked.connect(lambda: self.turn_asked.emit(-1))
        self.after.clicked.connect(lambda: self.turn_asked.emit(1))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 8, 10, 8)
        whole.setSpacing(8)
        whole.addLayout(head)
        whole.addWidget(self.look, 1)
        whole.addLayout(self._ground_row())
        whole.addWidget(self.remark)
        whole.addLayout(self._button_row(actions))

    def _ground_row(self) -> QHBoxLayout:
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addStretch(1)
        for name, (title, tip, _colour) in GROUNDS.items():
            button = self.grounds[name]
            button.setText(_(title))
            button.setAccessibleName(_(title))
            button.setToolTip(_(tip))
            button.setCheckable(True)
            button.setChecked(name == self.look.ground)
            button.clicked.connect(lambda _=False, name=name: self._on_ground(name))
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _button_row(self, actions: Mapping[str, QAction]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        for name, button in self.buttons.items():
            worn(button, actions[name], name)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _on_ground(self, name: str) -> None:
        self.look.show_over(name)
        self.ground_chosen.emit(name)


def worn(button: QPushButton, action: QAction, name: str) -> None:
    """Let a button do what an action does, and be enabled as it is."""
    row = ACTIONS[name]
    button.setText(action.text().replace("&", ""))
    button.setAccessibleName(plain_title(row))
    button.setToolTip(_(row.tip))
    if row.icon:
        dress(button, row.icon)
    button.clicked.connect(action.trigger)
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
