"""The hand that moves the photograph."""

from __future__ import annotations

from matteapp.tools.tool import CursorName, Easel, Pointer


class Hand:
    """Drags the photograph along."""

    cursor: CursorName = "hand"

    def __init__(self) -> None:
        self._at: tuple[float, float] | None = None

    def radius(self, pointer: Pointer) -> float | None:
        return None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._at = pointer.x, pointer.y

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if self._at is not None:
            easel.pan(pointer.x - self._at[0], pointer.y - self._at[1])
            self._at = pointer.x, pointer.y

    def release(self, easel: Easel, pointer: Pointer) -> None:
        self._at = None

    def cancel(self, easel: Easel) -> None:
        self._at = None

    def forget(self) -> None:
        self._at = None
