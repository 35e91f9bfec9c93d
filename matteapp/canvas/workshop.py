"""What tools ask of the canvas that takes computing: growing strokes, labelled areas, colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QRegion

from engine.document.state import DocumentState
from engine.imaging.types import (
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    Rect,
    to_float,
)
from matteapp.canvas.bench import RIM, Bench, Grown
from matteapp.canvas.board import Board
from matteapp.canvas.live import ERASER, label_colours
from matteapp.canvas.rendering import RenderThread
from matteapp.canvas.screen import Screen
from matteapp.canvas.spans import Dab
from matteapp.tools.tool import Kind, Place

if TYPE_CHECKING:
    from engine.guidance.areas import Area

Rgb = tuple[float, float, float]
_NAMES = {
    STROKE_FOREGROUND: "foreground",
    STROKE_BACKGROUND: "background",
    STROKE_UNKNOWN: "unknown",
}


class Workshop(QObject):
    """Works for the tools beside the board that they paint on.

    Signals:
        grown_up(): the stroke that was ended has grown all it can.
        marked(Marks): an area was labelled.
        picked(object, str): an RGB triple in [0, 1], and what it is for.

    Args:
        thread: computes.
        state: the document as it is now.
        screen, board: where work in progress is shown.
        update: paints a region again.
    """

    grown_up = Signal()
    marked = Signal(object)
    picked = Signal(object, str)

    def __init__(
        self,
        thread: RenderThread,
        state: Callable[[], DocumentState | None],
        screen: Screen,
        board: Board,
        update: Callable[[QRegion], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._screen = screen
        self._board = board
        self._update = update
        self._bench = Bench(thread, state, self)
        self._bench.grown.connect(self._on_grown)
        self._bench.grown_up.connect(self.grown_up)
        self._bench.marked.connect(self.marked)
        self._palette = "standard"
        self.growing = False

    def set_palette(self, name: str) -> None:
        """Colours of keep, cut and unknown."""
        self._palette = name

    def colour(self, label: int) -> QColor:
        """The colour that a label is shown in."""
        return QColor(*label_colours(self._palette).get(label, ERASER))

    def grow(self, start: Dab, end: Dab, *, reach: float, tolerance: float) -> None:
        """Let the stroke in progress grow around where the brush just went."""
        self.growing = True
        self._bench.grow(start, end, label=self._board.label, reach=reach, tolerance=tolerance)

    def end_growth(self) -> None:
        """The brush was lifted; `grown_up` follows."""
        self._bench.end_growth()

    def hurry(self) -> None:
        """What has grown is enough."""
        self._bench.drop()

    def drop(self) -> None:
        """What is on its way is not wanted."""
        self.growing = False
        self._bench.drop()
        self.show_path((), label=0)
        self.drop_pick()

    def show_path(self, places: Sequence[Place], *, label: int) -> None:
        self._update(self._screen.show_path(places, self.colour(label)))

    def mark_inside(self, places: Sequence[Place], *, label: int) -> None:
        """Label what a closed line encloses."""
        title = f"Lasso: {_NAMES.get(label, 'erase')}"
        self._bench.mark(partial(_inside, tuple(places)), label=label, title=title)

    def mark_at(self, place: Place, *, kind: Kind, tolerance: float, label: int) -> None:
        """Label the area that a place belongs to."""
        state = self._state()
        there = int(np.floor(place[0])), int(np.floor(place[1]))
        if state is None or not _holds(state.size, there):
            return
        find = partial(_FIND[kind], there, tolerance)
        self._bench.mark(find, label=label, title=f"Fill: {_NAMES.get(label, 'erase')}")

    def pick(self, place: Place, *, side: int, target: str, ends: bool) -> None:
        """Show the colour of a square of pixels; hand it over where the drag ends."""
        state = self._state()
        there = int(np.floor(place[0])), int(np.floor(place[1]))
        if state is None or not _holds(state.size, there):
            self.drop_pick()
            return
        row, col = there
        half = side // 2
        square = Rect(row - half, col - half, row + half + 1, col + half + 1)
        inside = square.intersected(Rect.whole(state.size))
        mean = to_float(state.image.pixels[inside.slices]).mean(axis=(0, 1)).tolist()
        rgb: Rgb = (mean[0], mean[1], mean[2])
        if ends:
            self.drop_pick()
            self.picked.emit(rgb, target)
        else:
            self._update(self._screen.show_swatch(place, QColor.fromRgbF(*rgb)))

    def drop_pick(self) -> None:
        self._update(self._screen.show_swatch(None, QColor()))

    def stop(self) -> None:
        """Have nothing computed any more."""
        self._bench.drop()

    def _on_grown(self, grown: Grown, label: int) -> None:
        self._board.fill(grown.rect, grown.rim, RIM)
        self._board.fill(grown.rect, grown.inside, label)


def _holds(size: tuple[int, int], place: tuple[int, int]) -> bool:
    return 0 <= place[0] < size[0] and 0 <= place[1] < size[1]


def _inside(places: tuple[Place, ...], state: DocumentState) -> Area | None:
    from engine.guidance.areas import inside_line

    return inside_line(places, within=state.size)


def _alike(place: tuple[int, int], tolerance: float, state: DocumentState) -> Area:
    from engine.guidance.areas import alike

    return alike(state.image, place, tolerance=tolerance)


def _enclosed(place: tuple[int, int], tolerance: float, state: DocumentState) -> Area:
    from engine.guidance.areas import enclosed

    return enclosed(state.strokes.read(), place)


_FIND: dict[Kind, Callable[[tuple[int, int], float, DocumentState], Area]] = {
    "alike": _alike,
    "enclosed": _enclosed,
}
