"""Which tool gets what the mouse or the pen does."""

from __future__ import annotations

from PySide6.QtCore import Qt

from matteapp.canvas.events import CURSORS
from matteapp.tools.brush import BrushOptions
from matteapp.tools.hand import Hand
from matteapp.tools.table import TOOLS
from matteapp.tools.tool import Easel, Pointer, Tool


class Gestures:
    """The tool in hand; the middle button and the space bar lend the hand tool.

    Args:
        easel: the canvas that tools work on.
        options: of the brushes.
    """

    def __init__(self, easel: Easel, options: BrushOptions) -> None:
        self._easel = easel
        self._tools: dict[str, Tool] = {name: row.make(options) for name, row in TOOLS.items()}
        self._hand = Hand()
        self._active: Tool | None = None
        self._pointer: Pointer | None = None
        self.name = "foreground"
        self.panning = False

    @property
    def active(self) -> bool:
        """Whether a button is down."""
        return self._active is not None

    @property
    def cursor(self) -> Qt.CursorShape:
        if self._active is self._hand:
            return Qt.CursorShape.ClosedHandCursor
        return CURSORS[self._held.cursor]

    @property
    def ring(self) -> tuple[Pointer, float] | None:
        """Where the pointer is and how large the brush, in pixels of the photograph."""
        if self._pointer is None or self._active is self._hand or self.panning:
            return None
        radius = self._held.radius(self._pointer)
        return None if radius is None else (self._pointer, radius)

    def take(self, name: str) -> None:
        """Another tool of the table."""
        self.cancel()
        self.name = name

    def press(self, pointer: Pointer, *, pan: bool = False) -> None:
        if self._active is None:
            self._pointer = pointer
            self._active = self._hand if pan else self._held
            self._active.press(self._easel, pointer)

    def move(self, pointer: Pointer) -> None:
        self._pointer = pointer
        if self._active is not None:
            self._active.move(self._easel, pointer)

    def release(self, pointer: Pointer) -> None:
        tool, self._active = self._active, None
        self._pointer = pointer
        if tool is not None:
            tool.release(self._easel, pointer)

    def leave(self) -> None:
        """The pointer is elsewhere."""
        self._pointer = None

    def cancel(self) -> None:
        """Undo what the button held down has done so far."""
        tool, self._active = self._active, None
        if tool is not None:
            tool.cancel(self._easel)

    def forget(self) -> None:
        """Another photograph."""
        self.cancel()
        for tool in self._tools.values():
            tool.forget()

    @property
    def _held(self) -> Tool:
        return self._hand if self.panning else self._tools[self.name]
