"""Clothes: a thicker torso with a neckline cut out, its patterns and folds, and what is sewn on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from trainer.data.portraits.curves import Curves, tubes
from trainer.data.portraits.head import torso_solids
from trainer.data.portraits.light import decode
from trainer.data.portraits.solid_kernels import Plane
from trainer.data.portraits.solids import Array, Part, Solid, ball, both, rod
from trainer.data.portraits.texture import lattice, noise, step_between, turbulence
from trainer.data.portraits.traits import PortraitTraits

WOOL = ("jumper", "roll_neck", "hoodie")


@dataclass(frozen=True, eq=False)
class Garment:
    """What is worn on the shoulders.

    Attributes:
        solids: in the body's frame.
        lines: points (K×3, body frame), radius and linear colour of what is sewn on.
    """

    solids: list[Solid]
    lines: list[tuple[Array, float, Plane]] = field(default_factory=list)


def garment_of(traits: PortraitTraits) -> Garment:
    """The solids and seams of the traits' garment."""
    return GARMENT_MAKERS[traits.garment](traits)


def seams(garment: Garment) -> Curves:
    """The lines of a garment as curves in the body's frame."""
    return tubes(garment.lines)


def _crew(traits: PortraitTraits) -> Garment:
    hole = ball(
        Part.CLOTH, (0.0, 1.34, -0.08), (0.68, 0.47, 0.78), blend=0.03, carve=True, pitch=-0.2
    )
    return Garment([*torso_solids(traits, Part.CLOTH, thicker=0.05), hole])


def _v_neck(traits: PortraitTraits) -> Garment:
    crew = _crew(traits).solids
    cut = ball(Part.CLOTH, (0.0, 1.75, 0.45), (0.26, 0.85, 0.75), blend=0.05, carve=True)
    return Garment([*crew, cut])


def _straps(traits: PortraitTraits) -> Garment:
    top = ball(Part.CLOTH, (0.0, 0.75, 0.0), (3.2, 1.62, 3.0), blend=0.04, carve=True)
    colour = decode(traits.cloth) * np.float32(0.9)
    way = np.array([(0.62, 2.5, 0.5), (0.64, 2.2, 0.42), (0.66, 1.9, 0.18), (0.66, 1.66, -0.25)])
    lines = [(way * (side, 1.0, 1.0), 0.06, colour) for side in (-1.0, 1.0)]
    return Garment([*torso_solids(traits, Part.CLOTH, thicker=0.035), top], lines)


def _shirt(traits: PortraitTraits) -> Garment:
    crew = _crew(traits).solids
    opening = ball(Part.CLOTH, (0.0, 1.72, 0.4), (0.15, 0.42, 0.6), blend=0.04, carve=True)
    return Garment([*crew, opening, *_collar(Part.CLOTH)], _buttons(traits))


def _jacket(traits: PortraitTraits) -> Garment:
    over = torso_solids(traits, Part.OVER, thicker=0.11)
    open_ = ball(Part.OVER, (0.0, 1.9, 0.6), (0.44, 1.7, 0.85), blend=0.05, carve=True)
    hole = ball(Part.OVER, (0.0, 1.3, -0.1), (0.66, 0.5, 0.7), blend=0.04, carve=True)
    lapel = both(rod(Part.OVER, (0.5, 1.62, -0.1), (0.4, 2.6, 0.55), (0.05, 0.13), 0.05))
    shirt = _shirt(traits)
    tie = []
    if traits.seed % 2:
        tie = [
            ball(Part.HAT, (0.0, 1.86, 0.4), (0.09, 0.09, 0.07)),
            ball(Part.HAT, (0.0, 2.7, 0.46), (0.16, 0.9, 0.05), blend=0.03),
        ]
    return Garment(
        [*shirt.solids, *over, open_, hole, *lapel, *tie], shirt.lines if not tie else []
    )


def _jumper(traits: PortraitTraits) -> Garment:
    ring = ball(Part.CLOTH, (0.0, 1.58, -0.24), (0.60, 0.15, 0.56), blend=0.06, pitch=-0.25)
    hole = ball(Part.CLOTH, (0.0, 1.35, -0.22), (0.52, 0.6, 0.5), blend=0.05, carve=True)
    return Garment([*torso_solids(traits, Part.CLOTH, thicker=0.09), ring, hole])


def _hoodie(traits: PortraitTraits) -> Garment:
    hood = [
        ball(Part.CLOTH, (0.0, 1.42, -0.6), (0.86, 0.36, 0.5), blend=0.15, pitch=0.2),
        *both(rod(Part.CLOTH, (0.62, 1.45, -0.35), (0.16, 1.98, 0.36), (0.2, 0.1), 0.12)),
    ]
    hole = ball(Part.CLOTH, (0.0, 1.3, -0.1), (0.5, 0.72, 0.62), blend=0.08, carve=True)
    white = decode((0.85, 0.84, 0.82))
    cords = [
        (
            np.array([(0.16 * s, 1.95, 0.5), (0.2 * s, 2.4, 0.58), (0.19 * s, 2.95, 0.55)]),
            0.03,
            white,
        )
        for s in (-1.0, 1.0)
    ]
    return Garment([*torso_solids(traits, Part.CLOTH, thicker=0.11), *hood, hole], cords)


