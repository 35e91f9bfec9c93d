"""What is painted on the skin: tone, blushes, freckles, wrinkles, lips, the shadow of a beard."""

from __future__ import annotations

import numpy as np

from trainer.data.portraits.head import eye_place, mouth_height
from trainer.data.portraits.light import decode
from trainer.data.portraits.solid_kernels import Plane
from trainer.data.portraits.texture import bell, lattice, mix, noise, step_between, turbulence
from trainer.data.portraits.traits import PortraitTraits

TONES = np.array(
    [(243, 211, 192), (228, 186, 158), (200, 156, 126), (154, 110, 84), (108, 74, 57), (66, 42, 32)]
)
"""sRGB from fair to deep, evenly spaced in `melanin`."""


def skin_tone(traits: PortraitTraits) -> Plane:
    """Linear RGB of clear skin."""
    at = traits.melanin * (len(TONES) - 1)
    tone = [np.interp(at, np.arange(len(TONES)), TONES[:, c]) / 255 for c in range(3)]
    linear = decode((tone[0], tone[1], tone[2]))
    return linear * np.array(
        [1.0, 1.0 + 0.04 * traits.warmth, 1.0 - 0.08 * traits.warmth], np.float32
    )


def lip_shapes(traits: PortraitTraits, x: Plane, y: Plane) -> tuple[Plane, Plane, Plane]:
    """Signed heights of the place over upper edge, line and lower edge of the mouth (y down)."""
    wide, full = 0.285 * traits.mouth_width * (1.0 + 0.12 * max(0.0, traits.smile)), traits.lips
    across = np.clip(np.abs(x) / wide, 0.0, 1.0)
    corner = -0.055 * traits.smile * across**2
    line = mouth_height(traits) + corner + 0.012 * bell(x, 0.035)
    arc = np.sqrt(1.0 - across**2)
    bow = 0.062 * full * arc * (1.0 - 0.25 * across) * (1.0 - 0.28 * bell(x, 0.035))
    below = 0.088 * full * arc**1.3
    return y - (line - bow), y - line, y - (line + below)


def beard_share(traits: PortraitTraits, x: Plane, y: Plane) -> Plane:
    """How bearded a place of the head frame may be, in [0, 1], whether a beard grows or not."""
    away = np.abs(x)
    mouth = mouth_height(traits)
    border = mouth + 0.10 - 0.62 * np.clip(away - 0.12, 0.0, None)
    cheeks = step_between(-0.06, 0.08, y - border)
    lip = bell(y - (mouth - 0.115), 0.055) * step_between(-0.34, -0.22, -away)
    upper, _, lower = lip_shapes(traits, x, y)
    bare = step_between(-0.03, 0.0, upper) * step_between(-0.02, 0.02, -lower)
    bare = bare * (away < 0.3)
    share = np.clip(cheeks + lip, 0.0, 1.0) * (1.0 - bare)
    if traits.beard == "goatee":
        share = share * step_between(-0.34, -0.24, -away)
    return np.asarray(share, np.float32)


def paint_skin(traits: PortraitTraits, place: Plane, footprint: float) -> tuple[Plane, Plane]:
    """Albedo and gloss of skin.

    Args:
        traits: whose skin.
        place: …×3 float32 (H×W or a crop), head frame.
        footprint: units per pixel; finer detail fades out.

    Returns:
        …×3 linear RGB; … strength of the highlight.
    """
    x, y, z = place[..., 0], place[..., 1], place[..., 2]
    front = step_between(0.05, 0.3, z)
    albedo: Plane = np.broadcast_to(skin_tone(traits), place.shape).astype(np.float32)
    albedo = _blemishes(traits, albedo, x, y + 0.7 * z, footprint)
    gloss = np.asarray(0.056 + 0.064 * bell(x, 0.2) * (y < 0.5), np.float32)
    face = (z > -0.4) & (y < 1.2) & (y > -0.75)
    x, y, front = x[face], y[face], front[face]
    shown: Plane = albedo[face]
    shown = _blushes(traits, shown, x, y, front)
    shown = shown * _wrinkles(traits, x, y, front)[..., None]
    shown = _stubble(traits, shown, x, y, front * (y < 1.05), footprint)
    near = (np.abs(x) < 0.5) & (np.abs(y - mouth_height(traits)) < 0.2)
    mouth, moist = _mouth(traits, shown[near], x[near], y[near], front[near], footprint)
    shown[near] = mouth
    albedo[face] = shown
    shiny = gloss[face]
    shiny[near] += 0.16 * moist * (0.4 + traits.lipstick)
    gloss[face] = shiny
    return albedo, gloss


