"""Which outlines run over the picture: marching ants, and the band of what is unknown."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtGui import QPainter, QRegion

from engine.compositing.views import VIEWS
from matteapp.canvas.document_view import DocumentView
from matteapp.canvas.outline import DARK, DASH, MARCHING, Outline
from matteapp.canvas.rendering import RenderThread
from matteapp.canvas.viewport import Viewport

ANTS, BAND = "matte", "unknown"
STEP_MS = 120
"""Milliseconds between two steps of the ants."""
_YELLOW = 0xFFFFD21F


class Outlines(QObject):
    """Has outlines traced while they are wanted, and moves the ants on.

    Attributes:
        band: whether what is unknown is outlined on every view.

    Signals:
        changed(QRegion): device pixels of a pane that have to be painted again.
    """

    changed = Signal(QRegion)

    def __init__(
        self, thread: RenderThread, view: DocumentView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.band = False
        self._view = view
        self._wanted: frozenset[str] = frozenset()
        still = (_YELLOW,) * 2 * DASH + (DARK,) * DASH
        self._outlines = [
            Outline(ANTS, MARCHING, thread, self),
            Outline(BAND, still, thread, self),
        ]
        for outline in self._outlines:
            outline.changed.connect(self.changed)
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._outlines[0].march)

    def are_settled(self, viewport: Viewport) -> bool:
        """Whether all tiles that it takes are there, and nothing is being traced."""
        there = all(self._view.shape_tiles(shape, viewport) is not None for shape in self._wanted)
        return there and all(outline.settled for outline in self._outlines)

    @property
    def marching(self) -> bool:
        """Whether the ants are on their way."""
        return self._timer.isActive()

    def want(self, views: Iterable[str]) -> tuple[str, ...]:
        """These views are shown; returns the shapes whose tiles it takes."""
        wanted = {VIEWS[view].outline for view in views} - {""}
        self._wanted = frozenset(wanted | {BAND}) if self.band else frozenset(wanted)
        return tuple(outline.shape for outline in self._outlines if outline.shape in self._wanted)

    def look(self, viewport: Viewport | None) -> None:
        """Another part of the photograph is shown, or none."""
        for outline in self._outlines:
            outline.look(viewport)

    def follow(self, viewport: Viewport | None, *, visible: bool) -> None:
        """Trace what is wanted as soon as all its tiles are there."""
        for outline in self._outlines:
            if viewport is None or outline.shape not in self._wanted:
                outline.clear()
                continue
            tiles = self._view.shape_tiles(outline.shape, viewport)
            if tiles is not None:
                outline.trace(viewport, tiles)
        self.march(visible=visible)

    def march(self, *, visible: bool) -> None:
        """Let the ants run while they can be seen."""
        wanted = visible and ANTS in self._wanted
        if wanted != self.marching:
            self._timer.start() if wanted else self._timer.stop()

    def draw(self, painter: QPainter, part: QRect, view: str) -> None:
        """Draw the outlines that belong to a view in a part of a pane."""
        for outline in self._outlines:
            if outline.shape in self._wanted and outline.shape in (VIEWS[view].outline, BAND):
                outline.draw(painter, part)
