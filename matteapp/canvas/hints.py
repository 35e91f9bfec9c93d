"""What shows a tool's work in progress: the line of the lasso and the eyedropper's colour."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QRegion

from matteapp.canvas.hud import BRIGHT, DARK, MARGIN
from matteapp.canvas.viewport import Viewport

Place = tuple[float, float]
SWATCH = 26.0
"""Radius of the colour beside the eyedropper, in pixels of a screen of ratio 1."""
BESIDE = 34.0
"""Such pixels from the pointer to its middle."""


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
        reach = math.ceil(2 * MARGIN * viewport.ratio)
        around = QRectF(start, end).toAlignedRect().adjusted(-reach, -reach, reach, reach)
        return QRegion(around)

    def draw(self, painter: QPainter, viewport: Viewport) -> None:
        if not self._places:
            return
        points = [QPointF(*viewport.to_device(*place)) for place in self._places]
        line, ratio = QPolygonF(points), viewport.ratio
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((DARK, 3.5), (self._colour, 1.8)):
            painter.setPen(QPen(colour, width * ratio))
            painter.drawPolyline(line)
        pen = QPen(BRIGHT, ratio)
        pen.setDashPattern([3, 4])
        painter.setPen(pen)
        painter.drawLine(points[-1], points[0])
        painter.setPen(QPen(DARK, ratio))
        painter.setBrush(BRIGHT)
        painter.drawEllipse(points[0], MARGIN * ratio, MARGIN * ratio)
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
        by = MARGIN * viewport.ratio
        return QRegion(self._around(viewport).adjusted(-by, -by, by, by).toAlignedRect())

    def draw(self, painter: QPainter, viewport: Viewport) -> None:
        if self._place is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(DARK, 4 * viewport.ratio))
        painter.setBrush(self._colour)
        painter.drawEllipse(self._around(viewport))
        painter.setPen(QPen(BRIGHT, 2 * viewport.ratio))
        painter.drawEllipse(self._around(viewport))
        painter.setBrush(QColor(0, 0, 0, 0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _around(self, viewport: Viewport) -> QRectF:
        assert self._place is not None
        x, y = viewport.to_device(*self._place)
        radius, beside = SWATCH * viewport.ratio, BESIDE * viewport.ratio
        return QRectF(x + beside - radius, y - beside - radius, 2 * radius, 2 * radius)
