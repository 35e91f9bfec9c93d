"""Compiled distance fields: rays that meet the solids of a portrait, and hair that flows over them.

`solids` has one row per solid, sorted by part; `solids.py` names the columns. Everything is in
camera units: x to the right, y down, z towards the viewer. Solids of one part blend smoothly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Plane = NDArray[np.float32]
Function = TypeVar("Function", bound=Callable[..., Any])

FAR = 1e9
TILE = 16
COARSER = 4
"""A first, rough look is this much smaller; the second starts close to what it found."""


def compiled(function: Function) -> Function:
    """`function`, compiled on its first call and kept on disk."""
    return cast(Function, njit(cache=True, nogil=True, fastmath=True)(function))


@compiled
def field(
    solids: Array, active: NDArray[np.int64], count: int, x: float, y: float, z: float
) -> tuple[float, int]:
    """Signed distance from a point to the nearest of the active solids, and that one's part."""
    best = FAR
    best_part = -1
    part = -1
    d = FAR
    for j in range(count):
        row = solids[active[j]]
        if int(row[1]) != part:
            if d < best:
                best, best_part = d, part
            part, d = int(row[1]), FAR
        k = row[2]
        px, py, pz = x - row[19], y - row[20], z - row[21]
        room = row[22] + k + d if row[3] > 0.0 else row[22] + k - d
        if room < 0.0 or px * px + py * py + pz * pz > room * room:
            continue
        px, py, pz = x - row[4], y - row[5], z - row[6]
        if row[0] == 0.0:
            qx = row[7] * px + row[8] * py + row[9] * pz
            qy = row[10] * px + row[11] * py + row[12] * pz
            qz = row[13] * px + row[14] * py + row[15] * pz
            k0 = math.sqrt(qx * qx + qy * qy + qz * qz) + 1e-9
            qx, qy, qz = qx * row[16], qy * row[17], qz * row[18]
            k1 = math.sqrt(qx * qx + qy * qy + qz * qz) + 1e-9
            e = k0 * (k0 - 1.0) / k1
        else:
            t = (px * row[7] + py * row[8] + pz * row[9]) / row[10]
            t = min(1.0, max(0.0, t))
            px, py, pz = px - t * row[7], py - t * row[8], pz - t * row[9]
            e = math.sqrt(px * px + py * py + pz * pz) - (row[11] + t * (row[12] - row[11]))
        if row[3] > 0.0:
            h = max(k - abs(d - e), 0.0)
            d = min(d, e) - h * h * 0.25 / k
        elif d < FAR:
            h = max(k - abs(d + e), 0.0)
            d = max(d, -e) + h * h * 0.25 / k
    if d < best:
        best, best_part = d, part
    return best, best_part


@compiled
def slope(
    solids: Array, active: NDArray[np.int64], count: int, x: float, y: float, z: float, eps: float
) -> tuple[float, float, float]:
    """Unit vector along which the distance grows fastest (four taps on a tetrahedron)."""
    a, _ = field(solids, active, count, x + eps, y - eps, z - eps)
    b, _ = field(solids, active, count, x - eps, y - eps, z + eps)
    c, _ = field(solids, active, count, x - eps, y + eps, z - eps)
    d, _ = field(solids, active, count, x + eps, y + eps, z + eps)
    nx, ny, nz = a - b - c + d, -a - b + c + d, -a + b - c + d
    length = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
    return nx / length, ny / length, nz / length


@compiled
def trace(
    solids: Array,
    rows: int,
    cols: int,
    left: float,
    top: float,
    step: float,
    near: float,
    far: float,
    starts: Plane,
    precise: bool,
    depth: Plane,
    normal: Plane,
    part: NDArray[np.int8],
    gap: Plane,
) -> None:
    """Look along -z through every pixel and note what is met first.

    Args:
        solids: N×C rows.
        rows: height of the picture in pixels; `cols` its width.
        cols: see `rows`.
        left: x of the first pixel's centre; `top` its y; `step` units per pixel.
        top: see `left`.
        step: see `left`.
        near: z where rays start; `far` where they end.
        far: see `near`.
        starts: z where the rays of each block of 4×4 pixels start; at most `far` skips the block.
        precise: False for the rough look: no normals, and near misses count.
        depth: H×W, filled with z of the hit, or of the closest approach of a ray that misses.
        normal: H×W×3, filled with the unit normal there.
        part: H×W, filled with the part there, -1 where nothing is near.
        gap: H×W, filled with the closest approach in pixels, 0 for a hit.
    """
    active = np.empty(len(solids), np.int64)
    reach_out = 1.0 if precise else 2.0
    for tile_row in range(0, rows, TILE):
        for tile_col in range(0, cols, TILE):
            cx = left + (tile_col + TILE * 0.5) * step
            cy = top + (tile_row + TILE * 0.5) * step
            reach = TILE * 0.75 * step + 2.0 * step
            count = 0
            start, stop = far, near
            for i in range(len(solids)):
                row = solids[i]
                away = math.hypot(cx - row[19], cy - row[20])
                if away < row[22] + row[2] + reach:
                    active[count] = i
                    count += 1
                    if row[3] > 0.0:
                        start = max(start, row[21] + row[22] + 0.05)
                        stop = min(stop, row[21] - row[22])
            if count == 0 or start <= stop:
                continue
            start = min(start, near)
            stop = max(stop, far)
            for r in range(tile_row, min(tile_row + TILE, rows)):
                y = top + r * step
                for c in range(tile_col, min(tile_col + TILE, cols)):
                    x = left + c * step
                    z = min(start, starts[r // COARSER, c // COARSER])
                    if z <= stop:
                        continue
                    closest, closest_z, closest_part = FAR, z, -1
                    hit = False
                    for _ in range(60):
                        d, p = field(solids, active, count, x, y, z)
                        if d < closest:
                            closest, closest_z, closest_part = d, z, p
                        if d < 0.25 * step and d < 0.004:
                            hit = True
                            break
                        z -= max(0.9 * d, 0.1 * step)
                        if z < stop:
                            break
                    if not hit and closest > reach_out * step:
                        continue
                    depth[r, c] = closest_z
                    if not precise:
                        continue
                    eps = max(0.4 * step, 0.003)
                    nx, ny, nz = slope(solids, active, count, x, y, closest_z, eps)
                    normal[r, c, 0], normal[r, c, 1], normal[r, c, 2] = nx, ny, nz
                    part[r, c] = closest_part
                    gap[r, c] = 0.0 if hit else max(closest, 0.0) / step


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
