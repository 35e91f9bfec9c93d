"""The picture as it is on the screen: tiles put together in a frame of device pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap, QRegion, QTransform

from engine.imaging.types import Rect
from matteapp.canvas.tiles import Tile, TileKey
from matteapp.canvas.viewport import Box, Viewport
from matteapp.canvas.wipe import Wipe

SURROUND = QColor(58, 58, 58)
NOT_YET = QColor(46, 46, 46)
CHECKS = (QColor(255, 255, 255), QColor(204, 204, 204))
CHECK_SIZE = 8
GRID_FROM = 16.0
GRID = QColor(128, 128, 128, 90)

Find = Callable[[TileKey], Tile | None]


class Picture:
    """A frame that keeps what was drawn, so that a paint event only copies from it.

    Args:
        find: the cached tile of a key, None if there is none.
    """

    def __init__(self, find: Find) -> None:
        self._find = find
        self._frame = QImage(1, 1, QImage.Format.Format_RGB32)
        self._dirty = QRegion()
        self._checks = checkerboard()
        self.surround = SURROUND
        self.pixel_grid = True
        self.wipe = Wipe()

    @property
    def frame(self) -> QImage:
        """Device pixels of the whole widget; `redraw` first."""
        return self._frame

    def resize(self, width: int, height: int) -> None:
        self._frame = QImage(max(1, width), max(1, height), QImage.Format.Format_RGB32)
        self.invalidate_all()

    def invalidate_all(self) -> None:
        self._dirty = QRegion(self._frame.rect())

    def invalidate(self, box: Box) -> None:
        self._dirty += qrect(box)

    def scroll(self, across: int, down: int) -> None:
        """Move what is drawn by device pixels; what comes into sight is to be drawn."""
        moved = QImage(self._frame.size(), QImage.Format.Format_RGB32)
        painter = QPainter(moved)
        painter.drawImage(QPoint(across, down), self._frame)
        painter.end()
        whole = QRegion(moved.rect())
        self._frame = moved
        self._dirty = (self._dirty.translated(across, down) & whole) + (
            whole - QRegion(moved.rect().translated(across, down))
        )

    def redraw(self, region: QRegion, viewport: Viewport | None, keys: list[TileKey]) -> None:
        """Draw what is out of date in `region`; `keys` are the tiles in sight."""
        wanted = self._dirty & region
        if wanted.isEmpty():
            return
        self._dirty -= wanted
        painter = QPainter(self._frame)
        for area in rects(wanted):
            for part, shown in self._sides(area, keys):
                self._draw_area(painter, part, viewport, shown)
        painter.end()

    def _sides(self, area: QRect, keys: list[TileKey]) -> Iterable[tuple[QRect, list[TileKey]]]:
        """What is drawn at each side of the wipe's line."""
        if not self.wipe.active:
            return [(area, keys)]
        parts: tuple[list[TileKey], list[TileKey]] = ([], [])
        for key in keys:
            parts[key.view != self.wipe.before].append(key)
        sides = self.wipe.sides(self._frame.rect(), "")
        shown = [(area & side, part) for (side, _), part in zip(sides, parts, strict=True)]
        return [side for side in shown if not side[0].isEmpty()]

    def _draw_area(
        self, painter: QPainter, area: QRect, viewport: Viewport | None, keys: list[TileKey]
    ) -> None:
        painter.resetTransform()
        painter.setClipRect(area)
        painter.fillRect(area, self.surround)
        if viewport is None:
            return
        for key in keys:
            target = qrect(tile_box(key, viewport)) & area
            if not target.isEmpty():
                self._draw_key(painter, key, target, viewport)
        if self.pixel_grid and viewport.scale >= GRID_FROM:
            _draw_grid(painter, area, viewport)

    def _draw_key(self, painter: QPainter, key: TileKey, target: QRect, viewport: Viewport) -> None:
        tile = self._find(key)
        if tile is not None:
            self._draw_tile(painter, tile, key.level, target, viewport)
            return
        painter.resetTransform()
        painter.setClipRect(target)
        painter.fillRect(target, NOT_YET)
        for other in _stand_ins(key, self._find):
            part = qrect(tile_box(other, viewport)) & target
            tile = self._find(other)
            if tile is not None and not part.isEmpty():
                self._draw_tile(painter, tile, other.level, part, viewport)

    def _draw_tile(
        self, painter: QPainter, tile: Tile, level: int, target: QRect, viewport: Viewport
    ) -> None:
        if tile.image.format() != QImage.Format.Format_RGB32:
            painter.resetTransform()
            painter.setClipRect(target)
            painter.setBrushOrigin(viewport.x, viewport.y)
            painter.fillRect(target, self._checks)
        place_tile(painter, tile, level, target, viewport)


