"""The lasso: a line around an area, drawn by hand or from corner to corner."""

from __future__ import annotations

from matteapp.canvas.strokes import OPPOSITE
from matteapp.tools.brush import BrushOptions
from matteapp.tools.tool import CursorName, Easel, Place, Pointer

SHAKE = 4.0
"""Device pixels that the pointer may move between press and release of a click."""
NEAR = 1.5
"""Device pixels between places of a line that is drawn by hand."""
CLOSES = 8.0
"""Device pixels around the first corner in which a click closes the line."""


class Lasso:
    """A drag draws a line that closes when it is let go; clicks set corners.

    A double click, Enter or a click on the first corner closes a line of corners; a drag in its
    midst adds what is drawn by hand. Alt takes the opposite label, Backspace the last corner.
    """

    cursor: CursorName = "cross"

    def __init__(self, options: BrushOptions) -> None:
        self._options = options
        self._places: list[Place] = []
        self._corners: list[int] = []
        self._first: Pointer | None = None
        self._last: Pointer | None = None
        self._pressed: Pointer | None = None
        self._drawn = 0.0
        self._label = 0

    @property
    def pending(self) -> bool:
        return bool(self._places)

    def radius(self, pointer: Pointer) -> float | None:
        return None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        if not self._places:
            chosen = int(self._options.chosen("label"))
            self._label = OPPOSITE[chosen] if pointer.alt else chosen
            self._first = pointer
        self._pressed, self._drawn = pointer, 0.0
        self._corners.append(len(self._places))
        self._add(easel, pointer)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if self._pressed is None or self._last is None or _apart(self._last, pointer) < NEAR:
            return
        self._drawn = max(self._drawn, _apart(self._pressed, pointer))
        self._add(easel, pointer)

    def release(self, easel: Easel, pointer: Pointer) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None or self._first is None:
            return
        drawn = self._corners == [0] and self._drawn > SHAKE
        closed = len(self._corners) > 2 and _apart(self._first, pointer) <= CLOSES
        if drawn or closed:
            self.finish(easel)

    def hover(self, easel: Easel, pointer: Pointer) -> None:
        if self._places:
            self._show(easel, (pointer.row, pointer.col))

    def finish(self, easel: Easel) -> None:
        places, label = list(dict.fromkeys(self._places)), self._label
        self.cancel(easel)
        if len(places) > 2:
            easel.mark_inside(places, label=label)

    def step_back(self, easel: Easel) -> None:
        if self._corners:
            del self._places[self._corners.pop() :]
            self._show(easel)

    def cancel(self, easel: Easel) -> None:
        self.forget()
        easel.show_path((), label=self._label)

    def forget(self) -> None:
        self._places, self._corners = [], []
        self._first = self._last = self._pressed = None

    def _add(self, easel: Easel, pointer: Pointer) -> None:
        self._places.append((pointer.row, pointer.col))
        self._last = pointer
        self._show(easel)

    def _show(self, easel: Easel, *more: Place) -> None:
        easel.show_path((*self._places, *more), label=self._label)


def _apart(one: Pointer, other: Pointer) -> float:
    return max(abs(one.x - other.x), abs(one.y - other.y))
