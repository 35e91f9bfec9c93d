"""The box around the subject."""

from __future__ import annotations

import math

from engine.imaging.types import Rect
from matteapp.tools.drag import Drag
from matteapp.tools.tool import Easel, Pointer

LEAST = 4
"""Device pixels that a drag has to be long and high to count as a box."""


class Box(Drag):
    """Drags a rectangle; the window hears of it when the button is released."""

    def show(self, easel: Easel, start: Pointer, end: Pointer) -> None:
        easel.show_box(_between(start, end))

    def hide(self, easel: Easel) -> None:
        easel.show_box(None)

    def end(self, easel: Easel, start: Pointer, end: Pointer) -> None:
        if min(abs(end.x - start.x), abs(end.y - start.y)) >= LEAST:
            easel.end_box(_between(start, end))


def _between(one: Pointer, other: Pointer) -> Rect:
    """All pixels that the dragged rectangle touches."""
    return Rect(
        math.floor(min(one.row, other.row)),
        math.floor(min(one.col, other.col)),
        math.ceil(max(one.row, other.row)),
        math.ceil(max(one.col, other.col)),
    )
