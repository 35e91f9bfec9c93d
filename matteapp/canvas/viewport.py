"""Where the photograph lies in the widget: plain numbers, no Qt.

Everything is in device pixels, so a scale of 1 puts one image pixel on one pixel of the screen
whatever the screen's ratio. The image's origin lies on a whole device pixel: that keeps 100 %
exact and lets a pan move what is already drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from engine.imaging.types import Rect

MAX_SCALE = 32.0
STEPS_PER_OCTAVE = 4
KEPT_IN_SIGHT = 32


class Box(NamedTuple):
    """Device pixels x0 to x1, y0 to y1 of the widget, half-open."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def empty(self) -> bool:
        return self.x1 <= self.x0 or self.y1 <= self.y0

    def intersected(self, other: Box) -> Box:
        return Box(
            max(self.x0, other.x0),
            max(self.y0, other.y0),
            min(self.x1, other.x1),
            min(self.y1, other.y1),
        )

    def united(self, other: Box) -> Box:
        if self.empty:
            return other
        if other.empty:
            return self
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )


NOWHERE = Box(0, 0, 0, 0)


@dataclass(frozen=True)
class Viewport:
    """The mapping between image and device pixels.

    Attributes:
        image: (height, width) of the photograph.
        view: (height, width) of the widget in device pixels.
        scale: device pixels an image pixel.
        x: device column of the image's left edge.
        y: device row of the image's top edge.
        ratio: device pixels a logical one; lines over the picture are so many times as thick.
    """

    image: tuple[int, int]
    view: tuple[int, int]
    scale: float = 1.0
    x: int = 0
    y: int = 0
    ratio: float = 1.0

    @property
    def box(self) -> Box:
        """All of the widget."""
        return Box(0, 0, self.view[1], self.view[0])

    @property
    def middle(self) -> tuple[float, float]:
        """(x, y) of the widget's middle."""
        return self.view[1] / 2, self.view[0] / 2

    @property
    def fit_scale(self) -> float:
        """The scale at which all of the photograph just fits."""
        return min(
            max(1, self.view[0]) / self.image[0], max(1, self.view[1]) / self.image[1], MAX_SCALE
        )

    @property
    def min_scale(self) -> float:
        return min(self.fit_scale / 4, 1.0)

    def fitted(self) -> Viewport:
        """The whole photograph, in the middle; never enlarged."""
        return self.centred(min(self.fit_scale, 1.0))

    def centred(self, scale: float) -> Viewport:
        x = round((self.view[1] - self.image[1] * scale) / 2)
        y = round((self.view[0] - self.image[0] * scale) / 2)
        return replace(self, scale=scale, x=x, y=y)

    def resized(self, view: tuple[int, int], *, ratio: float) -> Viewport:
        """Another widget size or screen, with the same image point in the middle."""
        x = self.x + (view[1] - self.view[1]) // 2
        y = self.y + (view[0] - self.view[0]) // 2
        return replace(self, view=view, x=x, y=y, ratio=ratio)

    def panned(self, across: float, down: float) -> Viewport:
        """Moved by device pixels; a part of the photograph stays in sight."""
        moved = replace(self, x=round(self.x + across), y=round(self.y + down))
        return moved._in_sight()

    def zoomed(self, scale: float, at: tuple[float, float]) -> Viewport:
        """Another scale; the image point below the device point `at` (x, y) stays there."""
        scale = min(max(scale, self.min_scale), MAX_SCALE)
        row, col = self.to_image(*at)
        x, y = round(at[0] - col * scale), round(at[1] - row * scale)
        moved = replace(self, scale=scale, x=x, y=y)
        over_it = 0 <= row < self.image[0] and 0 <= col < self.image[1]
        return moved if over_it else moved._in_sight()

    def stepped(self, notches: float) -> float:
        """The scale some wheel notches away; whole notches land on 100 % and its halves."""
        steps = math.log2(self.scale) * STEPS_PER_OCTAVE + notches
        nearest = round(steps)
        if abs(notches) >= 1 or abs(steps - nearest) < 0.02:
            steps = nearest
        return float(min(max(2 ** (steps / STEPS_PER_OCTAVE), self.min_scale), MAX_SCALE))

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """(row, col) of a device point, fractions included."""
        return (y - self.y) / self.scale, (x - self.x) / self.scale

    def to_device(self, row: float, col: float) -> tuple[float, float]:
        """(x, y) in device pixels of an image point."""
        return self.x + col * self.scale, self.y + row * self.scale

    def box_of(self, rect: Rect) -> Box:
        """Device pixels that show any of an image rectangle, clipped to the widget."""
        x0, y0 = self.to_device(rect.top, rect.left)
        x1, y1 = self.to_device(rect.bottom, rect.right)
        whole = Box(math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1))
        return whole.intersected(self.box)

    def rect_of(self, box: Box) -> Rect:
        """Image pixels shown in a device box, clipped to the photograph."""
        top, left = self.to_image(box.x0, box.y0)
        bottom, right = self.to_image(box.x1, box.y1)
        whole = Rect(math.floor(top), math.floor(left), math.ceil(bottom), math.ceil(right))
        return whole.intersected(Rect.whole(self.image))

    def _in_sight(self) -> Viewport:
        x = _kept(self.x, self.image[1] * self.scale, self.view[1])
        y = _kept(self.y, self.image[0] * self.scale, self.view[0])
        return replace(self, x=x, y=y)


def _kept(origin: int, length: float, view: int) -> int:
    margin = min(KEPT_IN_SIGHT, math.floor(length), view)
    return min(max(origin, margin - math.floor(length)), view - margin)
