"""The box around the subject."""

from __future__ import annotations

import math

from engine.imaging.types import Rect
from matteapp.tools.tool import CursorName, Easel, Pointer

LEAST = 4
"""Device pixels that a drag has to be long and high to count as a box."""


class Box:
    """Drags a rectangle; the window hears of it when the button is released."""

    cursor: CursorName = "cross"

    def __init__(self) -> None:
        self._start: Pointer | None = None

    def radius(self, pointer: Pointer) -> float | None:
        return None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._start = pointer

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if self._start is not None:
            easel.show_box(_between(self._start, pointer))

    def release(self, easel: Easel, pointer: Pointer) -> None:
        start, self._start = self._start, None
        if start is None:
            return
        easel.show_box(None)
        if min(abs(pointer.x - start.x), abs(pointer.y - start.y)) >= LEAST:
            easel.end_box(_between(start, pointer))

    def cancel(self, easel: Easel) -> None:
        self._start = None
        easel.show_box(None)

    def forget(self) -> None:
        self._start = None


def _between(one: Pointer, other: Pointer) -> Rect:
    """All pixels that the dragged rectangle touches."""
    return Rect(
        math.floor(min(one.row, other.row)),
        math.floor(min(one.col, other.col)),
        math.ceil(max(one.row, other.row)),
        math.ceil(max(one.col, other.col)),
    )
