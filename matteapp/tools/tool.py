"""What a tool is, and what it may do with the canvas it works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from engine.imaging.types import Rect
from matteapp.canvas.hud import Line
from matteapp.canvas.spans import Dab

CursorName = Literal["brush", "cross", "hand", "zoom", "dropper"]
Place = tuple[float, float]
"""(row, col) in pixels of the photograph."""
Kind = Literal["alike", "enclosed"]
"""What an area is that is pointed at: of like colour, or enclosed by strokes."""


@dataclass(frozen=True)
class Pointer:
    """Where the mouse or pen is, and what is held.

    Attributes:
        row, col: in pixels of the photograph, with fractions; may lie outside.
        x, y: in device pixels of the canvas.
        pressure: of a pen, 0 to 1; None for a mouse.
        shift, alt: the keys held.
        eraser: the pen is turned round.
    """

    row: float
    col: float
    x: float
    y: float
    pressure: float | None = None
    shift: bool = False
    alt: bool = False
    eraser: bool = False


class Easel(Protocol):
    """The canvas, as tools see it."""

    def begin_stroke(self, label: int, *, hardness: float) -> None: ...
    def sweep(self, start: Dab, end: Dab) -> None: ...
    def end_stroke(self) -> None: ...
    def drop_stroke(self) -> None: ...
    def pan(self, across: float, down: float) -> None: ...
    def move_behind(self, rows: float, cols: float, *, ends: bool) -> None:
        """Move the picture behind the subject, by pixels of the photograph since the press."""

    def zoom_by(self, notches: float, at: tuple[float, float]) -> None: ...
    def show_box(self, rect: Rect | None) -> None: ...
    def end_box(self, rect: Rect) -> None: ...
    def click(self, row: float, col: float) -> None: ...
    def show_line(self, line: Line | None) -> None: ...
    def divide(self, line: Line) -> None: ...
    def grow(self, start: Dab, end: Dab, *, reach: float, tolerance: float) -> None:
        """Let the stroke in progress grow around where the brush just went."""

    def show_path(self, places: Sequence[Place], *, label: int) -> None:
        """Show a line that is being drawn around something; none without places."""

    def mark_inside(self, places: Sequence[Place], *, label: int) -> None:
        """Label what a closed line encloses."""

    def mark_at(self, place: Place, *, kind: Kind, tolerance: float, label: int) -> None:
        """Label the area that a place belongs to."""

    def pick(self, place: Place, *, side: int, target: str, ends: bool) -> None:
        """Take the colour of a square of pixels; shown alone until `ends`."""

    def drop_pick(self) -> None:
        """No colour is wanted."""


class Tool(Protocol):
    """Works on the canvas between a press and a release."""

    @property
    def cursor(self) -> CursorName: ...
    def radius(self, pointer: Pointer) -> float | None:
        """Radius of the ring that shows the brush, in pixels of the photograph."""

    def press(self, easel: Easel, pointer: Pointer) -> None: ...
    def move(self, easel: Easel, pointer: Pointer) -> None: ...
    def release(self, easel: Easel, pointer: Pointer) -> None: ...
    def cancel(self, easel: Easel) -> None:
        """Leave everything as it was before the press."""

    def forget(self) -> None:
        """Another photograph: places remembered mean nothing any more."""


@runtime_checkable
class Lingering(Protocol):
    """A tool that goes on between a release and the next press."""

    @property
    def pending(self) -> bool:
        """Whether something is begun that Esc drops and Enter ends."""

    def hover(self, easel: Easel, pointer: Pointer) -> None:
        """The pointer moves without a button held."""

    def finish(self, easel: Easel) -> None:
        """Enter, or a double click."""

    def step_back(self, easel: Easel) -> None:
        """Backspace: the last place is not wanted."""
