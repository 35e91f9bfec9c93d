"""Light: a key, a sky, sometimes a rim; shadows and crevices from the height field of the view."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from trainer.data.portraits.camera import Camera, View
from trainer.data.portraits.curve_kernels import cast_shadows
from trainer.data.portraits.solid_kernels import Plane
from trainer.data.portraits.traits import PortraitTraits

SHADOW_SIDE = 144
"""Short side in pixels of the height field that shadows are found on: they are soft anyway."""


@dataclass(frozen=True, eq=False)
class Light:
    """Directions point to the light (x, y, z); colours are linear RGB.

    Attributes:
        key: unit vector; `key_colour` its light; `sharpness` 0–1 of its shadows.
        key_colour: see `key`.
        sharpness: see `key`.
        sky: from above and in front; `ground` from below.
        ground: see `sky`.
        rim: unit vector; `rim_colour` its light.
        rim_colour: see `rim`.
    """

    key: Plane
    key_colour: Plane
    sharpness: float
    sky: Plane
    ground: Plane
    rim: Plane
    rim_colour: Plane


@dataclass(frozen=True, eq=False)
class Surface:
    """What light falls on; all …×3 or … float32, linear.

    Attributes:
        albedo: …×3 in [0, 1].
        normal: …×3 unit vectors.
        gloss: … strength of the highlight.
        tight: how small the highlight is (exponent).
        wrap: how far light creeps around the edge into shadow, per channel.
    """

    albedo: Plane
    normal: Plane
    gloss: Plane | float
    tight: float
    wrap: tuple[float, float, float]


def light_of(traits: PortraitTraits) -> Light:
    """The light that the traits ask for."""
    side, rise = traits.light_side, 0.12 + 0.75 * traits.light_height
    key = _unit(np.sin(side) * np.cos(rise), -np.sin(rise), np.cos(side) * np.cos(rise))
    warm = np.array([1.0 + 0.12 * traits.light_warmth, 1.0, 1.0 - 0.16 * traits.light_warmth])
    strength = traits.exposure * (0.62 + 0.4 * traits.hardness)
    ambient = traits.exposure * (0.46 - 0.22 * traits.hardness)
    rim = _unit(-0.85 * np.sign(side), -0.35, -0.45)
    return Light(
        key,
        (strength * warm).astype(np.float32),
        0.25 + 0.75 * traits.hardness,
        (ambient * np.array([0.95, 1.0, 1.08])).astype(np.float32),
        (0.55 * ambient * np.array([1.08, 1.0, 0.9])).astype(np.float32),
        rim,
        (0.9 * traits.rim * (2.0 - warm)).astype(np.float32),
    )


def shade(surface: Surface, light: Light, lit: Plane, open_: Plane, outer: Plane) -> Plane:
    """Linear colours of a surface under the light.

    Args:
        surface: what is lit.
        light: what lights it.
        lit: … float32 in [0, 1], 0 in the key's shadow.
        open_: … float32 in [0, 1], 0 deep in a crevice.
        outer: … float32 in [0, 1], 1 at the outline: the rim light comes from behind.
    """
    n = surface.normal
    facing = n @ light.key
    shadow, crevice = lit[..., None], open_[..., None]
    wrap = np.array(surface.wrap, np.float32)
    diffuse = np.clip((facing[..., None] + wrap) / (1.0 + wrap), 0.0, None) ** 1.2 * shadow
    above = (0.5 - 0.5 * n[..., 1])[..., None]
    ambient = (light.ground + (light.sky - light.ground) * above) * crevice
    half = _unit(*(light.key + np.array([0.0, 0.0, 1.0])))
    shine = np.clip(n @ half, 0.0, 1.0) ** surface.tight * lit * surface.gloss
    edge = (
        np.clip(1.0 - n[..., 2], 0.0, 1.0) ** 2 * np.clip(n @ light.rim + 0.25, 0.0, None) * outer
    )
    return np.asarray(
        surface.albedo * (diffuse * light.key_colour + ambient + edge[..., None] * light.rim_colour)
        + shine[..., None] * light.key_colour,
        np.float32,
    )


def shadows(camera: Camera, view: View, light: Light) -> tuple[Plane, Plane, Plane]:
    """How lit by the key, how open to the sky, how near the outline; H×W float32 in [0, 1]."""
    factor = min(1.0, SHADOW_SIDE / min(camera.rows, camera.cols))
    small = (max(1, round(camera.cols * factor)), max(1, round(camera.rows * factor)))
    step = camera.step * camera.rows / small[1]
    depth = np.maximum(view.depth, np.float32(-1e9))
    depth = cv2.resize(depth, small, interpolation=cv2.INTER_NEAREST)
    depth[depth < -1e8] = -np.inf
    lit = cast_shadows(depth, light.key, step, 1.3, 0.5 - 0.35 * light.sharpness)
    lit = cv2.GaussianBlur(lit, (0, 0), (0.045 - 0.03 * light.sharpness) / step)
    open_ = np.clip(1.0 - 1.1 * _sunk(depth, 0.08 / step) - 0.6 * _sunk(depth, 0.3 / step), 0.15, 1)
    there = np.isfinite(depth).astype(np.float32)
    outer = np.clip(2.5 * (1.0 - cv2.GaussianBlur(there, (0, 0), 0.07 / step)), 0.0, 1.0)
    full = (camera.cols, camera.rows)
    planes = np.dstack([lit, open_, outer]).astype(np.float32)
    enlarged = cv2.resize(planes, full, interpolation=cv2.INTER_LINEAR)
    return enlarged[..., 0], enlarged[..., 1], enlarged[..., 2]


def encode(linear: Plane) -> Plane:
    """Linear light to sRGB values, with a soft shoulder so that highlights don't clip."""
    bright = np.maximum(linear, 0.0)
    bright = np.where(bright > 0.7, 0.7 + 0.3 * np.tanh((bright - 0.7) / 0.5), bright)
    return np.where(
        bright < 0.0031308, 12.92 * bright, 1.055 * np.maximum(bright, 1e-6) ** (1 / 2.4) - 0.055
    ).astype(np.float32)


def decode(encoded: tuple[float, float, float]) -> Plane:
    """An sRGB colour as linear light."""
    values = np.array(encoded, np.float32)
    return np.where(values < 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def _sunk(depth: Plane, sigma: float) -> Plane:
    """How far each pixel lies below the mean of its neighbourhood, in units."""
    there = np.isfinite(depth)
    filled = np.where(there, depth, 0.0).astype(np.float32)
    weight = cv2.GaussianBlur(there.astype(np.float32), (0, 0), sigma) + 1e-4
    mean = cv2.GaussianBlur(filled, (0, 0), sigma) / weight
    return np.asarray(np.clip(mean - filled, 0.0, 0.6) * there, np.float32)


def _unit(x: float, y: float, z: float) -> Plane:
    vector = np.array([x, y, z], np.float64)
    return (vector / np.linalg.norm(vector)).astype(np.float32)
