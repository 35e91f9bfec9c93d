"""Compiled walks over distance fields: single rays, and strands that flow over the solids."""

from __future__ import annotations

import math

import numpy as np

from trainer.data.portraits.solid_kernels import Array, compiled, field, slope


@compiled
def meet(solids: Array, starts: Array, directions: Array, longest: float) -> Array:
    """How far along its unit direction each ray meets a solid; infinite where it doesn't.

    Args:
        solids: N×C rows.
        starts: M×3.
        directions: M×3 unit vectors.
        longest: where to give up.
    """
    active = np.arange(len(solids))
    reached = np.full(len(starts), np.inf)
    for i in range(len(starts)):
        t = 0.0
        for _ in range(60):
            x = starts[i, 0] + t * directions[i, 0]
            y = starts[i, 1] + t * directions[i, 1]
            z = starts[i, 2] + t * directions[i, 2]
            d, _part = field(solids, active, len(active), x, y, z)
            if d < 0.003:
                reached[i] = t
                break
            t += max(0.9 * d, 0.002)
            if t > longest:
                break
    return reached


@compiled
def flow(
    solids: Array,
    roots: Array,
    wish: Array,
    tie: Array,
    towards_tie: float,
    lengths: Array,
    lift: Array,
    cling: float,
    points: int,
) -> tuple[Array, Array]:
    """Let strands run over the solids from their roots.

    Args:
        solids: what they may not enter.
        roots: N×3.
        wish: N×3, the direction each would take in free air.
        tie: point that they are pulled to, with the strength `towards_tie` in 0–1.
        towards_tie: see `tie`.
        lengths: N, in units.
        lift: N×2, distance kept from the surface at root and tip.
        cling: 0–1, how firmly a strand in the air falls back to the surface.
        points: points per strand.

    Returns:
        paths: N×points×3, and the surface normals there.
    """
    active = np.arange(len(solids))
    count = len(active)
    path = np.empty((len(roots), points, 3))
    normals = np.empty((len(roots), points, 3))
    for i in range(len(roots)):
        x, y, z = roots[i, 0], roots[i, 1], roots[i, 2]
        pace = lengths[i] / (points - 1)
        for j in range(points):
            t = j / (points - 1)
            d, _part = field(solids, active, count, x, y, z)
            nx, ny, nz = slope(solids, active, count, x, y, z, 0.01)
            off = lift[i, 0] + (lift[i, 1] - lift[i, 0]) * t * t
            push = (off - d) * (1.0 if d < off else cling)
            x, y, z = x + nx * push, y + ny * push, z + nz * push
            path[i, j, 0], path[i, j, 1], path[i, j, 2] = x, y, z
            normals[i, j, 0], normals[i, j, 1], normals[i, j, 2] = nx, ny, nz
            gx, gy, gz = tie[0] - x, tie[1] - y, tie[2] - z
            g = towards_tie / (math.sqrt(gx * gx + gy * gy + gz * gz) + 1e-9)
            free = 1.0 - towards_tie
            vx, vy, vz = (
                free * wish[i, 0] + g * gx,
                free * wish[i, 1] + g * gy,
                free * wish[i, 2] + g * gz,
            )
            inward = vx * nx + vy * ny + vz * nz
            if inward < 0.0 or d < off + 0.05:
                inward *= max(0.0, 1.0 - max(0.0, d - off) / 0.15)
                vx, vy, vz = vx - inward * nx, vy - inward * ny, vz - inward * nz
            v = pace / (math.sqrt(vx * vx + vy * vy + vz * vz) + 1e-9)
            x, y, z = x + v * vx, y + v * vy, z + v * vz
    return path, normals
