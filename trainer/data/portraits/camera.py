"""What the camera sees of the solids, pixel by pixel, before anything is painted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trainer.data.portraits.solid_kernels import Plane, survey, trace
from trainer.data.portraits.solids import Array

ROUGH_SIDE = 128
"""Short side of the rough look's grid."""


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

    def places(self, depth: Plane, where: NDArray[np.bool_]) -> Plane:
        """N×3 camera coordinates of what is at the N pixels `where`, with `depth` as z."""
        rows, cols = np.nonzero(where)
        left, top = self.corner
        return np.stack(
            [left + self.step * cols, top + self.step * rows, depth[where]], axis=-1
        ).astype(np.float32)

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
    """Trace the solids: roughly first, then pixel by pixel where that isn't smooth.

    The rough grid is about as fine at every size, so big pictures cost little more than small.
    """
    block = max(3, min(camera.rows, camera.cols) // ROUGH_SIDE)
    rough = _blank((-(-camera.rows // block) + 3, -(-camera.cols // block) + 3))
    wide = camera.step * block
    left, top = camera.corner
    survey(solids, left - wide, top - wide, wide, rough.depth, rough.normal, rough.part)
    view = _blank((camera.rows, camera.cols))
    trace(
        solids, left, top, camera.step, block, rough.depth, rough.normal, rough.part,
        view.depth, view.normal, view.part, view.cover,
    )  # fmt: skip
    return replace(view, cover=np.clip(1.0 - view.cover, 0.0, 1.0))


def _blank(shape: tuple[int, int]) -> View:
    """Nothing, far away; `cover` holds the gap in pixels until the tracing is done."""
    return View(
        np.full(shape, -np.inf, np.float32),
        np.zeros((*shape, 3), np.float32),
        np.full(shape, -1, np.int8),
        np.full(shape, 9.0, np.float32),
    )
