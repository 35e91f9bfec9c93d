"""Which tool gets what the mouse or the pen does."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt

from matteapp.canvas.events import CURSORS
from matteapp.tools.brush import Brush, BrushOptions
from matteapp.tools.hand import Hand
from matteapp.tools.table import LABELS, TOOLS
from matteapp.tools.tool import Easel, Lingering, Pointer, Tool


@dataclass(frozen=True)
class Preview:
    """What the brush would paint where the pointer is.

    Attributes:
        pointer: where it is.
        radius: in pixels of the photograph.
        core: share of the radius that is painted firmly.
        label: what it would paint.
    """

    pointer: Pointer
    radius: float
    core: float
    label: int


class Gestures:
    """The tool in hand; the middle button and the space bar lend the hand tool.

    Args:
        easel: the canvas that tools work on.
        options: of the brushes.
    """

    def __init__(self, easel: Easel, options: BrushOptions) -> None:
        self._easel = easel
        self._options = options
        self._tools: dict[str, Tool] = {name: row.make(options) for name, row in TOOLS.items()}
        self._hand = Hand()
        self._active: Tool | None = None
        self._pointer: Pointer | None = None
        self.name = "foreground"
        self.panning = False

    @property
    def active(self) -> bool:
        """Whether a button is down, or a tool has something begun."""
        return self._active is not None or self._lingering is not None

    @property
    def pending(self) -> bool:
        """Whether a tool has something begun while no button is down."""
        return self._active is None and self._lingering is not None

    @property
    def cursor(self) -> Qt.CursorShape:
        if self._active is self._hand:
            return Qt.CursorShape.ClosedHandCursor
        return CURSORS[self._held.cursor]

    @property
    def ring(self) -> Preview | None:
        """What the brush would paint; None if the tool is no brush."""
        if self._pointer is None or self._active is self._hand or self.panning:
            return None
        held, pointer = self._held, self._pointer
        if not isinstance(held, Brush):
            return None
        radius = held.radius(pointer) or 0.0
        return Preview(pointer, radius, held.core(pointer), held.shown_label(pointer))

    def take(self, name: str) -> None:
        """Another tool of the table."""
        self.cancel()
        self.name = name
        label = LABELS.get(name)
        if label is not None:
            self._options.choose("label", label)

    def press(self, pointer: Pointer, *, pan: bool = False) -> None:
        if self._active is None:
            self._pointer = pointer
            self._active = self._hand if pan else self._held
            self._active.press(self._easel, pointer)

    def move(self, pointer: Pointer) -> None:
        self._pointer = pointer
        if self._active is not None:
            self._active.move(self._easel, pointer)
        elif self._lingering is not None:
            self._lingering.hover(self._easel, pointer)

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
        if self._lingering is not None:
            self._tools[self.name].cancel(self._easel)

    def finish(self) -> None:
        """End what a tool has begun: Enter or a double click."""
        if self._lingering is not None:
            self._lingering.finish(self._easel)

    def step_back(self) -> None:
        """Take back the last place of what a tool has begun."""
        if self._lingering is not None:
            self._lingering.step_back(self._easel)

    def forget(self) -> None:
        """Another photograph."""
        self.cancel()
        for tool in self._tools.values():
            tool.forget()

    @property
    def _lingering(self) -> Lingering | None:
        """The chosen tool, if it has something begun."""
        tool = self._tools[self.name]
        return tool if isinstance(tool, Lingering) and tool.pending else None

    @property
    def _held(self) -> Tool:
        return self._hand if self.panning else self._tools[self.name]
