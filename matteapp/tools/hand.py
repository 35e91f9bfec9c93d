"""The hand that moves the photograph, or with Shift the picture behind the subject."""

from __future__ import annotations

from matteapp.tools.tool import CursorName, Easel, Pointer


class Hand:
    """Drags the photograph along; with Shift the picture behind the subject."""

    cursor: CursorName = "hand"

    def __init__(self) -> None:
        self._at: tuple[float, float] | None = None
        self._behind: Pointer | None = None

    def radius(self, pointer: Pointer) -> float | None:
        return None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._at = pointer.x, pointer.y
        self._behind = pointer if pointer.shift else None

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if self._behind is not None:
            self._move_behind(easel, self._behind, pointer, ends=False)
        elif self._at is not None:
            easel.pan(pointer.x - self._at[0], pointer.y - self._at[1])
            self._at = pointer.x, pointer.y

    def release(self, easel: Easel, pointer: Pointer) -> None:
        if self._behind is not None:
            self._move_behind(easel, self._behind, pointer, ends=True)
        self.forget()

    def cancel(self, easel: Easel) -> None:
        if self._behind is not None:
            self._move_behind(easel, self._behind, self._behind, ends=True)
        self.forget()

    def forget(self) -> None:
        self._at = self._behind = None

    def _move_behind(self, easel: Easel, start: Pointer, end: Pointer, *, ends: bool) -> None:
        easel.move_behind(end.row - start.row, end.col - start.col, ends=ends)
