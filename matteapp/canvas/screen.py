"""Everything on the widget, in device pixels: picture, stroke in progress, ring, box, line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QRegion

from engine.compositing.views import VIEWS
from engine.imaging.types import Rect, Strokes
from matteapp.canvas.hints import PathHint, SwatchHint
from matteapp.canvas.hud import (
    BRIGHT,
    BoxName,
    Line,
    Ring,
    box_region,
    draw_box,
    draw_line,
    line_region,
)
from matteapp.canvas.live import LiveStroke
from matteapp.canvas.panes import Panes
from matteapp.canvas.picture import Find, Picture, qrect, rects, tile_box
from matteapp.canvas.tiles import TileKey
from matteapp.canvas.viewport import Box, Viewport
from matteapp.language import _

DrawOutlines = Callable[[QPainter, QRect, str], None]
"""Draws the outlines of a view in a part of a pane."""
BETWEEN = QColor(20, 20, 20)


class Screen:
    """The layers above each other; every method returns what has to be painted again.

    Regions are those of one pane; `panes.spread` makes the widget's of them.

    Args:
        find: the cached tile of a key, None if there is none.
        draw_outlines: draws what runs over a view.
    """

    def __init__(self, find: Find, draw_outlines: DrawOutlines) -> None:
        self.picture = Picture(find)
        self.panes = Panes()
        self._twin = Picture(find)
        self._views: tuple[str, ...] = ("input",)
        self._draw_outlines = draw_outlines
        self._live = LiveStroke()
        self._ring = Ring()
        self._boxes: dict[BoxName, Rect | None] = {"subject": None, "head": None}
        self._line: Line | None = None
        self._path, self._swatch = PathHint(), SwatchHint()
        self.viewport: Viewport | None = None

    @property
    def whole(self) -> QRegion:
        return QRegion(self.picture.frame.rect())

    @property
    def _pictures(self) -> tuple[Picture, ...]:
        """One for each pane."""
        return (self.picture,) if self.panes.count == 1 else (self._twin, self.picture)

    def resize(self, size: QSize) -> QRegion:
        """Another size of the widget, in device pixels."""
        self.panes = Panes(size.width(), size.height(), self.panes.count)
        pane = self.panes.size
        for picture in self._pictures:
            picture.resize(pane.width(), pane.height())
        self._live.resize(pane.width(), pane.height())
        return self.whole

    def show_views(self, *views: str) -> bool:
        """The view of each pane, one or two; whether the panes' number is another one.

        `resize` has to follow then.
        """
        self._views = views
        new = len(views) != self.panes.count
        self.panes = Panes(self.panes.width, self.panes.height, len(views))
        return new

    def set_surround(self, colour: QColor) -> QRegion:
        """The colour around the photograph."""
        self.picture.surround = self._twin.surround = colour
        return self.redraw_all()

    def set_pixel_grid(self, wanted: bool) -> QRegion:
        """Whether lines part the pixels when they are large."""
        self.picture.pixel_grid = self._twin.pixel_grid = wanted
        return self.redraw_all()

    def look(self, viewport: Viewport | None) -> QRegion:
        """Show another part of the photograph; what is drawn is moved if it is only a pan."""
        before, self.viewport = self.viewport, viewport
        panned = before is not None and viewport is not None and _only_moved(before, viewport)
        # the wipe's line stays where it is, so nothing can be moved along
        if before is not None and viewport is not None and panned and not self.picture.wipe.active:
            for picture in self._pictures:
                picture.scroll(viewport.x - before.x, viewport.y - before.y)
        else:
            self.redraw_all()
        self._live.clear()
        return self.whole

    def redraw_tile(self, key: TileKey) -> QRegion:
        """A tile has arrived."""
        if self.viewport is None:
            return QRegion()
        box = tile_box(key, self.viewport).intersected(self.viewport.box)
        if box.empty:
            return QRegion()
        for picture in self._pictures:
            picture.invalidate(box)
        return QRegion(qrect(box))

    def redraw_all(self) -> QRegion:
        for picture in self._pictures:
            picture.invalidate_all()
        return self.whole

    def part(self, before: str, view: str) -> QRegion:
        """Part the view from another at its left; from none if `before` is empty."""
        titles = (_(VIEWS[before].title), _(VIEWS[view].title)) if before else ("", "")
        return self.redraw_all() if self.picture.wipe.compare(before, titles) else QRegion()

    def move_wipe(self, share: float) -> QRegion:
        """The wipe's line is at another share of the width."""
        wipe, frame = self.picture.wipe, self.picture.frame
        if not wipe.active:
            return QRegion()
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

    def move_ring(
        self,
        middle: tuple[float, float] | None,
        radius: float,
        *,
        core: float = 1.0,
        colour: QColor = BRIGHT,
    ) -> QRegion:
        """The outline of the brush, in device pixels; None hides it."""
        ratio = 1.0 if self.viewport is None else self.viewport.ratio
        return self._ring.move(middle, radius, core=core, colour=colour, ratio=ratio)

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

    def show_path(self, places: Sequence[tuple[float, float]], colour: QColor) -> QRegion:
        """A line that is being drawn around something; none without places."""
        if self.viewport is None:
            return QRegion()
        before = self._path.region(self.viewport)
        self._path.show(places, colour)
        return before + self._path.region(self.viewport)

    def show_swatch(self, place: tuple[float, float] | None, colour: QColor) -> QRegion:
        """The colour that is being picked, or none."""
        if self.viewport is None:
            return QRegion()
        before = self._swatch.region(self.viewport)
        self._swatch.show(place, colour)
        return before + self._swatch.region(self.viewport)

    def paint(self, painter: QPainter, region: QRegion, keys: list[TileKey]) -> None:
        """Paint a region of the widget; the painter counts device pixels.

        Args:
            keys: the tiles in sight, of all views that are shown.
        """
        if self.panes.count == 1:
            self._paint_pane(painter, region, keys, self._views[0], self.picture)
            return
        for part in rects(region):
            painter.fillRect(part, BETWEEN)
        panes = zip(self.panes.rects, self._views, self._pictures, strict=True)
        for rect, view, picture in panes:
            inside = (region & rect).translated(-rect.left(), 0)
            painter.save()
            painter.translate(rect.left(), 0)
            painter.setClipRect(QRect(0, 0, rect.width(), rect.height()))
            shown = [key for key in keys if key.view == view]
            self._paint_pane(painter, inside, shown, view, picture)
            painter.restore()

    def _paint_pane(
        self, painter: QPainter, region: QRegion, keys: list[TileKey], view: str, picture: Picture
    ) -> None:
        picture.redraw(region, self.viewport, keys)
        live = qrect(self._live.box)
        for part in rects(region):
            painter.drawImage(part.topLeft(), picture.frame, part)
            for side, name in picture.wipe.sides(picture.frame.rect(), view):
                self._draw_outlines(painter, part & side, name)
            covered = part & live
            if not covered.isEmpty():
                painter.drawImage(covered.topLeft(), self._live.image, covered)
        for name, box in self._boxes.items():
            if box is not None and self.viewport is not None:
                draw_box(painter, box, self.viewport, name)
        if self._line is not None and self.viewport is not None:
            draw_line(painter, self._line, self.viewport)
        if self.viewport is not None:
            self._path.draw(painter, self.viewport)
            self._swatch.draw(painter, self.viewport)
        self._ring.draw(painter)


def _only_moved(before: Viewport, after: Viewport) -> bool:
    return (before.scale, before.view, before.image) == (after.scale, after.view, after.image)
