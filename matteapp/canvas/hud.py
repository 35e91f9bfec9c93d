"""What is drawn over the picture and belongs to no document: ring, box, line, caption."""

from __future__ import annotations

import math
from typing import Literal

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QRegion

from engine.imaging.types import Rect
from matteapp.canvas.viewport import Viewport

DARK, BRIGHT = QColor(0, 0, 0, 170), QColor(255, 255, 255, 230)
PILL, PILL_TEXT = QColor(20, 20, 20, 190), QColor(235, 235, 235)
BoxName = Literal["subject", "head"]
_DASHES: dict[BoxName, Qt.PenStyle] = {
    "subject": Qt.PenStyle.DashLine,
    "head": Qt.PenStyle.DashDotDotLine,
}
Line = tuple[tuple[float, float], tuple[float, float]]
"""(row, column) of both ends, in pixels of the photograph."""
CORE_FROM = 2.0
"""Device pixels of radius from which the core of a brush is shown."""
MARGIN = 3
"""Pixels of pen and smoothing around a line on a screen of ratio 1."""


class Ring:
    """The outline of the brush, in device pixels."""

    def __init__(self) -> None:
        self._middle: tuple[float, float] | None = None
        self._radius = 0.0
        self._core = 1.0
        self._colour = BRIGHT
        self._ratio = 1.0

    def move(
        self,
        middle: tuple[float, float] | None,
        radius: float,
        *,
        core: float = 1.0,
        colour: QColor = BRIGHT,
        ratio: float = 1.0,
    ) -> QRegion:
        """Put it elsewhere (None hides it); returns what has to be painted again.

        Args:
            core: share of the radius that is painted firmly; below 1, a second ring shows it.
            colour: of what it paints.
            ratio: device pixels a logical one.
        """
        before = self.region
        self._middle, self._radius = middle, radius
        self._core, self._colour, self._ratio = core, colour, ratio
        return before + self.region

    @property
    def region(self) -> QRegion:
        """The pixels it may touch: a square without its inside."""
        if self._middle is None:
            return QRegion()
        margin = MARGIN * self._ratio
        ring = QRegion(_around(self._middle, self._radius + margin))
        inside = (self._radius * self._core - margin) / math.sqrt(2)
        if inside > 8:
            ring -= QRegion(_around(self._middle, inside - 1))
        return ring

    def draw(self, painter: QPainter) -> None:
        if self._middle is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, half = QPointF(*self._middle), 0.5 * self._ratio
        rings = [(DARK, self._radius + half, 1.0), (self._colour, self._radius - half, 1.4)]
        core = self._radius * self._core
        if self._core < 1.0 and core > CORE_FROM:
            rings += [(DARK, core + half, 1.0), (BRIGHT, core - half, 1.0)]
        for colour, radius, width in rings:
            painter.setPen(QPen(colour, width * self._ratio))
            painter.drawEllipse(middle, max(radius, 0.5), max(radius, 0.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def draw_box(painter: QPainter, rect: Rect, viewport: Viewport, name: BoxName) -> None:
    """A box as a dashed line that shows on any picture; the head's is dotted, too."""
    frame = _frame(rect, viewport)
    painter.setPen(QPen(DARK, viewport.ratio))
    painter.drawRect(frame)
    painter.setPen(QPen(BRIGHT, viewport.ratio, _DASHES[name]))
    painter.drawRect(frame)


def box_region(rect: Rect | None, viewport: Viewport) -> QRegion:
    """The pixels that `draw_box` may touch."""
    if rect is None:
        return QRegion()
    frame = _frame(rect, viewport).toAlignedRect()
    by = math.ceil(MARGIN * viewport.ratio)
    return QRegion(frame.adjusted(-by, -by, by, by)) - QRegion(frame.adjusted(by, by, -by, -by))


def draw_line(painter: QPainter, line: Line, viewport: Viewport) -> None:
    """A dividing line that shows on any picture."""
    start, end = (QPointF(*viewport.to_device(*point)) for point in line)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((DARK, 4), (BRIGHT, 2)):
        painter.setPen(QPen(colour, width * viewport.ratio))
        painter.drawLine(start, end)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def line_region(line: Line | None, viewport: Viewport) -> QRegion:
    """The pixels that `draw_line` may touch."""
    if line is None:
        return QRegion()
    start, end = (QPointF(*viewport.to_device(*point)) for point in line)
    around = QRectF(start, end).normalized().toAlignedRect()
    by = math.ceil(2 * MARGIN * viewport.ratio)
    return QRegion(around.adjusted(-by, -by, by, by))


def caption_rect(text: str, font: QFont) -> QRect:
    """Where the caption stands, in logical pixels; empty if there is none."""
    if not text:
        return QRect()
    size = QFontMetrics(font).size(Qt.TextFlag.TextSingleLine, text)
    return QRect(12, 12, size.width() + 20, size.height() + 8)


def draw_caption(painter: QPainter, text: str, place: QRect) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PILL)
    painter.drawRoundedRect(place, 6, 6)
    painter.setPen(PILL_TEXT)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def draw_focus(painter: QPainter, whole: QRect, colour: QColor) -> None:
    """A frame just inside the widget that says where keys go; in logical pixels."""
    for line, inset in ((DARK, 3), (colour, 2)):
        painter.setClipRegion(QRegion(whole) - whole.adjusted(inset, inset, -inset, -inset))
        painter.fillRect(whole, line)


def _around(middle: tuple[float, float], reach: float) -> QRect:
    x, y = middle
    return QRectF(x - reach, y - reach, 2 * reach, 2 * reach).toAlignedRect()


def _frame(rect: Rect, viewport: Viewport) -> QRectF:
    x0, y0 = viewport.to_device(rect.top, rect.left)
    x1, y1 = viewport.to_device(rect.bottom, rect.right)
    return QRectF(round(x0), round(y0), round(x1) - round(x0), round(y1) - round(y0))
