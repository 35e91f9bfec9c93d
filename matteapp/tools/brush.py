"""Brushes and the eraser: they differ in the label they paint."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from engine.imaging.types import STROKE_BACKGROUND, STROKE_FOREGROUND
from matteapp.canvas.spans import Dab
from matteapp.canvas.strokes import ERASE, OPPOSITE
from matteapp.tools.options import OPTIONS, OptionValue
from matteapp.tools.tool import CursorName, Easel, Pointer

MIN_SIZE, MAX_SIZE = 1.0, 4000.0
LIGHTEST = 0.15
"""Share of the size that the lightest touch of a pen paints with."""
SOFTEST = 0.2
"""Share of the hardness that the lightest touch of a pen paints with."""
SIZE_STEP = 1.15
HARDNESS_STEP = 0.1


class BrushOptions(QObject):
    """What tools can be set to: size, hardness and pressure of all brushes, and `OPTIONS`.

    Signals:
        changed(): one of them has another value.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size = 40.0
        self._hardness = 1.0
        self._pressure = True
        self._softens = False
        self._chosen = {name: spec.default for name, spec in OPTIONS.items()}

    @property
    def size(self) -> float:
        """Diameter in pixels of the photograph."""
        return self._size

    @size.setter
    def size(self, size: float) -> None:
        self._set("_size", min(max(float(size), MIN_SIZE), MAX_SIZE))

    @property
    def hardness(self) -> float:
        """0 to 1: the share of the radius that is painted; the rim becomes unknown."""
        return self._hardness

    @hardness.setter
    def hardness(self, hardness: float) -> None:
        self._set("_hardness", round(min(max(float(hardness), 0.0), 1.0), 3))

    @property
    def pressure(self) -> bool:
        """Whether a pen's pressure scales the size."""
        return self._pressure

    @pressure.setter
    def pressure(self, pressure: bool) -> None:
        self._set("_pressure", bool(pressure))

    @property
    def softens(self) -> bool:
        """Whether a pen's light touch softens the brush: more of its rim becomes unknown."""
        return self._softens

    @softens.setter
    def softens(self, softens: bool) -> None:
        self._set("_softens", bool(softens))

    def chosen(self, name: str) -> OptionValue:
        """The value of a row of `OPTIONS`."""
        return self._chosen[name]

    def number(self, name: str) -> float:
        return float(self._chosen[name])

    def choose(self, name: str, value: OptionValue) -> None:
        """Set a row of `OPTIONS`."""
        if self._chosen[name] != value:
            self._chosen[name] = value
            self.changed.emit()

    def larger(self) -> None:
        self.size = max(self._size + 1, round(self._size * SIZE_STEP))

    def smaller(self) -> None:
        self.size = min(self._size - 1, round(self._size / SIZE_STEP))

    def harder(self) -> None:
        self.hardness = self._hardness + HARDNESS_STEP

    def softer(self) -> None:
        self.hardness = self._hardness - HARDNESS_STEP

    def _set(self, name: str, value: float | bool) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.changed.emit()


class Brush:
    """Paints a label while pressed; the base of all tools that sweep over pixels.

    Shift paints a straight line from where the last stroke ended, Alt the opposite label, a pen
    turned round erases.

    Args:
        label: STROKE_*, ERASE, RESTORE or REFINE.
        options: shared with the other brushes.
    """

    cursor: CursorName = "brush"

    def __init__(self, label: int, options: BrushOptions) -> None:
        self.label = label
        self.options = options
        self._last: Dab | None = None
        self._painting = False

    def radius(self, pointer: Pointer) -> float | None:
        options = self.options
        share = 1.0
        if options.pressure and pointer.pressure is not None:
            share = LIGHTEST + (1.0 - LIGHTEST) * pointer.pressure
        return options.size / 2 * share

    def core(self, pointer: Pointer) -> float:
        """Share of the radius that is painted firmly; 1 where there is no rim."""
        if self._label(pointer) not in (STROKE_FOREGROUND, STROKE_BACKGROUND):
            return 1.0
        return self.options.hardness * self._firmness(pointer)

    def shown_label(self, pointer: Pointer) -> int:
        """What it would paint there, with the keys that are held."""
        return self._label(pointer)

    def press(self, easel: Easel, pointer: Pointer) -> None:
        easel.begin_stroke(self._label(pointer), hardness=self.options.hardness)
        dab = self._dab(pointer)
        start = self._last if pointer.shift and self._last is not None else dab
        self._painting = True
        self._sweep(easel, start, dab)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if self._painting and self._last is not None:
            self._sweep(easel, self._last, self._dab(pointer))

    def release(self, easel: Easel, pointer: Pointer) -> None:
        # A pen is lifted with pressure 0: its last place is the last move's.
        if self._painting:
            self._painting = False
            easel.end_stroke()

    def cancel(self, easel: Easel) -> None:
        if self._painting:
            self._painting = False
            easel.drop_stroke()

    def forget(self) -> None:
        self._last = None

    def _sweep(self, easel: Easel, start: Dab, end: Dab) -> None:
        easel.sweep(start, end)
        self._last = end

    def _dab(self, pointer: Pointer) -> Dab:
        radius = self.radius(pointer) or 0.0
        return Dab(pointer.row, pointer.col, radius, self._firmness(pointer))

    def _firmness(self, pointer: Pointer) -> float:
        if not self.options.softens or pointer.pressure is None:
            return 1.0
        return SOFTEST + (1.0 - SOFTEST) * pointer.pressure

    def _label(self, pointer: Pointer) -> int:
        if pointer.eraser:
            return ERASE
        return OPPOSITE[self.label] if pointer.alt else self.label
