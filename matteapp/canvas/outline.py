"""The outline of a shape on the screen, one logical pixel wide at every zoom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from engine.jobs.context import JobContext
from matteapp.canvas.document_view import Tiles
from matteapp.canvas.picture import place_tile, qrect, rects, tile_box
from matteapp.canvas.rendering import RenderThread
from matteapp.canvas.viewport import Viewport

HALF = 128
CELL = 128
"""Only squares of this side that an outline runs through are painted."""
DASH = 4
"""Pixels of a dash."""
Colour = int
"""0xAARRGGBB, premultiplied."""
DARK: Colour = 0xFF000000
BRIGHT: Colour = 0xFFFFFFFF
MARCHING: tuple[Colour, ...] = (DARK,) * DASH + (BRIGHT,) * DASH


@dataclass(frozen=True, eq=False)
class Traced:
    """Device pixels of an outline.

    Attributes:
        rows, cols: int64, of the same length; where they are.
        along: int64; how far along their outline, in pixels of its width.
        viewport: what they were traced in.
    """

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    along: NDArray[np.int64]
    viewport: Viewport

    @property
    def region(self) -> QRegion:
        """Squares that hold all of it."""
        across = self.viewport.view[1] // CELL + 1
        region = QRegion()
        for cell in np.flatnonzero(np.bincount(self.rows // CELL * across + self.cols // CELL)):
            row, col = divmod(int(cell), across)
            region += QRect(col * CELL, row * CELL, CELL, CELL)
        return region

    def thick(self) -> Traced:
        """As thick as one logical pixel, whole device pixels of it."""
        side = max(1, round(self.viewport.ratio))
        if side == 1:
            return self
        down, right = np.divmod(np.arange(side * side), side)
        rows = (self.rows[:, None] + down).ravel()
        cols = (self.cols[:, None] + right).ravel()
        return _in_sight(rows, cols, np.repeat(self.along // side, side * side), self.viewport)

    def moved(self, viewport: Viewport) -> Traced:
        """After a pan: what is still in sight."""
        rows = self.rows + (viewport.y - self.viewport.y)
        cols = self.cols + (viewport.x - self.viewport.x)
        return _in_sight(rows, cols, self.along, viewport)


@dataclass(frozen=True, eq=False)
class TraceOutline:
    """A request to the render thread: where a shape ends, on the screen.

    Attributes:
        tiles: of the shape, white inside; all that are in sight.
        deliver: gets what was found, on the render thread.
    """

    viewport: Viewport
    tiles: Tiles
    deliver: Callable[[Traced], None]

    def __call__(self, ctx: JobContext) -> None:
        # OpenCV comes with it, which the window does not wait for.
        from engine.compositing.view_outline import trace_outline

        height, width = self.viewport.view
        frame = QImage(width, height, QImage.Format.Format_RGB32)
        frame.fill(QColor(0, 0, 0))
        painter = QPainter(frame)
        for key, tile in self.tiles:
            target = qrect(tile_box(key, self.viewport))
            place_tile(painter, tile, key.level, target, self.viewport)
        painter.end()
        self.deliver(Traced(*trace_outline(_grey(frame) >= HALF), self.viewport).thick())


class Outline(QObject):
    """Keeps an outline up to date and draws it; nothing is traced on the GUI thread.

    Signals:
        changed(QRegion): device pixels of a pane that have to be painted again.

    Args:
        shape: a name of `engine.compositing.views.SHAPES`.
        dashes: the colours along the outline, over and over.
    """

    changed = Signal(QRegion)
    _found = Signal(object)

    def __init__(
        self,
        shape: str,
        dashes: tuple[Colour, ...],
        thread: RenderThread,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.shape = shape
        self._dashes = np.array(dashes, np.uint32)
        self._thread = thread
        self._phase = 0
        self._asked: tuple[Viewport, Tiles] | None = None
        self._waiting = False
        self._traced: Traced | None = None
        self._pixels: NDArray[np.uint32] = np.zeros((1, 1), np.uint32)
        self._image = _over(self._pixels)
        self._region = QRegion()
        self._found.connect(self._on_found, Qt.ConnectionType.QueuedConnection)

    @property
    def settled(self) -> bool:
        """Whether nothing is being traced."""
        return not self._waiting

    def look(self, viewport: Viewport | None) -> None:
        """Another part of the photograph: a pan moves the outline, else it goes."""
        before = self._traced
        if before is None or before.viewport == viewport:
            return
        kept = viewport is not None and viewport == _panned_to(before.viewport, viewport)
        self._show(before.moved(viewport) if viewport is not None and kept else None)

    def trace(self, viewport: Viewport, tiles: Tiles) -> None:
        """Trace these tiles, unless that was done."""
        if self._asked is not None and _same(self._asked, (viewport, tiles)):
            return
        self._asked = viewport, tiles
        self._waiting = True
        request = TraceOutline(viewport, tiles, self._found.emit)
        self._thread.submit(request, lane=f"outline {self.shape}", title="Tracing the outline")

    def clear(self) -> None:
        """Show nothing, and wait for nothing."""
        self._asked = None
        self._waiting = False
        self._show(None)

    def march(self) -> None:
        """Move the dashes on by a pixel."""
        self._phase += 1
        self._colour()
        if self._traced is not None:
            self.changed.emit(self._region)

    def draw(self, painter: QPainter, part: QRect) -> None:
        """Draw what lies in `part` of a pane; the painter counts its device pixels."""
        for covered in rects(self._region & part):
            painter.drawImage(covered.topLeft(), self._image, covered)

    def _on_found(self, traced: Traced) -> None:
        if self._asked is None or traced.viewport != self._asked[0]:
            return
        self._waiting = False
        self._show(traced)

    def _show(self, traced: Traced | None) -> None:
        before = self._region
        if self._traced is not None:
            self._pixels[self._traced.rows, self._traced.cols] = 0
        if traced is not None and self._pixels.shape != traced.viewport.view:
            self._pixels = np.zeros(traced.viewport.view, np.uint32)
            self._image = _over(self._pixels)
        self._traced = traced
        self._region = QRegion() if traced is None else traced.region
        self._colour()
        self.changed.emit(before + self._region)

    def _colour(self) -> None:
        shown = self._traced
        if shown is not None:
            along = (shown.along - self._phase) % len(self._dashes)
            self._pixels[shown.rows, shown.cols] = self._dashes[along]


def _in_sight(
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    along: NDArray[np.int64],
    viewport: Viewport,
) -> Traced:
    height, width = viewport.view
    kept = (rows >= 0) & (rows < height) & (cols >= 0) & (cols < width)
    return Traced(rows[kept], cols[kept], along[kept], viewport)


def _over(pixels: NDArray[np.uint32]) -> QImage:
    height, width = pixels.shape
    form = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, width, height, pixels.strides[0], form)


def _panned_to(before: Viewport, after: Viewport) -> Viewport:
    return replace(before, x=after.x, y=after.y)


def _same(one: tuple[Viewport, Tiles], other: tuple[Viewport, Tiles]) -> bool:
    same_tiles = len(one[1]) == len(other[1]) and all(
        mine[1] is theirs[1] for mine, theirs in zip(one[1], other[1], strict=True)
    )
    return same_tiles and one[0] == other[0]


def _grey(frame: QImage) -> NDArray[np.uint8]:
    pixels: NDArray[Any] = np.frombuffer(frame.constBits(), np.uint8)
    return pixels.reshape(frame.height(), frame.bytesPerLine() // 4, 4)[:, : frame.width(), 1]
