"""Compiled drawing: tapered, depth-tested curves over premultiplied layers, and cast shadows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trainer.data.portraits.solid_kernels import Plane, compiled


@compiled
def draw_curves(
    points: Plane,
    widths: Plane,
    colours: Plane,
    opacity: Plane,
    order: NDArray[np.int64],
    depth: Plane,
    slack: float,
    colour: Plane,
    alpha: Plane,
) -> None:
    """Draw polylines one over the other, thinner than a pixel as a fraction of it.

    Args:
        points: N×K×3 float32 (row, col, z); rows and columns in pixels.
        widths: N×K float32 in pixels.
        colours: N×K×3 float32, straight.
        opacity: N×K float32 in [0, 1].
        order: which curve comes first (the farthest).
        depth: H×W float32, z of what stands in the way; -inf where nothing does.
        slack: how far behind `depth` a curve fades out.
        colour: H×W×3 float32 premultiplied, changed in place.
        alpha: H×W float32, changed in place.
    """
    rows, cols = alpha.shape
    for n in order:
        for k in range(points.shape[1] - 1):
            r0, c0, z0 = points[n, k, 0], points[n, k, 1], points[n, k, 2]
            dr, dc, dz = (
                points[n, k + 1, 0] - r0,
                points[n, k + 1, 1] - c0,
                points[n, k + 1, 2] - z0,
            )
            square = dr * dr + dc * dc
            if square < 1e-12:
                continue
            w0, dw = widths[n, k], widths[n, k + 1] - widths[n, k]
            reach = 0.5 * max(w0, w0 + dw, 1.0) + 0.5
            top, bottom = math.floor(min(r0, r0 + dr) - reach), int(max(r0, r0 + dr) + reach)
            left, right = math.floor(min(c0, c0 + dc) - reach), int(max(c0, c0 + dc) + reach)
            last = k == points.shape[1] - 2
            for r in range(max(top, 0), min(bottom + 1, rows)):
                for c in range(max(left, 0), min(right + 1, cols)):
                    y, x = r + 0.5 - r0, c + 0.5 - c0
                    t = (y * dr + x * dc) / square
                    if t < 0.0 or t > 1.0 or (t == 1.0 and not last):
                        continue
                    away = math.sqrt((y - t * dr) ** 2 + (x - t * dc) ** 2)
                    w = w0 + t * dw
                    thick = max(w, 1.0)
                    cover = min(1.0, 0.5 * thick + 0.5 - away)
                    if cover <= 0.0 or w <= 0.0:
                        continue
                    behind = depth[r, c] - (z0 + t * dz)
                    if behind > slack:
                        continue
                    if behind > 0.0:
                        cover *= 1.0 - behind / slack
                    a = cover * (w / thick)
                    a *= opacity[n, k] + t * (opacity[n, k + 1] - opacity[n, k])
                    for i in range(3):
                        v = colours[n, k, i] + t * (colours[n, k + 1, i] - colours[n, k, i])
                        colour[r, c, i] = a * v + (1.0 - a) * colour[r, c, i]
                    alpha[r, c] = a + (1.0 - a) * alpha[r, c]


@compiled
def smooth_curves(points: Plane, parts: int) -> Plane:
    """Catmull–Rom curves through N×K×3 points, `parts` steps for each: N×((K-1)·parts+1)×3."""
    count, given = points.shape[0], points.shape[1]
    fine = np.empty((count, (given - 1) * parts + 1, 3), np.float32)
    for n in range(count):
        for k in range(given - 1):
            for i in range(3):
                b, c = points[n, k, i], points[n, k + 1, i]
                a = points[n, k - 1, i] if k > 0 else 2 * b - c
                d = points[n, k + 2, i] if k + 2 < given else 2 * c - b
                for j in range(parts):
                    t = j / parts
                    bend = (2 * a - 5 * b + 4 * c - d) + (3 * b - a - 3 * c + d) * t
                    fine[n, k * parts + j, i] = 0.5 * (2 * b + (c - a) * t + bend * t * t)
        for i in range(3):
            fine[n, (given - 1) * parts, i] = points[n, given - 1, i]
    return fine


@compiled
def light_curves(
    points: Plane, normals: Plane, albedo: Plane, lit: Plane, rays: Plane, gloss: float
) -> Plane:
    """Colours of curves far thinner than what they lie on (Kajiya and Kay 1989).

    Args:
        points: N×K×3; `normals` of the form beneath them, unit.
        normals: see `points`.
        albedo: N×K×3 linear RGB.
        lit: N×K, 0 in the key's shadow, 1 in its light.
        rays: 7×3: key direction, half vector, rim direction; key, sky, ground and rim colours.
        gloss: strength of the highlight.

    Returns:
        N×K×3 linear RGB.
    """
    count, given = lit.shape
    colours = np.empty((count, given, 3), np.float32)
    for n in range(count):
        for k in range(given):
            before, after = max(k - 1, 0), min(k + 1, given - 1)
            tx = points[n, after, 0] - points[n, before, 0]
            ty = points[n, after, 1] - points[n, before, 1]
            tz = points[n, after, 2] - points[n, before, 2]
            length = math.sqrt(tx * tx + ty * ty + tz * tz) + 1e-9
            tx, ty, tz = tx / length, ty / length, tz / length
            nx, ny, nz = normals[n, k, 0], normals[n, k, 1], normals[n, k, 2]
            facing = nx * rays[0, 0] + ny * rays[0, 1] + nz * rays[0, 2]
            facing = min(1.0, max(0.0, (facing + 0.35) / 1.35))
            along = tx * rays[0, 0] + ty * rays[0, 1] + tz * rays[0, 2]
            across = math.sqrt(max(0.0, 1.0 - along * along))
            diffuse = (0.75 * facing + across * (0.075 + 0.175 * facing)) * lit[n, k]
            to_half = tx * rays[1, 0] + ty * rays[1, 1] + tz * rays[1, 2]
            shine = max(0.0, 1.0 - to_half * to_half) ** 30 * facing * lit[n, k] * gloss
            rim = nx * rays[2, 0] + ny * rays[2, 1] + nz * rays[2, 2]
            rim = 2.0 * min(1.0, max(0.0, rim + 0.3)) * max(0.0, 1.1 - nz) ** 2
            above = 0.5 - 0.5 * ny
            for i in range(3):
                ambient = rays[5, i] + (rays[4, i] - rays[5, i]) * above
                light = diffuse * rays[3, i] + ambient + rim * rays[6, i]
                sheen = 0.8 * math.sqrt(max(albedo[n, k, i], 0.0)) + 0.1
                colours[n, k, i] = albedo[n, k, i] * light + sheen * shine * rays[3, i]
    return colours


@compiled
def cast_shadows(depth: Plane, light: Plane, step: float, reach: float, soft: float) -> Plane:
    """How much of a light reaches each pixel of a height field.

    Args:
        depth: H×W float32, z towards the viewer; -inf where there is nothing.
        light: unit vector to the light (x, y, z).
        step: units per pixel.
        reach: longest shadow in units.
        soft: height by which a blocker must rise above the ray to block it fully.

    Returns:
        H×W float32 in [0, 1], 1 in full light.
    """
    rows, cols = depth.shape
    lit = np.ones((rows, cols), np.float32)
    flat = math.sqrt(light[0] ** 2 + light[1] ** 2) + 1e-6
    rise = light[2] / flat
    ux, uy = light[0] / flat, light[1] / flat
    steps = int(reach / step)
    for r in range(rows):
        for c in range(cols):
            z = depth[r, c]
            if z < -1e6:
                continue
            blocked = 0.0
            for i in range(2, steps):
                y, x = int(r + uy * i + 0.5), int(c + ux * i + 0.5)
                if y < 0 or x < 0 or y >= rows or x >= cols:
                    break
                over = depth[y, x] - z - rise * i * step - 0.02
                if 0.0 < over < 0.9:
                    blocked = max(blocked, over / (soft * (0.3 + i * step)))
                    if blocked >= 1.0:
                        break
            lit[r, c] = 1.0 - min(1.0, blocked)
    return lit
