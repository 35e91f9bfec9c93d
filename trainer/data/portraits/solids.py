"""Solids that a portrait is modelled from: ellipsoids and tapered capsules, posed by a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Triple = tuple[float, float, float]


class Part(IntEnum):
    """What a solid is made of; painted and lit accordingly."""

    SKIN = 0
    HAIR = 1
    CLOTH = 2
    OVER = 3
    HAT = 4


@dataclass(frozen=True, eq=False)
class Frame:
    """A rotation and a shift: camera = rotation @ (point - pivot) + pivot + shift."""

    rotation: Array
    pivot: Array
    shift: Array

    def to_camera(self, points: Array) -> Array:
        """…×3 points of this frame in camera units."""
        return np.asarray((points - self.pivot) @ self.rotation.T + self.pivot + self.shift)

    def from_camera(self, points: Array) -> Array:
        """The inverse of `to_camera`."""
        return np.asarray((points - self.pivot - self.shift) @ self.rotation + self.pivot)

    def seen(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """`from_camera` for many points in single precision."""
        turn = self.rotation.astype(np.float32)
        back = self.pivot - (self.pivot + self.shift) @ self.rotation
        return np.asarray(points @ turn + back.astype(np.float32))

    def turn(self, vectors: Array) -> Array:
        """…×3 directions of this frame as the camera sees them."""
        return np.asarray(vectors @ self.rotation.T)


@dataclass(frozen=True)
class Solid:
    """An ellipsoid (`end` is None: centre, radii, tilt) or a capsule (from `at` to `end`).

    Attributes:
        part: what it is made of.
        at: centre, or where the capsule starts.
        radii: of an ellipsoid; of a capsule the first two: at its start and at its end.
        end: where the capsule ends.
        blend: how far it blends into the solids of its part before it; > 0.
        carve: taken away instead of added.
        roll: turn of an ellipsoid about z, radians.
        pitch: turn of an ellipsoid about x, radians.
    """

    part: Part
    at: Triple
    radii: Triple
    end: Triple | None = None
    blend: float = 0.1
    carve: bool = False
    roll: float = 0.0
    pitch: float = 0.0


def ball(part: Part, at: Triple, radii: Triple | float, **more: float | bool) -> Solid:
    """An ellipsoid; one number makes a sphere."""
    return replace(
        Solid(part, at, radii if isinstance(radii, tuple) else (radii,) * 3),
        **more,  # type: ignore[arg-type]
    )


def rod(
    part: Part, at: Triple, end: Triple, radii: tuple[float, float], blend: float = 0.1
) -> Solid:
    """A capsule with a radius at either end."""
    return Solid(part, at, (*radii, 0.0), end, blend)


def both(solid: Solid) -> list[Solid]:
    """A solid and its mirror image across x = 0."""
    x, y, z = solid.at
    end = None if solid.end is None else (-solid.end[0], *solid.end[1:])
    return [solid, replace(solid, at=(-x, y, z), end=end, roll=-solid.roll)]


def rotation(*, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Array:
    """Turn about y, then x, then z; radians."""
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(a), np.sin(a)) for a in (yaw, pitch, roll))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y)


def table(solids: Sequence[Solid], frame: Frame) -> Array:
    """The rows that `solid_kernels` reads.

    Columns: kind, part, blend, sign, point (3), then matrix over radii (9) and 1 / radii (3) of an
    ellipsoid, or axis (3), squared length and two radii of a capsule; then the bounding sphere.
    """
    return np.array([_row(solid, frame) for solid in solids]).reshape(-1, 23)


def stacked(*tables: Array) -> Array:
    """Tables of several frames as one, sorted by part (in order of mention within a part)."""
    rows = np.concatenate(tables)
    return np.ascontiguousarray(rows[np.argsort(rows[:, 1], kind="stable")])


def _row(solid: Solid, frame: Frame) -> Array:
    row = np.zeros(23)
    at = frame.to_camera(np.array(solid.at))
    row[:7] = [solid.end is not None, solid.part, solid.blend, -1 if solid.carve else 1, *at]
    if solid.end is None:
        radii = np.array(solid.radii)
        turn = frame.rotation @ rotation(pitch=solid.pitch, roll=solid.roll)
        row[7:16] = (turn.T / radii[:, None]).ravel()
        row[16:19] = 1.0 / radii
        row[19:23] = [*at, radii.max()]
        return row
    end = frame.to_camera(np.array(solid.end))
    axis = end - at
    row[7:13] = [*axis, axis @ axis + 1e-12, *solid.radii[:2]]
    row[19:23] = [*(at + end) / 2, np.linalg.norm(axis) / 2 + max(solid.radii[:2])]
    return row
