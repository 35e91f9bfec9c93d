"""Compiled distance fields: what the camera sees of the solids of a portrait.

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
Plane = NDArray[np.floating[Any]]
"""Single precision, unless a caller has better."""
Function = TypeVar("Function", bound=Callable[..., Any])

FAR = 1e9
OPTIONS = {"cache": True, "nogil": True, "fastmath": True, "error_model": "numpy"}


def compiled(function: Function) -> Function:
    """`function`, compiled on its first call and kept on disk."""
    return cast(Function, njit(**OPTIONS)(function))


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
    nx, ny, nz = 0.0, 0.0, 0.0
    for i in range(4):
        sx = 1.0 if i == 0 or i == 3 else -1.0
        sy = 1.0 if i >= 2 else -1.0
        sz = 1.0 if i % 2 else -1.0
        d, _ = field(solids, active, count, x + sx * eps, y + sy * eps, z + sz * eps)
        nx, ny, nz = nx + sx * d, ny + sy * d, nz + sz * d
    length = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
    return nx / length, ny / length, nz / length


@compiled
def find(
    solids: Array,
    active: NDArray[np.int64],
    count: int,
    x: float,
    y: float,
    start: float,
    stop: float,
    step: float,
) -> tuple[float, float, int]:
    """Go from z = start down to stop: the closest approach, where, and to which part.

    The approach is 0 for a hit, and for a ray that grazes until the steps run out.
    """
    z, closest, closest_z, closest_part = start, FAR, start, -1
    for _ in range(64):
        d, part = field(solids, active, count, x, y, z)
        if d < closest:
            closest, closest_z, closest_part = d, z, part
        if d < 0.25 * step and d < 0.004:
            return 0.0, z, part
        z -= max(0.92 * d, 0.3 * step)
        if z < stop:
            return max(closest, 0.0), closest_z, closest_part
    return 0.0, closest_z, closest_part


@compiled
def nearby(
    solids: Array, x: float, y: float, reach: float, active: NDArray[np.int64]
) -> tuple[int, float, float]:
    """The solids that rays within `reach` of (x, y) can meet: how many, from which z to which."""
    count = 0
    start, stop = -FAR, FAR
    for i in range(len(solids)):
        row = solids[i]
        if math.hypot(x - row[19], y - row[20]) < row[22] + row[2] + reach:
            active[count] = i
            count += 1
            if row[3] > 0.0:
                start = max(start, row[21] + row[22] + 0.05)
                stop = min(stop, row[21] - row[22])
    return count, start, stop


@compiled
def survey(
    solids: Array,
    left: float,
    top: float,
    step: float,
    depth: Plane,
    normal: Plane,
    part: NDArray[np.int8],
) -> None:
    """A rough look along -z at every place of a grid; near misses count.

    Args:
        solids: N×C rows.
        left: x of the first place; `top` its y; `step` from one to the next.
        top: see `left`.
        step: see `left`.
        depth: H×W, filled with z where something is met.
        normal: H×W×3, filled with the unit normal there.
        part: H×W, filled with the part there, -1 for a near miss.
    """
    active = np.empty(len(solids), np.int64)
    for r in range(depth.shape[0]):
        for c in range(depth.shape[1]):
            x, y = left + c * step, top + r * step
            count, start, stop = nearby(solids, x, y, 2.0 * step, active)
            if count == 0:
                continue
            gap, z, which = find(solids, active, count, x, y, start, stop, 0.25 * step)
            if gap > 2.0 * step:
                continue
            depth[r, c] = z
            if gap == 0.0:
                part[r, c] = which
                nx, ny, nz = slope(solids, active, count, x, y, z, 0.004)
                normal[r, c, 0], normal[r, c, 1], normal[r, c, 2] = nx, ny, nz


@compiled
def even(depth: Plane, normal: Plane, part: NDArray[np.int8], r: int, c: int, room: float) -> bool:
    """Whether the surface between four neighbours of the grid can be interpolated."""
    which = part[r, c]
    if which < 0:
        return False
    for i in range(1, 4):
        y, x = r + i // 2, c + i % 2
        if part[y, x] != which or abs(depth[y, x] - depth[r, c]) > room:
            return False
        dot = 0.0
        for k in range(3):
            dot += normal[y, x, k] * normal[r, c, k]
        if dot < 0.975:
            return False
    return True


@compiled
def trace(
    solids: Array,
    left: float,
    top: float,
    step: float,
    block: int,
    rough_depth: Plane,
    rough_normal: Plane,
    rough_part: NDArray[np.int8],
    depth: Plane,
    normal: Plane,
    part: NDArray[np.int8],
    gap: Plane,
) -> None:
    """Look along -z through every pixel and note what is met first.

    Args:
        solids: N×C rows.
        left: x of the first pixel's centre; `top` its y; `step` units per pixel.
        top: see `left`.
        step: see `left`.
        block: pixels from one place of the rough look to the next; place (1, 1) is pixel (0, 0).
        rough_depth: what `survey` found, with `rough_normal` and `rough_part`.
        rough_normal: see `rough_depth`.
        rough_part: see `rough_depth`.
        depth: H×W, filled with z of the hit, or of the closest approach of a ray that misses.
        normal: H×W×3, filled with the unit normal there.
        part: H×W, filled with the part there, -1 where nothing is near.
        gap: H×W, filled with the closest approach in pixels, 0 for a hit.
    """
    rows, cols = depth.shape
    active = np.empty(len(solids), np.int64)
    eps = max(0.4 * step, 0.003)
    for row in range(0, rows, block):
        for col in range(0, cols, block):
            br, bc = row // block + 1, col // block + 1
            first = -FAR
            for i in range(-1, 3):
                for j in range(-1, 3):
                    first = max(first, rough_depth[br + i, bc + j])
            if first <= -FAR:
                continue
            smooth = even(rough_depth, rough_normal, rough_part, br, bc, 2.0 * block * step)
            half = 0.5 * (block - 1) * step
            cx, cy = left + col * step + half, top + row * step + half
            count, start, stop = 0, 0.0, 0.0
            if not smooth:
                count, start, stop = nearby(solids, cx, cy, 1.5 * half + 2.0 * step, active)
                start = min(start, first + 0.12)
            for r in range(row, min(row + block, rows)):
                for c in range(col, min(col + block, cols)):
                    if smooth:
                        v, u = (r - row) / block, (c - col) / block
                        z, nx, ny, nz = 0.0, 0.0, 0.0, 0.0
                        for i in range(4):
                            y, x = br + i // 2, bc + i % 2
                            w = (v if i // 2 else 1.0 - v) * (u if i % 2 else 1.0 - u)
                            z += w * rough_depth[y, x]
                            nx += w * rough_normal[y, x, 0]
                            ny += w * rough_normal[y, x, 1]
                            nz += w * rough_normal[y, x, 2]
                        length = math.sqrt(nx * nx + ny * ny + nz * nz)
                        nx, ny, nz = nx / length, ny / length, nz / length
                        away, which = 0.0, int(rough_part[br, bc])
                    else:
                        px, py = left + c * step, top + r * step
                        away, z, which = find(solids, active, count, px, py, start, stop, step)
                        if away > step:
                            continue
                        nx, ny, nz = slope(solids, active, count, px, py, z, eps)
                    depth[r, c] = z
                    normal[r, c, 0], normal[r, c, 1], normal[r, c, 2] = nx, ny, nz
                    part[r, c] = which
                    gap[r, c] = away / step
