"""What tools paint on: the stroke in progress, and the one the view does not show yet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QRegion

from engine.imaging.types import Rect
from matteapp.canvas.screen import Screen
from matteapp.canvas.spans import Dab
from matteapp.canvas.strokes import Scratch, Stroke


class Board:
    """Draws strokes on the screen while they are made.

    Args:
        screen: where they are shown.
        update: paints a region again.
    """

    def __init__(self, screen: Screen, update: Callable[[QRegion], None]) -> None:
        self._screen = screen
        self._update = update
        self._scratch: Scratch | None = None
        self._held: Rect | None = None

    @property
    def held(self) -> Rect | None:
        """A finished stroke that stays in sight, None if there is none."""
        return self._held

    @property
    def label(self) -> int:
        """What the stroke in progress paints; 0 if there is none."""
        return 0 if self._scratch is None else self._scratch.label

    def start(self, size: tuple[int, int] | None) -> None:
        """Another photograph of (height, width), or none."""
        self._held = None
        self._scratch = None if size is None else Scratch(size)

    def begin(self, label: int, *, hardness: float) -> None:
        if self._scratch is not None:
            self._scratch.begin(label, hardness=hardness)

    def sweep(self, start: Dab, end: Dab) -> None:
        if self._scratch is not None and self._scratch.active:
            changed = self._scratch.extend(start, end)
            self._update(self._screen.show_stroke(self._scratch.labels, changed))

    def fill(self, rect: Rect, where: NDArray[np.bool_], label: int) -> None:
        """The stroke in progress has grown over some pixels of `rect`."""
        if self._scratch is not None and self._scratch.active:
            changed = self._scratch.fill(rect, where, label)
            self._update(self._screen.show_stroke(self._scratch.labels, changed))

    def finish(self) -> Stroke | None:
        """The stroke, if it covered anything; it stays in sight until `let_go`."""
        stroke = None if self._scratch is None else self._scratch.finish()
        if stroke is not None:
            self._held = stroke.rect if self._held is None else self._held.united(stroke.rect)
        return stroke

    def drop(self) -> None:
        """The stroke in progress is not wanted."""
        if self._scratch is not None:
            self._scratch.discard()
            self._update(self._screen.clear_stroke())

    def let_go(self) -> None:
        """The view shows the finished stroke by itself now."""
        self._held = None
        self._update(self._screen.clear_stroke())
        self.show_again()

    def show_again(self) -> None:
        """Show the stroke in progress after the screen was cleared or moved."""
        if self._scratch is not None and self._scratch.active:
            self._screen.show_stroke(self._scratch.labels, self._scratch.rect)
