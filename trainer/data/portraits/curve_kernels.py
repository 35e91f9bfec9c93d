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
            top, bottom = int(math.floor(min(r0, r0 + dr) - reach)), int(max(r0, r0 + dr) + reach)
            left, right = int(math.floor(min(c0, c0 + dc) - reach)), int(max(c0, c0 + dc) + reach)
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
