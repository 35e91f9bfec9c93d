"""The fill tool: a click labels an area of like colour, or one that strokes enclose."""

from __future__ import annotations

from typing import cast

from matteapp.canvas.strokes import OPPOSITE
from matteapp.tools.brush import BrushOptions
from matteapp.tools.tool import CursorName, Easel, Kind, Pointer


class Fill:
    """Fills with the label of the brush that was used last; with Alt, the opposite."""

    cursor: CursorName = "cross"

    def __init__(self, options: BrushOptions) -> None:
        self._options = options
        self._pressed = False

    def radius(self, pointer: Pointer) -> float | None:
        return None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._pressed = True

    def move(self, easel: Easel, pointer: Pointer) -> None:
        pass

    def release(self, easel: Easel, pointer: Pointer) -> None:
        if not self._pressed:
            return
        self._pressed = False
        label = int(self._options.chosen("label"))
        easel.mark_at(
            (pointer.row, pointer.col),
            kind=cast(Kind, self._options.chosen("fills")),
            tolerance=self._options.number("tolerance") / 100,
            label=OPPOSITE[label] if pointer.alt else label,
        )

    def cancel(self, easel: Easel) -> None:
        self._pressed = False

    def forget(self) -> None:
        self._pressed = False
