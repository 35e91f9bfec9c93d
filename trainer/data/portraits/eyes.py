"""Eyes and brows, painted on the face: lids, lashes, white, iris, pupil, highlight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.data.portraits.hair_colour import hair_tone
from trainer.data.portraits.head import eye_place
from trainer.data.portraits.solid_kernels import Plane
from trainer.data.portraits.texture import bell, lattice, mix, noise, step_between
from trainer.data.portraits.traits import PortraitTraits

IRIS = np.array(
    [(0.055, 0.022, 0.010), (0.13, 0.065, 0.02), (0.12, 0.13, 0.06), (0.16, 0.25, 0.32)]
)
"""Linear RGB: brown, hazel, green, blue-grey; evenly spaced in `iris`."""
WHITE = np.array([0.62, 0.57, 0.55], np.float32)


@dataclass(frozen=True, eq=False)
class Eyes:
    """Both eyes over the face's pixels.

    Attributes:
        albedo: …×3 linear RGB of the face with the eyes in it.
        open: … 0–1, where the eyeball shows between the lids.
        bulge: …×3 normal of the eyeball there, head frame.
        spark: … 0–1, the reflection of the light.
    """

    albedo: Plane
    open: Plane
    bulge: Plane
    spark: Plane


def around_eyes(place: Plane) -> NDArray[np.bool_]:
    """Which places of the head frame eyes and brows can be at; …."""
    x, y, z = place[..., 0], place[..., 1], place[..., 2]
    return np.asarray((z > 0.05) & (np.abs(x) < 0.7) & (y > -0.55) & (y < 0.3))


def paint_eyes(
    traits: PortraitTraits, albedo: Plane, place: Plane, footprint: float, light: Plane
) -> Eyes:
    """Paint eyes and brows.

    Args:
        traits: whose eyes.
        albedo: …×3 linear RGB of the skin.
        place: …×3 head frame.
        footprint: units per pixel.
        light: unit vector to the key light in the head frame.
    """
    front = step_between(0.1, 0.35, place[..., 2])
    shown, spark, bulge = np.zeros_like(front), np.zeros_like(front), np.zeros_like(albedo)
    for side in (-1.0, 1.0):
        albedo, inside, shine, normal = _one(traits, albedo, place, footprint, light, front, side)
        shown, spark = shown + inside, spark + shine
        bulge = bulge + normal * inside[..., None]
    return Eyes(_brows(traits, albedo, place, front), np.clip(shown, 0, 1), bulge, spark)


def lid_edges(traits: PortraitTraits, u: Plane) -> tuple[Plane, Plane]:
    """Upper and lower edge of the opening at u (inner corner -1, outer 1), in half eye widths."""
    arc = np.clip(1.0 - u * u, 0.0, 1.0)
    squint = 1.0 - 0.18 * max(0.0, traits.smile)
    upper = -0.52 * traits.eye_open * arc**0.72 * (1.0 - 0.1 * u)
    return upper - traits.eye_tilt * u, 0.30 * squint * arc * (1.0 + 0.12 * u) - traits.eye_tilt * u


def brow_line(traits: PortraitTraits, u: Plane) -> tuple[Plane, Plane]:
    """Middle and half thickness of the brow at u, in half eye widths."""
    arch = 0.1 + 0.22 * traits.brow_arch
    middle = -1.42 - arch * (1.0 - ((u - 0.35) / 1.35) ** 2) - 0.5 * traits.eye_tilt * u
    thick = 0.17 * traits.brows * np.clip(1.0 - np.clip((u - 0.1) / 1.5, 0, 1) ** 2, 0.0, 1.0)
    return middle, np.asarray(thick, np.float32)


def _one(
    traits: PortraitTraits,
    albedo: Plane,
    place: Plane,
    footprint: float,
    light: Plane,
    front: Plane,
    side: float,
) -> tuple[Plane, Plane, Plane, Plane]:
    at, half = eye_place(traits)
    u, v = (place[..., 0] * side - at) / half, place[..., 1] / half
    soft = max(0.03, 0.7 * footprint / half)
    upper, lower = lid_edges(traits, u)
    inside = step_between(-soft, soft, v - upper) * step_between(-soft, soft, lower - v)
    inside = inside * step_between(-1.0 - soft, -1.0 + 2 * soft, -np.abs(u)) * front
    near = bell(u, 1.2) * front
    albedo = _lids(traits, albedo, u, v, upper, lower, near, footprint / half)
    ball, spark = _ball(traits, u, v, upper, side, soft, light)
    normal = np.stack([0.55 * u * side, 0.55 * v, np.full_like(u, 0.9)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return mix(albedo, ball, inside), inside, spark * inside, normal


def _lids(
    traits: PortraitTraits,
    albedo: Plane,
    u: Plane,
    v: Plane,
    upper: Plane,
    lower: Plane,
    near: Plane,
    pixel: float,
) -> Plane:
    sharp = min(1.0, 0.16 / pixel)
    within = (np.abs(u) < 1.12) * near
    crease = bell(v - (upper - 0.26), max(0.075, pixel)) * bell(u, 0.95)
    bag = bell(v - (lower + 0.42), 0.13) * bell(u, 0.8) * (0.3 + traits.age)
    rim = bell(v - lower, max(0.05, 0.7 * pixel)) * (np.abs(u) < 1.02)
    lash = bell(v - upper + 0.02, np.maximum(0.06 + 0.035 * u, 0.75 * pixel)) * within * sharp
    shadow = bell(v - upper + 0.16, 0.2) * within
    albedo = albedo * (1.0 - near * (0.42 * crease + 0.16 * bag + 0.3 * rim))[..., None]
    tint = np.array([0.20, 0.28, 0.26], np.float32)
    albedo = albedo * (1.0 - shadow[..., None] * tint)
    strength = 0.75 + 0.2 * (traits.build < 0.5)
    return mix(albedo, np.array([0.012, 0.009, 0.008], np.float32), strength * lash)


def _ball(
    traits: PortraitTraits, u: Plane, v: Plane, upper: Plane, side: float, soft: float, light: Plane
) -> tuple[Plane, Plane]:
    iu, iv = 0.3 * traits.gaze[0] * side, 0.12 * traits.gaze[1] - 0.1
    away = np.hypot(u - iu, v - iv)
    angle = np.arctan2(v - iv, u - iu)
    spokes = noise(lattice(traits.detail(5)), 9 * angle + 100, 3 * away)
    at = traits.iris * (len(IRIS) - 1)
    tone = np.array([np.interp(at, np.arange(len(IRIS)), IRIS[:, c]) for c in range(3)])
    lighter = 0.75 + 0.8 * bell(away - 0.22, 0.1) * (v > iv - 0.1) + 0.28 * spokes
    iris = (tone * lighter[..., None] * (1.0 - 0.75 * bell(away - 0.42, 0.06))[..., None]).astype(
        np.float32
    )
    edge = max(0.035, 0.8 * soft)
    iris = mix(iris, np.full(3, 0.004, np.float32), step_between(-0.17 - edge, -0.17 + edge, -away))
    round_ = 1.0 - 0.45 * np.clip(np.abs(u), 0, 1) ** 3
    pink = bell(u + 1.0, 0.2)[..., None] * np.array([0.0, 0.35, 0.3], np.float32)
    white = (WHITE * round_[..., None] * (1.0 - pink)).astype(np.float32)
    ball = mix(white, iris, step_between(-0.43 - edge, -0.43 + edge, -away))
    ball = ball * (1.0 - 0.6 * bell(v - upper, 0.26))[..., None]
    su, sv = iu + 0.2 * light[0] * side, iv - 0.06 + 0.18 * light[1]
    spark = step_between(-0.1 - edge, -0.1 + edge, -np.hypot(u - su, 0.85 * (v - sv)))
    return np.asarray(ball, np.float32), spark


def _brows(traits: PortraitTraits, albedo: Plane, place: Plane, front: Plane) -> Plane:
    at, half = eye_place(traits)
    u, v = (np.abs(place[..., 0]) - at) / half, place[..., 1] / half
    middle, thick = brow_line(traits, u)
    ends = step_between(-1.15, -0.75, u) * step_between(-1.5, -1.2, -u)
    body = step_between(-1.4, 0.2, 1.0 - np.abs(v - middle) / np.maximum(thick, 0.02)) * ends
    grain = 0.85 + 0.3 * noise(lattice(traits.detail(6)), 9 * u + 3 * v, 3 * v - 2 * u)
    dark = hair_tone(traits) * 0.5
    return mix(albedo, dark, np.clip(0.5 * body * grain * front, 0, 1).astype(np.float32))
