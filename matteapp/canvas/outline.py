"""The outline of a shape on the screen, one device pixel wide at every zoom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from engine.jobs.context import JobContext
from matteapp.canvas.document_view import Tiles
from matteapp.canvas.picture import place_tile, qrect, tile_box
from matteapp.canvas.rendering import RenderThread
from matteapp.canvas.viewport import Viewport

HALF = 128
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
        along: int64; how far along their outline.
        viewport: what they were traced in.
    """

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    along: NDArray[np.int64]
    viewport: Viewport

    def moved(self, viewport: Viewport) -> Traced:
        """After a pan: what is still in sight."""
        rows = self.rows + (viewport.y - self.viewport.y)
        cols = self.cols + (viewport.x - self.viewport.x)
        height, width = viewport.view
        kept = (rows >= 0) & (rows < height) & (cols >= 0) & (cols < width)
        return Traced(rows[kept], cols[kept], self.along[kept], viewport)


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
        self.deliver(Traced(*trace_outline(_grey(frame) >= HALF), self.viewport))


class Outline(QObject):
    """Keeps an outline up to date and draws it; nothing is traced on the GUI thread.

    Signals:
        changed(QRect): device pixels of a pane that have to be painted again.

    Args:
        shape: a name of `engine.compositing.views.SHAPES`.
        dashes: the colours along the outline, over and over.
    """

    changed = Signal(QRect)
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
        self._found.connect(self._on_found, Qt.ConnectionType.QueuedConnection)

    @property
    def settled(self) -> bool:
        """Whether nothing is being traced."""
        return not self._waiting

    @property
    def box(self) -> QRect:
        """Where it is, in device pixels of a pane; empty if nowhere."""
        shown = self._traced
        if shown is None or not shown.rows.size:
            return QRect()
        top, bottom = int(shown.rows.min()), int(shown.rows.max())
        left, right = int(shown.cols.min()), int(shown.cols.max())
        return QRect(left, top, right - left + 1, bottom - top + 1)

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
            self.changed.emit(self.box)

    def draw(self, painter: QPainter, part: QRect) -> None:
        """Draw what lies in `part` of a pane; the painter counts its device pixels."""
        covered = part & self.box
        if not covered.isEmpty():
            painter.drawImage(covered.topLeft(), self._image(), covered)

    def _on_found(self, traced: Traced) -> None:
        if self._asked is None or traced.viewport != self._asked[0]:
            return
        self._waiting = False
        self._show(traced)

    def _show(self, traced: Traced | None) -> None:
        before = self.box
        if self._traced is not None:
            self._pixels[self._traced.rows, self._traced.cols] = 0
        if traced is not None and self._pixels.shape != traced.viewport.view:
            self._pixels = np.zeros(traced.viewport.view, np.uint32)
        self._traced = traced
        self._colour()
        self.changed.emit(before.united(self.box))

    def _colour(self) -> None:
        shown = self._traced
        if shown is not None:
            along = (shown.along - self._phase) % len(self._dashes)
            self._pixels[shown.rows, shown.cols] = self._dashes[along]

    def _image(self) -> QImage:
        height, width = self._pixels.shape
        form = QImage.Format.Format_ARGB32_Premultiplied
        return QImage(self._pixels.data, width, height, self._pixels.strides[0], form)


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
