"""One stroke while it is drawn: a scratch plane of labels, and what is handed over at its end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import (
    NO_STROKE,
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    Rect,
    Strokes,
)
from matteapp.canvas.spans import Dab, Spans, swept

ERASE = 255
"""Label in a `Stroke` that takes earlier strokes away; 0 leaves a pixel as it was."""
RESTORE, REFINE = 254, 253
"""Labels of a `Stroke` that brings the automatic matte back, or has the matte solved there."""

OPPOSITE = {
    STROKE_FOREGROUND: STROKE_BACKGROUND,
    STROKE_BACKGROUND: STROKE_FOREGROUND,
    STROKE_UNKNOWN: ERASE,
    ERASE: STROKE_UNKNOWN,
    RESTORE: REFINE,
    REFINE: RESTORE,
}
"""What a brush paints while Alt is held."""

EMPTY = Rect(0, 0, 0, 0)
_WITH_RIM = (STROKE_FOREGROUND, STROKE_BACKGROUND)


@dataclass(frozen=True, eq=False)
class Stroke:
    """A finished stroke.

    Attributes:
        rect: the pixels of the document it covers.
        labels: H×W uint8 of `rect`: 0 untouched, 1 to 3 STROKE_*, ERASE, RESTORE or REFINE.
        label: what it was painted with; 0 takes the highest of its labels.
        title: what the history calls it; empty names it by its label.
    """

    rect: Rect
    labels: Strokes
    label: int = NO_STROKE
    title: str = ""


class Scratch:
    """Labels of the stroke in progress, as large as the photograph.

    A stroke is hard: each pixel gets a label or none. A brush softer than 1 paints its rim, from
    `hardness` × radius outwards, as STROKE_UNKNOWN, so that the matte is solved there; what the
    same stroke painted with its core stays.

    Args:
        size: (height, width) of the photograph.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.labels: Strokes = np.empty(size, np.uint8)
        # Filled rather than zeros(): the pages are touched now and not under the first stroke.
        self.labels.fill(NO_STROKE)
        self._label = NO_STROKE
        self._hardness = 1.0
        self._rect = EMPTY

    @property
    def active(self) -> bool:
        return self._label != NO_STROKE

    @property
    def label(self) -> int:
        """What the stroke in progress paints."""
        return self._label

    @property
    def rect(self) -> Rect:
        """What the stroke in progress has covered so far."""
        return self._rect

    def begin(self, label: int, *, hardness: float = 1.0) -> None:
        """Start a stroke of STROKE_* or ERASE; `hardness` is 0 to 1."""
        self.discard()
        self._label = label
        self._hardness = hardness if label in _WITH_RIM else 1.0

    def extend(self, start: Dab, end: Dab) -> Rect:
        """Sweep the brush from one dab to the next; returns the pixels that may have changed."""
        outer = swept(start, end, within=self._size)
        if self._hardness < 1.0 or self._softened(start, end):
            _fill_untouched(self.labels, outer, STROKE_UNKNOWN)
            core = swept(self._core(start), self._core(end), within=self._size)
            _fill(self.labels, core, self._label)
        else:
            _fill(self.labels, outer, self._label)
        changed = spans_bounds(outer)
        self._rect = self._rect.united(changed)
        return changed

    def finish(self) -> Stroke | None:
        """End the stroke and clear the plane; None if it covered nothing."""
        rect, labels, label = self._rect, self.labels[self._rect.slices].copy(), self._label
        self.discard()
        return None if rect.empty else Stroke(rect, labels, label)

    def fill(self, rect: Rect, where: NDArray[np.bool_], label: int) -> Rect:
        """Add pixels to the stroke that the brush did not touch; returns where they may be.

        Args:
            rect: inside the photograph.
            where: bool of the rectangle's size.
            label: what they get; the stroke's own label covers a rim of it, others do not.
        """
        pixels = self.labels[rect.slices]
        pixels[where if label == self._label else where & (pixels == NO_STROKE)] = label
        self._rect = self._rect.united(rect)
        return rect

    def discard(self) -> Rect:
        """Forget the stroke in progress; returns what it had covered."""
        rect = self._rect
        self.labels[rect.slices] = NO_STROKE
        self._label, self._rect = NO_STROKE, EMPTY
        return rect

    @property
    def _size(self) -> tuple[int, int]:
        return self.labels.shape[0], self.labels.shape[1]

    def _core(self, dab: Dab) -> Dab:
        return dab._replace(radius=dab.radius * self._hardness * dab.firmness)

    def _softened(self, *dabs: Dab) -> bool:
        """Whether a pen's light touch makes a rim."""
        return self._label in _WITH_RIM and any(dab.firmness < 1.0 for dab in dabs)


def _fill(labels: NDArray[np.uint8], spans: Spans, label: int) -> None:
    for row, left, right in _rows(spans):
        labels[row, left:right] = label


def _fill_untouched(labels: NDArray[np.uint8], spans: Spans, label: int) -> None:
    for row, left, right in _rows(spans):
        pixels = labels[row, left:right]
        pixels[pixels == NO_STROKE] = label


def _rows(spans: Spans) -> list[tuple[int, int, int]]:
    rows = range(spans.top, spans.top + len(spans.left))
    return [
        (row, left, right)
        for row, left, right in zip(rows, spans.left.tolist(), spans.right.tolist(), strict=True)
        if left < right
    ]


def spans_filled(where: NDArray[np.bool_], spans: Spans, *, top_left: tuple[int, int]) -> None:
    """Set the pixels of spans in a plane whose corner lies at (row, col) of the photograph."""
    top, left = top_left
    for row, start, end in _rows(spans):
        where[row - top, start - left : end - left] = True


def spans_bounds(spans: Spans) -> Rect:
    """The smallest rectangle around all pixels of spans."""
    filled = np.flatnonzero(spans.left < spans.right)
    if filled.size == 0:
        return EMPTY
    return Rect(
        spans.top + int(filled[0]),
        int(spans.left[filled].min()),
        spans.top + int(filled[-1]) + 1,
        int(spans.right[filled].max()),
    )
