"""Persons: a click leaves one out or brings them back, a line divides two who touch."""

from __future__ import annotations

from matteapp.canvas.hud import Line
from matteapp.tools.drag import Drag
from matteapp.tools.tool import Easel, Pointer

SHAKE = 4.0
"""Device pixels that the pointer may move between press and release of a click."""


class Person(Drag):
    """Says where was clicked or drawn; what that means is the window's affair."""

    def show(self, easel: Easel, start: Pointer, end: Pointer) -> None:
        easel.show_line(_line(start, end))

    def hide(self, easel: Easel) -> None:
        easel.show_line(None)

    def end(self, easel: Easel, start: Pointer, end: Pointer) -> None:
        line = _line(start, end)
        if line is None:
            easel.click(start.row, start.col)
        else:
            easel.divide(line)


def _line(start: Pointer, end: Pointer) -> Line | None:
    """What was drawn, or None if it was a click."""
    if max(abs(end.x - start.x), abs(end.y - start.y)) <= SHAKE:
        return None
    return (start.row, start.col), (end.row, end.col)
