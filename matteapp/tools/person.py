"""Persons: a click leaves one out or brings them back, a line divides two who touch."""

from __future__ import annotations

from matteapp.canvas.hud import Line
from matteapp.tools.tool import CursorName, Easel, Pointer

SHAKE = 4.0
"""Device pixels that the pointer may move between press and release of a click."""


class Person:
    """Says where was clicked or drawn; what that means is the window's affair."""

    cursor: CursorName = "cross"

    def __init__(self) -> None:
        self._start: Pointer | None = None

    def radius(self, pointer: Pointer) -> float | None:
        return None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._start = pointer

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if self._start is not None:
            easel.show_line(_line(self._start, pointer))

    def release(self, easel: Easel, pointer: Pointer) -> None:
        start, self._start = self._start, None
        if start is None:
            return
        easel.show_line(None)
        line = _line(start, pointer)
        if line is None:
            easel.click(start.row, start.col)
        else:
            easel.divide(line)

    def cancel(self, easel: Easel) -> None:
        self._start = None
        easel.show_line(None)

    def forget(self) -> None:
        self._start = None


def _line(start: Pointer, end: Pointer) -> Line | None:
    """What was drawn, or None if it was a click."""
    if max(abs(end.x - start.x), abs(end.y - start.y)) <= SHAKE:
        return None
    return (start.row, start.col), (end.row, end.col)
