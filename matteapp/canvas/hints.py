"""What shows a tool's work in progress: the line of the lasso and the eyedropper's colour."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QRegion

from matteapp.canvas.hud import BRIGHT, DARK, MARGIN
from matteapp.canvas.viewport import Viewport

Place = tuple[float, float]
SWATCH = 26.0
"""Radius in device pixels of the colour beside the eyedropper."""
BESIDE = 34.0
"""Device pixels from the pointer to its middle."""


class PathHint:
    """A line around something, closed in thought: its last place is tied to its first."""

    def __init__(self) -> None:
        self._places: tuple[Place, ...] = ()
        self._colour = BRIGHT

    def show(self, places: Sequence[Place], colour: QColor) -> None:
        self._places, self._colour = tuple(places), colour

    def region(self, viewport: Viewport) -> QRegion:
        """The pixels that `draw` may touch."""
        if not self._places:
            return QRegion()
        rows, cols = zip(*self._places, strict=True)
        start = QPointF(*viewport.to_device(min(rows), min(cols)))
        end = QPointF(*viewport.to_device(max(rows), max(cols)))
        reach = 2 * MARGIN
        around = QRectF(start, end).toAlignedRect().adjusted(-reach, -reach, reach, reach)
        return QRegion(around)

    def draw(self, painter: QPainter, viewport: Viewport) -> None:
        if not self._places:
            return
        points = [QPointF(*viewport.to_device(*place)) for place in self._places]
        line = QPolygonF(points)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((DARK, 3.5), (self._colour, 1.8)):
            painter.setPen(QPen(colour, width))
            painter.drawPolyline(line)
        pen = QPen(BRIGHT, 1)
        pen.setDashPattern([3, 4])
        painter.setPen(pen)
        painter.drawLine(points[-1], points[0])
        painter.setPen(QPen(DARK, 1))
        painter.setBrush(BRIGHT)
        painter.drawEllipse(points[0], MARGIN, MARGIN)
        painter.setBrush(QColor(0, 0, 0, 0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


class SwatchHint:
    """The colour that is picked, beside the pointer."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self._colour = BRIGHT

    def show(self, place: Place | None, colour: QColor) -> None:
        self._place, self._colour = place, colour

    def region(self, viewport: Viewport) -> QRegion:
        """The pixels that `draw` may touch."""
        if self._place is None:
            return QRegion()
        return QRegion(self._around(viewport).adjusted(-3, -3, 3, 3).toAlignedRect())

    def draw(self, painter: QPainter, viewport: Viewport) -> None:
        if self._place is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(DARK, 4))
        painter.setBrush(self._colour)
        painter.drawEllipse(self._around(viewport))
        painter.setPen(QPen(BRIGHT, 2))
        painter.drawEllipse(self._around(viewport))
        painter.setBrush(QColor(0, 0, 0, 0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _around(self, viewport: Viewport) -> QRectF:
        assert self._place is not None
        x, y = viewport.to_device(*self._place)
        return QRectF(x + BESIDE - SWATCH, y - BESIDE - SWATCH, 2 * SWATCH, 2 * SWATCH)
