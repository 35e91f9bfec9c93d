"""The magnifying glass."""

from __future__ import annotations

from matteapp.tools.tool import CursorName, Easel, Pointer

CLICK = 4
"""Notches that a click zooms: twice the size."""
DRAG = 1 / 20
"""Notches a device pixel of dragging to the right."""


class Zoom:
    """A click zooms in, with Alt out; a drag to the right or left zooms smoothly."""

    cursor: CursorName = "zoom"

    def __init__(self) -> None:
        self._start: Pointer | None = None
        self._x = 0.0
        self._dragged = False

    def radius(self, pointer: Pointer) -> float | None:
        return None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._start, self._x, self._dragged = pointer, pointer.x, False

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if self._start is None or pointer.x == self._x:
            return
        if not self._dragged and abs(pointer.x - self._start.x) < 1 / DRAG / 4:
            return
        easel.zoom_by((pointer.x - self._x) * DRAG, (self._start.x, self._start.y))
        self._x, self._dragged = pointer.x, True

    def release(self, easel: Easel, pointer: Pointer) -> None:
        start, self._start = self._start, None
        if start is not None and not self._dragged:
            easel.zoom_by(-CLICK if pointer.alt else CLICK, (start.x, start.y))

    def cancel(self, easel: Easel) -> None:
        self._start = None

    def forget(self) -> None:
        self._start = None
