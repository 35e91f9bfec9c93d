"""Signed distances that silhouettes are put together from; units, negative inside."""

from __future__ import annotations

import numpy as np

from trainer.data.made.noise import F32
from trainer.data.made.view import Field

Point = tuple[float, float]
"""(row, col) in units."""


def ellipse(centre: Point, radii: Point, *, turn: float = 0.0) -> Field:
    """An ellipse with `radii` (rows, cols), turned by `turn` radians."""
    c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))

    def field(y: F32, x: F32) -> F32:
        dy, dx = y - centre[0], x - centre[1]
        v, u = (c * dy - s * dx) / radii[0], (s * dy + c * dx) / radii[1]
        reach = np.sqrt(u * u + v * v)
        slope = np.sqrt((u / radii[1]) ** 2 + (v / radii[0]) ** 2)
        return (reach * (reach - 1) / np.maximum(slope, 1e-4)).astype(np.float32)

    return field


def limb(start: Point, end: Point, thick: float, thin: float) -> Field:
    """A capsule that narrows from `thick` to `thin` (radii)."""
    rows, cols = end[0] - start[0], end[1] - start[1]
    square = max(rows * rows + cols * cols, 1e-6)

    def field(y: F32, x: F32) -> F32:
        dy, dx = y - start[0], x - start[1]
        t = np.clip((dy * rows + dx * cols) / square, 0, 1)
        away = np.hypot(dy - t * rows, dx - t * cols) - (thick + t * (thin - thick))
        return away.astype(np.float32)

    return field


def chain(points: list[Point], radii: list[float], *, blend: float = 0.03) -> Field:
    """Limbs end to end, such as an arm or a tail."""
    pieces = [
        limb(points[k], points[k + 1], radii[k], radii[k + 1]) for k in range(len(points) - 1)
    ]
    return union(*pieces, blend=blend)


def box(centre: Point, half: Point, *, round_: float = 0.02, turn: float = 0.0) -> Field:
    """A rectangle of half sizes `half` (rows, cols) with rounded corners."""
    c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))

    def field(y: F32, x: F32) -> F32:
        dy, dx = y - centre[0], x - centre[1]
        v = np.abs(c * dy - s * dx) - half[0] + round_
        u = np.abs(s * dy + c * dx) - half[1] + round_
        outside = np.hypot(np.maximum(v, 0), np.maximum(u, 0))
        return (outside + np.minimum(np.maximum(u, v), 0) - round_).astype(np.float32)

    return field


def polar(centre: Point, radii: F32, *, turn: float = 0.0) -> Field:
    """A star-shaped outline: radii at equal angles, joined smoothly."""
    count = len(radii)
    closed = np.concatenate([radii, radii[:1]])

    def field(y: F32, x: F32) -> F32:
        dy, dx = y - centre[0], x - centre[1]
        at = ((np.arctan2(dy, dx) - turn) / (2 * np.pi)) % 1.0 * count
        left = np.minimum(at.astype(np.int64), count - 1)
        t = at - left
        t = t * t * (3 - 2 * t)
        return np.hypot(dy, dx) - (closed[left] * (1 - t) + closed[left + 1] * t)

    return field


def union(*fields: Field, blend: float = 0.0) -> Field:
    """Everything inside any of `fields`; joints are rounded over `blend` units."""

    def field(y: F32, x: F32) -> F32:
        total = fields[0](y, x)
        for other in fields[1:]:
            value = other(y, x)
            if blend > 0:
                near = np.maximum(blend - np.abs(total - value), 0) / blend
                total = np.minimum(total, value) - near * near * (blend / 4)
            else:
                total = np.minimum(total, value)
        return total

    return field


def cut(whole: Field, *holes: Field) -> Field:
    """`whole` without `holes`."""

    def field(y: F32, x: F32) -> F32:
        total = whole(y, x)
        for hole in holes:
            total = np.maximum(total, -hole(y, x))
        return total

    return field


def common(one: Field, other: Field) -> Field:
    """What lies inside both."""

    def field(y: F32, x: F32) -> F32:
        return np.maximum(one(y, x), other(y, x))

    return field


def warped(
    inner: Field, rng: np.random.Generator, *, amount: float, waves: int = 5, finest: float = 0.25
) -> Field:
    """`inner` bent by a few random waves; the same in every view.

    Args:
        inner: what is bent.
        rng: where the waves come from.
        amount: how far, units.
        waves: how many.
        finest: the shortest wavelength, units.
    """
    wavelength = np.exp(rng.uniform(np.log(finest), np.log(1.6), waves))
    angle = rng.uniform(0, 2 * np.pi, waves)
    phase = rng.uniform(0, 2 * np.pi, (waves, 2))
    power = amount * wavelength / wavelength.sum() * 1.6

    def field(y: F32, x: F32) -> F32:
        rows, cols = y, x
        for k in range(waves):
            at = (np.sin(angle[k]) * y + np.cos(angle[k]) * x) * (2 * np.pi / wavelength[k])
            at = at.astype(np.float32)
            rows = rows + np.float32(power[k]) * np.sin(at + np.float32(phase[k, 0]))
            cols = cols + np.float32(power[k]) * np.sin(at + np.float32(phase[k, 1]))
        return inner(rows, cols)

    return field
