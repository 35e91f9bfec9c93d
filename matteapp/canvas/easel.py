"""The canvas as tools see it: strokes, labelled areas, boxes, lines, clicks, picked colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from engine.imaging.types import (
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    Rect,
    to_float,
)
from matteapp.canvas.bench import RIM, Bench, Grown
from matteapp.canvas.board import Board
from matteapp.canvas.hud import Line
from matteapp.canvas.live import ERASER, label_colours
from matteapp.canvas.rendering import RenderThread
from matteapp.canvas.screen import Screen
from matteapp.canvas.spans import Dab
from matteapp.canvas.viewer import Viewer
from matteapp.language import _
from matteapp.tools.table import TOOLS
from matteapp.tools.tool import Kind, Place

if TYPE_CHECKING:
    from engine.document.state import DocumentState
    from engine.guidance.areas import Area

Rgb = tuple[float, float, float]
_NAMES = {
    STROKE_FOREGROUND: "foreground",
    STROKE_BACKGROUND: "background",
    STROKE_UNKNOWN: "unknown",
}
_ERASED = "erase"


class CanvasEasel(QObject):
    """What tools do to a viewer; implements `matteapp.tools.tool.Easel`.

    Signals:
        stroke_finished(Stroke): a brush was lifted.
        box_drawn(Rect): a box was drawn, clipped to the photograph.
        clicked(float, float): row and column of the photograph that were clicked on.
        divided(Line): a line was drawn across the photograph.
        marked(Marks): an area was labelled.
        behind_moved(float, float, bool): the picture behind the subject was dragged by rows and
            columns of the photograph since the press, and whether the drag ends.
        picked(object, str): an RGB triple in [0, 1] was picked, and what for.

    Args:
        thread: computes what takes long.
        screen: the viewer's; shows work in progress.

    Attributes:
        growing: whether the stroke in progress is one that grows.
    """

    stroke_finished = Signal(object)
    box_drawn = Signal(object)
    clicked = Signal(float, float)
    divided = Signal(object)
    marked = Signal(object)
    behind_moved = Signal(float, float, bool)
    picked = Signal(object, str)

    def __init__(self, thread: RenderThread, viewer: Viewer, screen: Screen) -> None:
        super().__init__(viewer)
        self._viewer = viewer
        self._screen = screen
        self._board = Board(screen, viewer.refresh)
        self._bench = Bench(thread, lambda: viewer.state, self)
        self._bench.grown.connect(self._on_grown)
        self._bench.grown_up.connect(self._finish_stroke)
        self._bench.marked.connect(self.marked)
        self._palette = "standard"
        self.growing = False
        viewer.moved.connect(self._board.show_again)
        viewer.arrived.connect(self._settle)

    def set_palette(self, name: str) -> None:
        """Colours of keep, cut and unknown."""
        self._palette = name

    def colour(self, label: int) -> QColor:
        """The colour that a label is shown in."""
        return QColor(*label_colours(self._palette).get(label, ERASER))

    def start(self, state: DocumentState | None) -> None:
        """Another photograph, or none."""
        self._drop_work()
        self._board.start(None if state is None else state.size)

    def stop(self) -> None:
        """Have nothing computed any more."""
        self._bench.drop()

    def begin_stroke(self, label: int, *, hardness: float) -> None:
        """A brush touches down."""
        if self.growing:  # the stroke before is taken as far as it has grown
            self._bench.drop()
            self._finish_stroke()
        self._board.begin(label, hardness=hardness)

    def sweep(self, start: Dab, end: Dab) -> None:
        """A brush moves; both ends in pixels of the photograph."""
        self._board.sweep(start, end)

    def grow(self, start: Dab, end: Dab, *, reach: float, tolerance: float) -> None:
        """The stroke in progress grows around where the brush just went."""
        self.growing = True
        self._bench.grow(start, end, label=self._board.label, reach=reach, tolerance=tolerance)

    def end_stroke(self) -> None:
        """A brush is lifted: the stroke stays in sight until the view shows it."""
        if self.growing:
            self._bench.end_growth()
        else:
            self._finish_stroke()

    def drop_stroke(self) -> None:
        """The stroke in progress is not wanted."""
        self._drop_work()
        self._board.drop()

    def pan(self, across: float, down: float) -> None:
        """Move the photograph by device pixels."""
        self._viewer.pan(across, down)

    def zoom_by(self, notches: float, at: tuple[float, float]) -> None:
        """Zoom by notches of a wheel at a device point (x, y)."""
        self._viewer.zoom_by(notches, at)

    def move_behind(self, rows: float, cols: float, *, ends: bool) -> None:
        """The picture behind the subject is dragged."""
        self.behind_moved.emit(rows, cols, ends)

    def show_box(self, rect: Rect | None) -> None:
        """Show a box that is being drawn, or none."""
        self._viewer.show_box(rect)

    def end_box(self, rect: Rect) -> None:
        """A box was drawn."""
        if self._viewer.viewport is not None:
            inside = rect.intersected(Rect.whole(self._viewer.viewport.image))
            if not inside.empty:
                self.box_drawn.emit(inside)

    def click(self, row: float, col: float) -> None:
        """A place of the photograph was clicked on."""
        if self._pixel((row, col)) is not None:
            self.clicked.emit(row, col)

    def show_line(self, line: Line | None) -> None:
        """Show a dividing line that is being drawn, or none."""
        self._viewer.refresh(self._screen.show_line(line))

    def divide(self, line: Line) -> None:
        """A line was drawn across the photograph."""
        if self._viewer.viewport is not None:
            self.divided.emit(line)

    def show_path(self, places: Sequence[Place], *, label: int) -> None:
        """Show a line that is being drawn around something; none without places."""
        self._viewer.refresh(self._screen.show_path(places, self.colour(label)))

    def mark_inside(self, places: Sequence[Place], *, label: int) -> None:
        """Label what a closed line encloses."""
        title = _titled("lasso", label)
        self._bench.mark(partial(_inside, tuple(places)), label=label, title=title)

    def mark_at(self, place: Place, *, kind: Kind, tolerance: float, label: int) -> None:
        """Label the area that a place belongs to."""
        pixel = self._pixel(place)
        if pixel is not None:
            find = partial(_FIND[kind], pixel, tolerance)
            self._bench.mark(find, label=label, title=_titled("fill", label))

    def pick(self, place: Place, *, side: int, target: str, ends: bool) -> None:
        """Show the colour of a square of pixels; hand it over where the drag ends."""
        state, pixel = self._viewer.state, self._pixel(place)
        if state is None or pixel is None:
            self.drop_pick()
            return
        rgb = _mean(state, pixel, side)
        if ends:
            self.drop_pick()
            self.picked.emit(rgb, target)
        else:
            self._viewer.refresh(self._screen.show_swatch(place, QColor.fromRgbF(*rgb)))

    def drop_pick(self) -> None:
        """No colour is wanted."""
        self._viewer.refresh(self._screen.show_swatch(None, QColor()))

    def _drop_work(self) -> None:
        """What is on its way is not wanted."""
        self.growing = False
        self._bench.drop()
        self.show_path((), label=0)
        self.drop_pick()

    def _on_grown(self, grown: Grown, label: int) -> None:
        self._board.fill(grown.rect, grown.rim, RIM)
        self._board.fill(grown.rect, grown.inside, label)

    def _finish_stroke(self) -> None:
        grew, self.growing = self.growing, False
        stroke = self._board.finish()
        if stroke is not None:
            stroke = replace(stroke, title=_(TOOLS["quick"].title)) if grew else stroke
            self.stroke_finished.emit(stroke)
            self._settle()

    def _settle(self) -> None:
        """Take a finished stroke away once the view shows the state that holds it."""
        held = self._board.held
        if held is not None and self._viewer.is_drawn(held):
            self._board.let_go()

    def _pixel(self, place: Place) -> tuple[int, int] | None:
        """The pixel of the photograph at a place, None outside of it."""
        if self._viewer.state is None:
            return None
        row, col = int(np.floor(place[0])), int(np.floor(place[1]))
        height, width = self._viewer.state.size
        return (row, col) if 0 <= row < height and 0 <= col < width else None


def _mean(state: DocumentState, pixel: tuple[int, int], side: int) -> Rgb:
    """The mean colour of a square around a pixel."""
    (row, col), half = pixel, side // 2
    square = Rect(row - half, col - half, row + half + 1, col + half + 1)
    inside = square.intersected(Rect.whole(state.size))
    red, green, blue = to_float(state.image.pixels[inside.slices]).mean(axis=(0, 1)).tolist()
    return red, green, blue


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


def _titled(tool: str, label: int) -> str:
    """What a step is called in which a tool has labelled an area."""
    return f"{_(TOOLS[tool].title)}: {_(_NAMES.get(label, _ERASED))}"
