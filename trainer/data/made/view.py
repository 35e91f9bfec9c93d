"""Where the camera looks: drawings live in units, one of which is about half a subject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trainer.data.made.noise import F32

Field = Callable[[F32, F32], F32]
"""Maps rows and columns, in units, to a signed distance in units, negative inside."""


@dataclass(frozen=True)
class View:
    """A frame of pixels laid over the drawing.

    Attributes:
        size: height and width in pixels.
        scale: pixels a unit.
        centre: (row, col) in units of the frame's middle.
    """

    size: tuple[int, int]
    scale: float
    centre: tuple[float, float] = (0.0, 0.0)

    def grid(self) -> tuple[F32, F32]:
        """Rows and columns of all pixels, in units."""
        height, width = self.size
        rows = (np.arange(height, dtype=np.float32) - (height - 1) / 2) / self.scale
        cols = (np.arange(width, dtype=np.float32) - (width - 1) / 2) / self.scale
        y, x = np.meshgrid(rows + self.centre[0], cols + self.centre[1], indexing="ij")
        return y.astype(np.float32), x.astype(np.float32)

    def pixels(self, points: F32) -> F32:
        """Units to pixels; (row, col) on the last axis."""
        middle = np.array([(n - 1) / 2 for n in self.size], np.float32)
        return (points - np.array(self.centre, np.float32)) * np.float32(self.scale) + middle

    def distance(self, field: Field) -> F32:
        """A field's distance in pixels, with the slope made one at every pixel."""
        values = field(*self.grid()) * np.float32(self.scale)
        down, right = np.gradient(values)
        slope = np.clip(np.sqrt(down**2 + right**2), 0.25, 4)
        return (values / slope).astype(np.float32)


def cover(distance: F32, *, softness: float = 1.0) -> F32:
    """Coverage from a distance in pixels; `softness` is the edge's width in pixels."""
    return np.clip(0.5 - distance / softness, 0, 1).astype(np.float32)


def look_at(
    field: Field, size: tuple[int, int], rng: np.random.Generator, *, closest: float = 4.0
) -> View:
    """A view of the whole subject or, more often, of a piece of its border."""
    whole = min(size) / 2.3
    if rng.random() < 0.3:
        near = rng.uniform(0.8, 1.15)
        return View(size, whole * near, (rng.uniform(-0.15, 0.15), rng.uniform(-0.2, 0.2)))
    zoom = float(np.exp(rng.uniform(np.log(1.2), np.log(closest))))
    return View(size, whole * zoom, _border_point(field, rng))


def _border_point(field: Field, rng: np.random.Generator) -> tuple[float, float]:
    axis = np.linspace(-1.1, 1.1, 56, dtype=np.float32)
    y, x = np.meshgrid(axis, axis, indexing="ij")
    inside = field(y, x) < 0
    border = inside & ~(
        np.roll(inside, 1, 0)
        & np.roll(inside, -1, 0)
        & np.roll(inside, 1, 1)
        & np.roll(inside, -1, 1)
    )
    rows, cols = np.nonzero(border)
    if not rows.size:
        return 0.0, 0.0
    k = int(rng.integers(rows.size))
    return float(axis[rows[k]]), float(axis[cols[k]])