def _roll_neck(traits: PortraitTraits) -> Garment:
    girth = 0.46 + 0.12 * traits.build
    tube = rod(Part.CLOTH, (0.0, 1.22, -0.3), (0.0, 1.75, -0.38), (girth, girth + 0.05), 0.15)
    fold = ball(Part.CLOTH, (0.0, 1.32, -0.3), (girth + 0.07, 0.17, girth + 0.08), blend=0.06)
    return Garment([*torso_solids(traits, Part.CLOTH, thicker=0.07), tube, fold])


def _collar(part: Part) -> list[Solid]:
    """A stand around the neck and two flaps in front."""
    flaps = both(
        ball(part, (0.37, 1.70, 0.22), (0.12, 0.34, 0.05), blend=0.04, roll=0.55, pitch=0.75)
    )
    stand = both(rod(part, (0.56, 1.50, -0.15), (0.34, 1.36, -0.70), (0.07, 0.07), 0.08))
    return [*flaps, *stand]


def _buttons(traits: PortraitTraits) -> list[tuple[Array, float, Plane]]:
    dark = decode(traits.cloth) * np.float32(0.45)
    edge = np.array([(0.03, 2.1, 0.6), (0.035, 2.7, 0.66), (0.03, 3.6, 0.7)])
    spots = [
        (np.array([(-0.02, y, 0.68), (0.0, y, 0.7), (0.02, y, 0.68)]), 0.028, dark)
        for y in (2.2, 2.62, 3.04)
    ]
    return [(edge, 0.008, dark), *spots]


GARMENT_MAKERS: dict[str, Callable[[PortraitTraits], Garment]] = {
    "t_shirt": _crew,
    "shirt": _shirt,
    "jacket": _jacket,
    "straps": _straps,
    "jumper": _jumper,
    "v_neck": _v_neck,
    "hoodie": _hoodie,
    "roll_neck": _roll_neck,
}


def paint_cloth(traits: PortraitTraits, place: Plane, *, colours: tuple[Plane, Plane]) -> Plane:
    """Albedo of cloth.

    Args:
        traits: whose.
        place: …×3 float32, body frame.
        colours: linear RGB of the ground and of the pattern.
    """
    x, y = place[..., 0], place[..., 1]
    values = lattice(traits.detail(11))
    share = _pattern(traits, x, y, values)
    weave = 1.0 + 0.07 * turbulence(values, 9 * x, 9 * y, 3)
    ground, other = colours
    albedo = (ground + (other - ground) * share[..., None]) * weave[..., None]
    return np.asarray(np.clip(albedo, 0.004, 0.9), np.float32)


def folds(traits: PortraitTraits, place: Plane, normal: Plane) -> Plane:
    """Normals of cloth that hangs in folds and, where it is wool, is knitted; …×3 unit."""
    x, y, z = place[..., 0], place[..., 1], place[..., 2]
    values = lattice(traits.detail(12))
    along = 1.7 * x + 0.55 * noise(values, 1.1 * x, 0.8 * y)
    tilt = 0.34 * noise(values, 2.2 * along + 0.8 * y, 0.55 * y - 0.5 * np.abs(x))
    tilt = tilt + 0.16 * noise(values, 5 * x + 3 * y, 1.6 * y - x)
    if traits.garment in WOOL:
        tilt = tilt + 0.12 * np.cos(2 * np.pi * x / 0.075)
    bent = normal.copy()
    bent[..., 0] += tilt
    bent[..., 1] += 0.22 * noise(values, 1.6 * x + 30, 3.0 * y - np.abs(2.0 * x) + z)
    return np.asarray(bent / np.linalg.norm(bent, axis=-1, keepdims=True), np.float32)


def _pattern(traits: PortraitTraits, x: Plane, y: Plane, values: Plane) -> Plane:
    size = 0.16 + 0.22 * (traits.seed % 97) / 97
    u, v = np.mod(x / size, 1.0), np.mod(y / size, 1.0)
    if traits.pattern == "stripes":
        return step_between(0.40, 0.46, np.abs(v - 0.5) + 0.2)
    if traits.pattern == "checks":
        return 0.5 * (
            step_between(0.22, 0.28, np.abs(u - 0.5)) + step_between(0.22, 0.28, np.abs(v - 0.5))
        )
    if traits.pattern == "dots":
        return step_between(-0.24, -0.2, -np.hypot(u - 0.5, v - 0.5))
    if traits.pattern == "mottled":
        return step_between(0.0, 0.25, turbulence(values, 1.6 * x / size, 1.6 * y / size, 2))
    return np.zeros_like(x)
