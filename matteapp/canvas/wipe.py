"""The line that parts a view from the one that it is compared with; it can be dragged."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from matteapp.canvas.hud import BRIGHT, DARK, PILL, PILL_TEXT

GRAB = 7.0
"""Logical pixels on each side of the line at which it can be taken."""
STEP = 0.05
"""Share of the width that a key moves it."""
KNOB = 7.0
TITLE_GAP, _ROOM, _BELOW = 10, 20, 14


class Wipe:
    """Where the line is, as a share of the canvas's width: it stays while the photograph moves."""

    def __init__(self) -> None:
        self.before = ""
        self.titles = ("", "")
        self.share = 0.5
        self.held = False

    @property
    def active(self) -> bool:
        """Whether there is a view to compare with."""
        return bool(self.before)

    def compare(self, before: str, titles: tuple[str, str]) -> bool:
        """Compare with a view (empty: with none) whose titles are these; whether that is new.

        Args:
            before: the name of the view at the left of the line.
            titles: what the two sides are called, left and right.
        """
        new = before != self.before
        self.before, self.titles = before, titles
        self.held = self.held and not new
        return new

    def place(self, width: int) -> int:
        """The pixel at which the right side begins, on a canvas of this width."""
        return round(self.share * width)

    def sides(self, whole: QRect, view: str) -> list[tuple[QRect, str]]:
        """The parts of a canvas and what each shows: `view`, or what it is compared with."""
        if not self.active:
            return [(whole, view)]
        left, right = QRect(whole), QRect(whole)
        left.setWidth(self.place(whole.width()))
        right.setLeft(left.width())
        return [(left, self.before), (right, view)]

    def is_near(self, x: float, width: int, *, reach: float) -> bool:
        """Whether somebody who points at `x` means the line."""
        return self.active and abs(x - self.place(width)) <= reach

    def move(self, share: float) -> None:
        """Put it at a share of the width."""
        self.share = min(max(share, 0.0), 1.0)

    def draw(self, painter: QPainter, size: QSize) -> None:
        """The line with its handle, and what is at its sides; in logical pixels."""
        if not self.active:
            return
        x, middle = self.place(size.width()), size.height() / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((DARK, 3), (BRIGHT, 1)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(QPointF(x, 0), QPointF(x, size.height()))
        painter.setPen(QPen(DARK, 1))
        painter.setBrush(BRIGHT)
        painter.drawEllipse(QPointF(x, middle), KNOB, KNOB)
        painter.setPen(QPen(PILL, 1.5))
        for way in (-1, 1):  # two arrow heads
            tip = QPointF(x + way * (KNOB - 2.5), middle)
            painter.drawLine(tip, tip + QPointF(-way * 2.5, -2.5))
            painter.drawLine(tip, tip + QPointF(-way * 2.5, 2.5))
        self._draw_titles(painter, x, size)

    def _draw_titles(self, painter: QPainter, x: int, size: QSize) -> None:
        metrics = QFontMetrics(painter.font())
        for title, left in zip(self.titles, (True, False), strict=True):
            width = metrics.horizontalAdvance(title) + _ROOM
            start = x - TITLE_GAP - width if left else x + TITLE_GAP
            draw_title(painter, title, start, size.height())


def draw_title(painter: QPainter, title: str, start: int, below: int) -> None:
    """What a part of the canvas shows, from the column `start` on, above the row `below`."""
    metrics = QFontMetrics(painter.font())
    width, height = metrics.horizontalAdvance(title) + _ROOM, metrics.height() + 6
    place = QRect(start, below - height - _BELOW, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PILL)
    painter.drawRoundedRect(place, 6, 6)
    painter.setPen(PILL_TEXT)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, title)
