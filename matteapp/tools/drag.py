"""What tools share that drag from one place to another and show it meanwhile."""

from __future__ import annotations

from abc import ABC, abstractmethod

from matteapp.tools.tool import CursorName, Easel, Pointer


class Drag(ABC):
    """Remembers where the pointer was pressed; implements `matteapp.tools.tool.Tool`."""

    cursor: CursorName = "cross"

    def __init__(self) -> None:
        self._start: Pointer | None = None

    @abstractmethod
    def show(self, easel: Easel, start: Pointer, end: Pointer) -> None:
        """Show what is being dragged."""

    @abstractmethod
    def hide(self, easel: Easel) -> None:
        """Show nothing of it any more."""

    @abstractmethod
    def end(self, easel: Easel, start: Pointer, end: Pointer) -> None:
        """The pointer was released."""

    def radius(self, pointer: Pointer) -> float | None:
        return None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._start = pointer

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if self._start is not None:
            self.show(easel, self._start, pointer)

    def release(self, easel: Easel, pointer: Pointer) -> None:
        start, self._start = self._start, None
        if start is not None:
            self.hide(easel)
            self.end(easel, start, pointer)

    def cancel(self, easel: Easel) -> None:
        self._start = None
        self.hide(easel)

    def forget(self) -> None:
        self._start = None