def _blushes(traits: PortraitTraits, albedo: Plane, x: Plane, y: Plane, front: Plane) -> Plane:
    nose = 0.4 * traits.nose_length
    red = 0.8 * bell(np.abs(x) - 0.37, 0.18) * bell(y - 0.3, 0.17) * front
    red = red + 0.9 * bell(x, 0.12) * bell(y - nose, 0.12) * front
    red = red + 0.5 * bell(x, 0.18) * bell(y - 0.92, 0.1) + 0.6 * bell(np.abs(x) - 0.78, 0.1)
    red = red * (0.5 + 0.6 * (1.0 - traits.melanin)) * 0.26
    eye_x, eye_w = eye_place(traits)
    ring = bell(np.abs(x) - eye_x, 1.3 * eye_w) * bell(y - 0.08, 0.13) * front
    tired = 0.16 + 0.14 * traits.age
    tint = 1.0 - red[..., None] * np.array([0.05, 0.75, 0.7], np.float32)
    shade = 1.0 - (tired * ring)[..., None] * np.array([0.6, 0.9, 0.8], np.float32)
    return np.asarray(albedo * tint * shade, np.float32)


def _blemishes(
    traits: PortraitTraits, albedo: Plane, u: Plane, v: Plane, footprint: float
) -> Plane:
    values = lattice(traits.detail(1))
    mottled = 0.05 * turbulence(values, 5 * u, 5 * v, 3)
    pores = np.clip(0.012 / footprint - 0.7, 0.0, 1.0) * 0.06 * noise(values, 55 * u, 55 * v)
    albedo = albedo * (1.0 + mottled + pores)[..., None]
    if traits.freckles == 0.0:
        return np.asarray(albedo, np.float32)
    spots = step_between(0.45, 0.75, noise(values, 24 * u + 90, 24 * v)) * bell(v - 0.55, 0.45)
    patches = 0.5 + 0.5 * noise(values, 3 * u, 3 * v + 40)
    dark = 0.5 * traits.freckles * spots * patches
    return np.asarray(
        albedo * (1.0 - dark[..., None] * np.array([0.45, 0.75, 0.9], np.float32)), np.float32
    )


def _wrinkles(traits: PortraitTraits, x: Plane, y: Plane, front: Plane) -> Plane:
    away = np.abs(x)
    mouth = mouth_height(traits)
    fold = bell(away - (0.13 + 0.55 * (y - 0.36) * (y > 0.3)), 0.022) * bell(y - 0.48, 0.12)
    deep = (0.10 + 0.3 * traits.age + 0.14 * max(0.0, traits.smile)) * fold
    values = lattice(traits.detail(2))
    waver = 0.02 * noise(values, 3 * x, 2 * y)
    rows = 0.5 + 0.5 * np.cos(2 * np.pi * (y + waver) / 0.105)
    forehead = rows**8 * bell(y + 0.45, 0.13) * bell(x, 0.33)
    eye_x, eye_w = eye_place(traits)
    out = away - eye_x - 1.25 * eye_w
    fan = 0.5 + 0.5 * np.cos(2 * np.pi * (y - 0.02 + waver) / (0.05 + 0.25 * np.abs(out)))
    crow = fan**6 * bell(out - 0.05, 0.05) * bell(y, 0.08)
    chin = 0.16 * bell(y - (mouth + 0.17), 0.025) * bell(x, 0.12)
    old = max(0.0, traits.age - 0.25)
    lines = deep + 0.28 * old * forehead + 0.4 * old * crow + chin
    return np.asarray(1.0 - lines * front, np.float32)


def _stubble(
    traits: PortraitTraits, albedo: Plane, x: Plane, y: Plane, where: Plane, footprint: float
) -> Plane:
    if traits.beard == "none":
        return albedo
    share = beard_share(traits, x, y) * where
    grain = 1.0 + 0.35 * np.clip(0.012 / footprint - 0.4, 0, 1) * noise(
        lattice(traits.detail(3)), 60 * x, 60 * y
    )
    strong = (0.45 if traits.beard == "stubble" else 0.75) * (1.0 - 0.6 * traits.grey)
    dark = skin_tone(traits) * 0.25 + 0.015
    return mix(albedo, dark, np.clip(strong * share * grain, 0.0, 1.0).astype(np.float32))


def _mouth(
    traits: PortraitTraits, albedo: Plane, x: Plane, y: Plane, front: Plane, footprint: float
) -> tuple[Plane, Plane]:
    upper, line, lower = lip_shapes(traits, x, y)
    soft = max(0.012, 0.7 * footprint)
    within = step_between(-soft, soft, upper) * step_between(-soft, soft, -lower)
    wide = 0.285 * traits.mouth_width * (1.0 + 0.12 * max(0.0, traits.smile))
    within = within * front * step_between(-wide, -0.86 * wide, -np.abs(x))
    tone = skin_tone(traits)
    natural = tone * np.array([0.86, 0.56, 0.56], np.float32)
    painted = decode((0.68, 0.1 + 0.15 * traits.warmth**2, 0.2)) * (1.1 - 0.5 * traits.melanin)
    colour = natural + (painted - natural) * np.float32(0.75 * traits.lipstick)
    ridges = 1.0 + 0.05 * noise(lattice(traits.detail(4)), 70 * x, 6 * y)
    topmost = np.where(line < 0.0, 0.84, 1.0)
    albedo = mix(albedo, colour * (ridges * topmost)[..., None], 0.85 * within)
    reach = bell(x, 0.32 * traits.mouth_width) ** 2
    dark = bell(line, max(0.011, 0.8 * footprint)) * reach * front * min(1.0, 0.016 / footprint)
    return np.asarray(albedo * (1.0 - 0.8 * dark[..., None]), np.float32), within
