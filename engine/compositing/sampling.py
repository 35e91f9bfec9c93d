"""Linear interpolation whose result at a pixel depends on the pixel's place alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Pixels, Rect, Rgb, to_float


@dataclass(frozen=True)
class Axis:
    """How one direction of a frame maps to one of a picture.

    Attributes:
        samples: how many the picture has.
        scale: the picture's samples to one pixel of the frame.
        start: the frame's pixel at which the picture begins; may lie between two.
        length: how many of the frame's pixels the picture covers.
    """

    samples: int
    scale: float
    start: float
    length: int

    @classmethod
    def stretched(cls, samples: int, length: int, *, start: float = 0) -> Axis:
        """A picture's `samples` over `length` pixels of a frame from `start` on."""
        return cls(samples, samples / length, start, length)

    def inside(self, first: int, stop: int) -> NDArray[np.bool_]:
        """Which of the frame's pixels `first` to `stop` the picture covers."""
        place = np.arange(first, stop)
        return (place >= self.start) & (place < self.start + self.length)

    def neighbours(
        self, first: int, stop: int
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
        """The two samples around each of the frame's pixels, and the second one's weight."""
        place = (np.arange(first, stop) - self.start + 0.5) * self.scale - 0.5
        place = np.clip(place, 0, self.samples - 1)
        before = place.astype(np.intp)
        after = np.minimum(before + 1, self.samples - 1)
        return before, after, (place - before).astype(np.float32)


def sample(picture: Pixels, rect: Rect, *, rows: Axis, cols: Axis) -> Rgb:
    """A rectangle of a frame that shows `picture`, as h×w×3 float32 in [0, 1]."""
    return _sampled(picture, rect, rows, cols, to_float)


def sample_values(
    picture: NDArray[np.float32], rect: Rect, *, rows: Axis, cols: Axis
) -> NDArray[np.float32]:
    """As `sample`, for values of any size: H×W×C in, h×w×C out."""
    return _sampled(picture, rect, rows, cols, np.asarray)


def _sampled(
    picture: Pixels,
    rect: Rect,
    rows: Axis,
    cols: Axis,
    as_values: Callable[[Pixels], NDArray[np.float32]],
) -> NDArray[np.float32]:
    before, after, weight = rows.neighbours(rect.top, rect.bottom)
    first, last = int(before[0]), int(after[-1]) + 1
    part = as_values(picture[first:last])
    lines = _mixed(part[before - first], part[after - first], weight[:, None, None])
    before, after, weight = cols.neighbours(rect.left, rect.right)
    return _mixed(lines[:, before], lines[:, after], weight[None, :, None])


def _mixed(one: Rgb, other: Rgb, weight: NDArray[np.float32]) -> Rgb:
    other -= one
    other *= weight
    other += one
    return other
