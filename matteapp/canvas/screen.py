"""Everything on the widget, in device pixels: picture, stroke in progress, ring, box, line."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QRegion

from engine.imaging.types import Rect, Strokes
from matteapp.canvas.hud import (
    BoxName,
    Line,
    Ring,
    box_region,
    draw_box,
    draw_line,
    line_region,
)
from matteapp.canvas.live import LiveStroke
from matteapp.canvas.picture import Find, Picture, qrect, rects, tile_box
from matteapp.canvas.tiles import TileKey
from matteapp.canvas.viewport import Box, Viewport


class Screen:
    """The layers above each other; every method returns what has to be painted again.

    Args:
        find: the cached tile of a key, None if there is none.
    """

    def __init__(self, find: Find) -> None:
        self.picture = Picture(find)
        self._live = LiveStroke()
        self._ring = Ring()
        self._boxes: dict[BoxName, Rect | None] = {"subject": None, "head": None}
        self._line: Line | None = None
        self.viewport: Viewport | None = None

    @property
    def whole(self) -> QRegion:
        return QRegion(self.picture.frame.rect())

    def resize(self, size: QSize) -> QRegion:
        """Another size of the widget, in device pixels."""
        self.picture.resize(size.width(), size.height())
        self._live.resize(size.width(), size.height())
        return self.whole

    def look(self, viewport: Viewport | None) -> QRegion:
        """Show another part of the photograph; what is drawn is moved if it is only a pan."""
        before, self.viewport = self.viewport, viewport
        if before is not None and viewport is not None and _only_moved(before, viewport):
            self.picture.scroll(viewport.x - before.x, viewport.y - before.y)
            if self.picture.wipe.active:  # its line stays where it is
                self.picture.invalidate_all()
        else:
            self.picture.invalidate_all()
        self._live.clear()
        return self.whole

    def redraw_tile(self, key: TileKey) -> QRegion:
        """A tile has arrived."""
        if self.viewport is None:
            return QRegion()
        box = tile_box(key, self.viewport).intersected(self.viewport.box)
        if box.empty:
            return QRegion()
        self.picture.invalidate(box)
        return QRegion(qrect(box))

    def redraw_all(self) -> QRegion:
        self.picture.invalidate_all()
        return self.whole

    def move_wipe(self, share: float) -> QRegion:
        """The wipe's line is at another share of the width."""
        wipe, frame = self.picture.wipe, self.picture.frame
        start = wipe.place(frame.width())
        wipe.move(share)
        ends = sorted((start, wipe.place(frame.width())))
        self.picture.invalidate(Box(ends[0], 0, ends[1], frame.height()))
        return self.whole

    def show_stroke(self, labels: Strokes, changed: Rect) -> QRegion:
        """The stroke in progress has changed in `changed`."""
        if self.viewport is None or changed.empty:
            return QRegion()
        return QRegion(qrect(self._live.show(labels, changed, self.viewport)))

    def clear_stroke(self) -> QRegion:
        return QRegion(qrect(self._live.clear()))

    def set_palette(self, name: str) -> None:
        self._live.set_palette(name)

    def move_ring(self, middle: tuple[float, float] | None, radius: float) -> QRegion:
        """The outline of the brush, in device pixels; None hides it."""
        return self._ring.move(middle, radius)

    def show_box(self, rect: Rect | None, *, of: BoxName = "subject") -> QRegion:
        """The subject's box or the head's, or none."""
        if self.viewport is None:
            return QRegion()
        before, self._boxes[of] = self._boxes[of], rect
        return box_region(before, self.viewport) + box_region(rect, self.viewport)

    def show_line(self, line: Line | None) -> QRegion:
        """A dividing line that is being drawn, or none."""
        if self.viewport is None:
            return QRegion()
        before, self._line = self._line, line
        return line_region(before, self.viewport) + line_region(line, self.viewport)

    def paint(self, painter: QPainter, region: QRegion, keys: list[TileKey]) -> None:
        """Paint a region; `keys` are the tiles in sight, the painter counts device pixels."""
        self.picture.redraw(region, self.viewport, keys)
        live = qrect(self._live.box)
        for part in rects(region):
            painter.drawImage(part.topLeft(), self.picture.frame, part)
            covered = part & live
            if not covered.isEmpty():
                painter.drawImage(covered.topLeft(), self._live.image, covered)
        for name, box in self._boxes.items():
            if box is not None and self.viewport is not None:
                draw_box(painter, box, self.viewport, name)
        if self._line is not None and self.viewport is not None:
            draw_line(painter, self._line, self.viewport)
        self._ring.draw(painter)


def _only_moved(before: Viewport, after: Viewport) -> bool:
    return (before.scale, before.view, before.image) == (after.scale, after.view, after.image)