def place_tile(
    painter: QPainter, tile: Tile, level: int, target: QRect, viewport: Viewport
) -> None:
    """Draw a tile of a level where it lies in the widget, clipped to `target`."""
    painter.resetTransform()
    painter.setClipRect(target)
    zoom = viewport.scale * 2**level
    # Smooth when pixels are averaged or a coarser level stands in, never when enlarged.
    smooth = zoom != 1.0 and (level > 0 or viewport.scale < 1.0)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.setTransform(QTransform(zoom, 0, 0, zoom, viewport.x, viewport.y))
    painter.drawImage(QPointF(tile.corner[1], tile.corner[0]), tile.image)


def tile_box(key: TileKey, viewport: Viewport) -> Box:
    """Device pixels of a tile; neighbours share their border, so nothing is drawn twice."""
    inside = key.source_rect.intersected(Rect.whole(viewport.image))
    scale = viewport.scale
    return Box(
        round(viewport.x + inside.left * scale),
        round(viewport.y + inside.top * scale),
        round(viewport.x + inside.right * scale),
        round(viewport.y + inside.bottom * scale),
    )


def qrect(box: Box) -> QRect:
    return QRect(box.x0, box.y0, max(0, box.x1 - box.x0), max(0, box.y1 - box.y0))


def rects(region: QRegion) -> list[QRect]:
    """The rectangles of a region."""
    return list(region)  # type: ignore[call-overload]


def scaled(region: QRegion, factor: float) -> QRegion:
    """A region in other pixels, grown to whole ones."""
    if factor == 1.0:
        return region
    scaled = QRegion()
    for rect in rects(region):
        x, y = int(rect.left() * factor // 1), int(rect.top() * factor // 1)
        right = -int(-(rect.right() + 1) * factor // 1)
        bottom = -int(-(rect.bottom() + 1) * factor // 1)
        scaled += QRect(x, y, right - x, bottom - y)
    return scaled


def _stand_ins(key: TileKey, find: Find) -> Iterator[TileKey]:
    """What to show for a tile that isn't there: the nearest coarser one, finer ones on top."""
    coarser = key
    for _ in range(12):
        coarser = coarser.parent
        if find(coarser) is not None:
            yield coarser
            break
    if key.level > 0:
        yield from key.children


def checkerboard() -> QBrush:
    """What shows through where a picture is transparent."""
    pattern = QPixmap(2 * CHECK_SIZE, 2 * CHECK_SIZE)
    pattern.fill(CHECKS[0])
    painter = QPainter(pattern)
    for corner in (QPoint(0, 0), QPoint(CHECK_SIZE, CHECK_SIZE)):
        painter.fillRect(QRect(corner.x(), corner.y(), CHECK_SIZE, CHECK_SIZE), CHECKS[1])
    painter.end()
    return QBrush(pattern)


def _draw_grid(painter: QPainter, area: QRect, viewport: Viewport) -> None:
    painter.resetTransform()
    painter.setClipRect(area)
    painter.setPen(QPen(GRID, 0))
    shown = viewport.rect_of(Box(area.left(), area.top(), area.right() + 1, area.bottom() + 1))
    top, left = viewport.to_device(shown.top, shown.left)
    bottom, right = viewport.to_device(shown.bottom, shown.right)
    for col in range(shown.left, shown.right):
        x = int(viewport.to_device(0, col)[0])
        painter.drawLine(x, int(top), x, int(bottom) - 1)
    for row in range(shown.top, shown.bottom):
        y = int(viewport.to_device(row, 0)[1])
        painter.drawLine(int(left), y, int(right) - 1, y)
