"""Brushes and the eraser: they differ in the label they paint."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from matteapp.canvas.spans import Dab
from matteapp.canvas.strokes import ERASE, OPPOSITE
from matteapp.tools.tool import CursorName, Easel, Pointer

MIN_SIZE, MAX_SIZE = 1.0, 4000.0
LIGHTEST = 0.15
"""Share of the size that the lightest touch of a pen paints with."""
SIZE_STEP = 1.15
HARDNESS_STEP = 0.1


class BrushOptions(QObject):
    """Size, hardness and pressure, shared by all brushes and the eraser.

    Signals:
        changed(): one of them has another value.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size = 40.0
        self._hardness = 1.0
        self._pressure = True

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
    """Paints a label while pressed.

    Shift paints a straight line from where the last stroke ended, Alt the opposite label, a pen
    turned round erases.

    Args:
        label: STROKE_* or ERASE.
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
        return Dab(pointer.row, pointer.col, self.radius(pointer) or 0.0)

    def _label(self, pointer: Pointer) -> int:
        if pointer.eraser:
            return ERASE
        return OPPOSITE[self.label] if pointer.alt else self.label
