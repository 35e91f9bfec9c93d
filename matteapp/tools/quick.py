"""The quick-select brush: what is painted grows over its own colours, up to the edges."""

from __future__ import annotations

from engine.imaging.types import STROKE_FOREGROUND
from matteapp.canvas.spans import Dab
from matteapp.tools.brush import Brush, BrushOptions
from matteapp.tools.tool import Easel, Pointer


class QuickSelect(Brush):
    """Selects what belongs to what it goes over; with Alt, takes it away."""

    def __init__(self, options: BrushOptions) -> None:
        super().__init__(STROKE_FOREGROUND, options)

    def core(self, pointer: Pointer) -> float:
        return 1.0

    def press(self, easel: Easel, pointer: Pointer) -> None:
        easel.begin_stroke(self._label(pointer), hardness=1.0)
        self._painting = True
        self._sweep(easel, self._dab(pointer), self._dab(pointer))

    def _dab(self, pointer: Pointer) -> Dab:
        return super()._dab(pointer)._replace(firmness=1.0)

    def _sweep(self, easel: Easel, start: Dab, end: Dab) -> None:
        super()._sweep(easel, start, end)
        reach = self.options.number("reach") / 100 * 2 * end.radius
        easel.grow(start, end, reach=reach, tolerance=self.options.number("likeness"))
