"""A click on a person: out, and in again."""

from __future__ import annotations

from matteapp.tools.tool import CursorName, Easel, Pointer

SHAKE = 4.0
"""Device pixels that the pointer may move between press and release of a click."""


class Person:
    """Says where was clicked; the window decides whether that person goes or comes back."""

    cursor: CursorName = "cross"

    def __init__(self) -> None:
        self._start: Pointer | None = None

    def radius(self, pointer: Pointer) -> float | None:
        return None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._start = pointer

    def move(self, easel: Easel, pointer: Pointer) -> None:
        return None

    def release(self, easel: Easel, pointer: Pointer) -> None:
        start, self._start = self._start, None
        if start is None:
            return
        if max(abs(pointer.x - start.x), abs(pointer.y - start.y)) <= SHAKE:
            easel.click(start.row, start.col)

    def cancel(self, easel: Easel) -> None:
        self._start = None

    def forget(self) -> None:
        self._start = None
