"""A bubble that points at a control, and the ring around what it points at."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from matteapp.language import _

_GAP, _EDGE, _PEN = 14, 12, 3
_WIDTH = 340
_WIDE = 3
"""A bar, so many times as wide as high, has its bubble below or above."""


class Ring(QWidget):
    """A frame over the window that lets every click through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, rect: QRect) -> None:
        """Stand around a place of the window."""
        self.setGeometry(rect.adjusted(-_PEN, -_PEN, _PEN, _PEN) & self._window.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().highlight().color(), _PEN))
        half = _PEN / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), 6, 6)
        painter.end()


class Bubble(QFrame):
    """A title, some words, and the way on, back and out.

    Signals:
        went(int): one step on or back.
        left(): people have seen enough.
    """

    went = Signal(int)
    left = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("bubble")
        self.title, self.words, self.count = QLabel(), QLabel(), QLabel()
        self.back, self.go_on = QPushButton(_("Back")), QPushButton(_("Next"))
        self.leave = QPushButton(_("Skip"))
        self.title.setProperty("role", "heading")
        self.count.setProperty("role", "muted")
        for long in (self.title, self.words):
            long.setWordWrap(True)
        self.go_on.setProperty("loud", True)
        self.back.setToolTip(_("Show the step before."))
        self.go_on.setToolTip(_("Show the next step."))
        self.leave.setToolTip(_("End the tour (Esc)."))
        self._place()
        self.back.clicked.connect(lambda: self.went.emit(-1))
        self.go_on.clicked.connect(lambda: self.went.emit(1))
        self.leave.clicked.connect(self.left)
        self.hide()

    def show_step(self, title: str, words: str, *, at: int, of: int) -> None:
        """Show a step of so many."""
        self.title.setText(title)
        self.words.setText(words)
        self.count.setText(_("{at} of {of}").format(at=at + 1, of=of))
        self.setAccessibleName(
            _("Tour, {at} of {of}: {title}").format(at=at + 1, of=of, title=title)
        )
        self.setAccessibleDescription(words)
        last = at + 1 == of
        self.go_on.setText(_("Done") if last else _("Next"))
        self.go_on.setToolTip(_("End the tour.") if last else _("Show the next step."))
        self.leave.setVisible(not last)
        self.back.setEnabled(at > 0)
        self.show()
        self.raise_()
        self.go_on.setFocus()

    def stand_by(self, around: QRect) -> None:
        """Stand beside a place of the window, where there is most room."""
        room = self._window.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        size = QSize(self.width(), self.heightForWidth(self.width()))
        left, top = _beside(around, size, room)
        self.setGeometry(QRect(QPoint(left, top), size))
        self.raise_()

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # or else the window stops what runs
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _place(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.count)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.leave)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.go_on)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 14, 18, 14)
        whole.setSpacing(10)
        whole.addLayout(top)
        whole.addWidget(self.words)
        whole.addLayout(row)
        self.setFixedWidth(_WIDTH)


def _beside(around: QRect, size: QSize, room: QRect) -> tuple[int, int]:
    """Left and top beside, below or above a place; at its foot if it fills the window."""
    middle = around.center() - QRect(QPoint(), size).center()
    beside = (
        (around.right() + _GAP, middle.y()),
        (around.left() - _GAP - size.width(), middle.y()),
    )
    below = (
        (middle.x(), around.bottom() + _GAP),
        (middle.x(), around.top() - _GAP - size.height()),
    )
    wide = around.width() > _WIDE * around.height()
    for left, top in (*below, *beside) if wide else (*beside, *below):
        held = _held(left, top, size, room)
        if not QRect(QPoint(*held), size).intersects(around):
            return held
    return _held(middle.x(), around.bottom() - _GAP - size.height(), size, room)


def _held(left: int, top: int, size: QSize, room: QRect) -> tuple[int, int]:
    """The place that is nearest to this one within the room."""
    return (
        max(min(left, room.right() - size.width()), room.left()),
        max(min(top, room.bottom() - size.height()), room.top()),
    )
