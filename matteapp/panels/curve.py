"""A small curve of how a number goes down."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from matteapp.language import _

_HEIGHT, _MARGIN = 58, 5
_MOST = 2000
"""Values that are kept; of more, every second one is let go."""


class Curve(QWidget):
    """Draws values from left to right; says the first and the last to who cannot see it."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._values: list[float] = []
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.show_values(())

    @property
    def values(self) -> tuple[float, ...]:
        """What is drawn."""
        return tuple(self._values)

    def show_values(self, values: Sequence[float]) -> None:
        """Draw these."""
        self._values = list(values)
        self._say()

    def add(self, value: float) -> None:
        """One more at the right."""
        self._values.append(value)
        if len(self._values) > _MOST:
            del self._values[1::2]
        self._say()

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(frame, 4, 4)
        if len(self._values) > 1:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(self._line(frame.adjusted(*_INSIDE)))
        painter.end()

    def _line(self, frame: QRectF) -> QPolygonF:
        low, high = min(self._values), max(self._values)
        span, last = (high - low) or 1.0, len(self._values) - 1
        points = [
            QPointF(
                frame.left() + frame.width() * index / last,
                frame.bottom() - frame.height() * (value - low) / span,
            )
            for index, value in enumerate(self._values)
        ]
        return QPolygonF(points)

    def _say(self) -> None:
        said = ""
        if self._values:
            said = _("{title}: from {first:.4g} to {last:.4g}").format(
                title=self._title, first=self._values[0], last=self._values[-1]
            )
        self.setToolTip(said)
        self.setAccessibleDescription(said)
        self.update()


_INSIDE = (_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
