"""What a tool is, and what it may do with the canvas it works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from engine.imaging.types import Rect
from matteapp.canvas.hud import Line
from matteapp.canvas.spans import Dab

CursorName = Literal["brush", "cross", "hand", "zoom"]


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
    def zoom_by(self, notches: float, at: tuple[float, float]) -> None: ...
    def show_box(self, rect: Rect | None) -> None: ...
    def end_box(self, rect: Rect) -> None: ...
    def click(self, row: float, col: float) -> None: ...
    def show_line(self, line: Line | None) -> None: ...
    def divide(self, line: Line) -> None: ...


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
