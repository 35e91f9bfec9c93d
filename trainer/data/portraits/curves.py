"""Thin things as tapered curves: strands of hair, lashes, spectacles, straps, cords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.data.portraits.camera import Camera
from trainer.data.portraits.curve_kernels import draw_curves, light_curves, smooth_curves
from trainer.data.portraits.light import Light
from trainer.data.portraits.solid_kernels import Plane
from trainer.data.portraits.solids import Array

SMOOTH = 3
"""Points that `smooth` makes of each stretch between two."""


@dataclass(frozen=True, eq=False)
class Curves:
    """N curves of K points.

    Attributes:
        points: N×K×3 in some frame.
        normals: N×K×3 of the surface beneath, unit, same frame; zero where there is none.
        widths: N×K in units.
        albedo: N×K×3 linear RGB.
        opacity: N×K in [0, 1].
        gloss: strength of the highlight along the curve.
    """

    points: Array
    normals: Array
    widths: Array
    albedo: Array
    opacity: Array
    gloss: float = 0.0


def tubes(lines: Sequence[tuple[Array, float, Plane]]) -> Curves:
    """Opaque tubes through points (K×3), with a radius and a linear colour each."""
    count = 33
    ways = [_resampled(way, count) for way, _, _ in lines]
    points = np.stack(ways) if ways else np.zeros((0, count, 3))
    normals = np.zeros_like(points)
    normals[..., 2] = 1.0
    widths = np.array([np.full(count, 2.0 * radius) for _, radius, _ in lines]).reshape(-1, count)
    albedo = np.array([np.tile(tone, (count, 1)) for _, _, tone in lines]).reshape(-1, count, 3)
    return Curves(points, normals, widths, albedo, np.ones_like(widths))


def smooth(points: Array) -> Array:
    """A smooth curve through N×K×3 points: N×((K-1)·SMOOTH+1)×3."""
    return np.asarray(smooth_curves(np.ascontiguousarray(points, np.float32), SMOOTH), np.float64)


def shaded(curves: Curves, light: Light, lit: Array) -> Plane:
    """Linear colours of camera-frame curves: the form beneath them, and a shine across them.

    Args:
        curves: N×K.
        light: what lights them.
        lit: N×K, 0 in shadow, 1 in full light.
    """
    half = light.key + np.array([0.0, 0.0, 1.0])
    rays = np.stack(
        [light.key, half / np.linalg.norm(half), light.rim, light.key_colour, light.sky,
         light.ground, light.rim_colour]
    )  # fmt: skip
    return light_curves(
        np.ascontiguousarray(curves.points, np.float32),
        np.ascontiguousarray(curves.normals, np.float32),
        np.ascontiguousarray(curves.albedo, np.float32),
        np.ascontiguousarray(lit, np.float32),
        rays.astype(np.float32),
        curves.gloss,
    )


def draw(
    curves: Curves, colours: Plane, camera: Camera, depth: Plane, colour: Plane, alpha: Plane
) -> None:
    """Draw camera-frame curves, the farthest first, onto premultiplied layers in place."""
    if not len(curves.points):
        return
    order = np.argsort(curves.points[..., 2].mean(axis=1), kind="stable")
    draw_curves(
        np.ascontiguousarray(camera.pixels(curves.points)),
        np.ascontiguousarray(curves.widths / camera.step, np.float32),
        colours,
        np.ascontiguousarray(curves.opacity, np.float32),
        order,
        depth,
        0.05,
        colour,
        alpha,
    )


def _resampled(way: Array, count: int) -> Array:
    fine = smooth(smooth(way[None]))[0]
    at = np.linspace(0.0, len(fine) - 1.0, count)
    return np.stack([np.interp(at, np.arange(len(fine)), fine[:, i]) for i in range(3)], axis=1)
