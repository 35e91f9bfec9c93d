"""What the camera sees of the solids, pixel by pixel, before anything is painted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.data.portraits.solid_kernels import COARSER, Plane, trace
from trainer.data.portraits.solids import Array

NEAR, FAR = 3.0, -3.0


@dataclass(frozen=True)
class Camera:
    """A parallel view along -z.

    Attributes:
        rows: height in pixels.
        cols: width in pixels.
        step: units per pixel.
        middle: x and y in units that the frame's middle looks at.
    """

    rows: int
    cols: int
    step: float
    middle: tuple[float, float]

    @property
    def corner(self) -> tuple[float, float]:
        """x and y of the first pixel's centre."""
        half = 0.5 * self.step
        return (
            self.middle[0] - self.cols * half + half,
            self.middle[1] - self.rows * half + half,
        )

    def places(self, depth: Plane) -> Array:
        """H×W×3 camera coordinates of what is at each pixel, with `depth` as z."""
        x = self.corner[0] + self.step * np.arange(self.cols)
        y = self.corner[1] + self.step * np.arange(self.rows)
        return np.stack([*np.meshgrid(x, y), depth.astype(np.float64)], axis=-1)

    def pixels(self, points: Array) -> Plane:
        """…×3 camera coordinates as (row, col, z); whole numbers are the pixels' corners."""
        left, top = self.corner
        row = (points[..., 1] - top) / self.step + 0.5
        col = (points[..., 0] - left) / self.step + 0.5
        return np.stack([row, col, points[..., 2]], axis=-1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class View:
    """What is met at each pixel.

    Attributes:
        depth: H×W float32 z, -inf where there is nothing.
        normal: H×W×3 float32 unit vectors, or 0.
        part: H×W int8, -1 where there is nothing.
        cover: H×W float32 in [0, 1], how much of the pixel is covered.
    """

    depth: Plane
    normal: Plane
    part: NDArray[np.int8]
    cover: Plane


def look(camera: Camera, solids: Array) -> View:
    """Trace the solids: roughly first, then from just before what was found."""
    rough = Camera(
        -(-camera.rows // COARSER) + 2,
        -(-camera.cols // COARSER) + 2,
        camera.step * COARSER,
        camera.middle,
    )
    left, top = camera.corner
    inset = (1.5 - COARSER) * camera.step
    starts = np.full((rough.rows // COARSER + 1, rough.cols // COARSER + 1), NEAR, np.float32)
    first = _trace(rough, (left + inset, top + inset), solids, starts, precise=False)
    grown = _grown(first.depth)
    return _trace(camera, (left, top), solids, grown, precise=True)


def _grown(depth: Plane) -> Plane:
    """The nearest of 3×3 blocks, a little nearer still; without the rough look's border."""
    windows = np.lib.stride_tricks.sliding_window_view(depth, (3, 3))
    return np.asarray(windows.max(axis=(2, 3)) + 0.12, np.float32)


def _trace(
    camera: Camera, corner: tuple[float, float], solids: Array, starts: Plane, *, precise: bool
) -> View:
    shape = (camera.rows, camera.cols)
    depth, gap = np.full(shape, -np.inf, np.float32), np.full(shape, 9.0, np.float32)
    normal, part = np.zeros((*shape, 3), np.float32), np.full(shape, -1, np.int8)
    trace(
        solids, *shape, *corner, camera.step, NEAR, FAR, starts, precise, depth, normal, part, gap
    )
    return View(depth, normal, part, np.clip(1.0 - gap, 0.0, 1.0))
