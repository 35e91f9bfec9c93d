"""The fill tool: a click labels an area of like colour, or one that strokes enclose."""

from __future__ import annotations

from typing import cast

from matteapp.canvas.strokes import OPPOSITE
from matteapp.tools.brush import BrushOptions
from matteapp.tools.drag import Drag
from matteapp.tools.tool import Easel, Kind, Pointer


class Fill(Drag):
    """Fills with the label of the brush that was used last; with Alt, the opposite."""

    def __init__(self, options: BrushOptions) -> None:
        super().__init__()
        self._options = options

    def show(self, easel: Easel, start: Pointer, end: Pointer) -> None:
        """Nothing: how far the area reaches is found when the pointer is released."""

    def hide(self, easel: Easel) -> None:
        """Nothing was shown."""

    def end(self, easel: Easel, start: Pointer, end: Pointer) -> None:
        label = int(self._options.chosen("label"))
        easel.mark_at(
            (end.row, end.col),
            kind=cast(Kind, self._options.chosen("fills")),
            tolerance=self._options.number("tolerance") / 100,
            label=OPPOSITE[label] if end.alt else label,
        )
