"""Shapes that subjects have: parts, each a field and what it is made of.

Kinds of silhouette are split between training and validation by kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trainer.data.made.fields import (
    Point,
    box,
    chain,
    common,
    cut,
    ellipse,
    limb,
    polar,
    union,
    warped,
)
from trainer.data.made.noise import F32
from trainer.data.made.view import Field
from trainer.data.sample import Split


@dataclass(frozen=True)
class Part:
    """One field, and the material it is painted with (a key of `paint.MATERIALS`)."""

    field: Field
    material: str


@dataclass(frozen=True)
class Silhouette:
    """Parts from back to front.

    Attributes:
        parts: drawn in this order.
        pelt: may be covered with fur or feathers.
    """

    parts: tuple[Part, ...]
    pelt: bool = True

    @property
    def body(self) -> Field:
        """All parts together."""
        return union(*(part.field for part in self.parts), blend=0.01)


def _blob(rng: np.random.Generator) -> Silhouette:
    count = int(rng.integers(5, 12))
    radii = rng.uniform(0.45, 0.9, count).astype(np.float32)
    outline = warped(polar((0, 0), radii), rng, amount=rng.uniform(0, 0.25))
    return Silhouette((Part(outline, _any(rng)),))


def _any(rng: np.random.Generator) -> str:
    return str(rng.choice(["cloth", "cloth", "skin", "object", "hide"]))


def _torso(rng: np.random.Generator, *, top: float) -> Field:
    wide = rng.uniform(0.55, 0.85)
    slope = rng.uniform(0.12, 0.25)
    shoulders = chain(
        [(top + slope, -wide), (top + 0.1, -0.2), (top + 0.1, 0.2), (top + slope, wide)],
        [0.16, 0.14, 0.14, 0.16],
        blend=0.12,
    )
    trunk = box((top + slope + 1.0, 0), (1.0, wide + 0.14), round_=0.16)
    return warped(union(shoulders, trunk, blend=0.15), rng, amount=0.04)


def bust_parts(rng: np.random.Generator, *, head: Point, radii: Point) -> tuple[Part, ...]:
    """Torso, neck and head, the head an ellipse of `radii` about `head`."""
    top = head[0] + radii[0] * rng.uniform(1.3, 1.55)
    neck = limb(
        (head[0] + radii[0] * 0.4, head[1]), (top + 0.15, 0.0), radii[1] * 0.52, radii[1] * 0.7
    )
    jaw = ellipse((head[0] + radii[0] * 0.42, head[1]), (radii[0] * 0.6, radii[1] * 0.72))
    skull = union(ellipse(head, (radii[0] * 0.97, radii[1])), jaw, blend=0.08)
    ears = [
        ellipse((head[0] + radii[0] * 0.1, head[1] + side * radii[1]), (0.07, 0.035))
        for side in (-1, 1)
    ]
    collar = Part(_torso(rng, top=top), "cloth")
    return Part(neck, "skin"), collar, Part(union(skull, *ears, blend=0.02), "skin")


def _bust(rng: np.random.Generator) -> Silhouette:
    head = (rng.uniform(-0.5, -0.3), rng.uniform(-0.12, 0.12))
    size = rng.uniform(0.28, 0.38)
    return Silhouette(bust_parts(rng, head=head, radii=(size * 1.28, size)), pelt=False)


def _arm(rng: np.random.Generator, side: int, shoulder: Point, long: float) -> Field:
    out = rng.uniform(-0.2, 1.9)
    elbow = (shoulder[0] + long * np.cos(out), shoulder[1] + side * long * np.sin(out))
    bend = out + rng.uniform(-1.6, 1.2)
    hand = (elbow[0] + long * np.cos(bend), elbow[1] + side * long * np.sin(bend))
    return chain([shoulder, elbow, hand], [0.085, 0.065, 0.045])


def _figure(rng: np.random.Generator) -> Silhouette:
    wide = rng.uniform(0.15, 0.22)
    hip = rng.uniform(0.12, 0.25)
    trunk = chain([(-0.5, 0), (-0.1, 0), (0.1, 0)], [wide, wide * 0.8, wide], blend=0.1)
    legs = [
        chain(
            [(0.1, side * wide * 0.5), (0.55, side * hip), (1.0, side * hip * rng.uniform(0.6, 2))],
            [0.13, 0.08, 0.055],
        )
        for side in (-1, 1)
    ]
    arms = [_arm(rng, side, (-0.52, side * wide), rng.uniform(0.28, 0.38)) for side in (-1, 1)]
    head = ellipse((-0.86, rng.uniform(-0.04, 0.04)), (0.15, 0.115))
    neck = limb((-0.8, 0), (-0.6, 0), 0.055, 0.07)
    clothed = warped(union(trunk, *legs, blend=0.06), rng, amount=0.05)
    sleeves = rng.random() < 0.6
    return Silhouette(
        (
            Part(union(neck, head, blend=0.02), "skin"),
            Part(clothed, "cloth"),
            Part(union(*arms), "cloth" if sleeves else "skin"),
        ),
        pelt=False,
    )


def _quadruped(rng: np.random.Generator) -> Silhouette:
    body = ellipse((0.0, 0.1), (rng.uniform(0.25, 0.38), rng.uniform(0.5, 0.65)))
    legs = [
        chain(
            [(0.1, c), (0.5, c + rng.uniform(-0.08, 0.08)), (0.95, c + rng.uniform(-0.1, 0.1))],
            [0.13, 0.07, 0.05],
        )
        for c in (-0.35, -0.22, 0.45, 0.58)
    ]
    high = rng.uniform(-0.6, -0.2)
    neck = limb((-0.05, -0.35), (high, -0.65), 0.22, 0.14)
    face = chain([(high, -0.65), (high + 0.12, -0.95)], [0.17, rng.uniform(0.06, 0.12)])
    ears = [
        limb((high - 0.08, -0.62 + k), (high - 0.3, -0.58 + 2 * k), 0.06, 0.01) for k in (0, 0.08)
    ]
    tail = chain([(-0.1, 0.65), (rng.uniform(-0.5, 0.3), 0.9)], [0.06, 0.03])
    whole = union(body, *legs, neck, face, *ears, tail, blend=0.1)
    return Silhouette((Part(warped(whole, rng, amount=0.06), "hide"),))


def _leaf(rng: np.random.Generator) -> Silhouette:
    lobes = int(rng.integers(3, 9))
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    teeth = rng.uniform(0, 0.06) * np.sin(angle * rng.integers(12, 40))
    radii = 0.6 + rng.uniform(0.05, 0.3) * np.cos(angle * lobes) + teeth
    blade = warped(polar((0, 0), radii.astype(np.float32), turn=rng.uniform(0, 6)), rng, amount=0.2)
    stalk = chain([(0, 0), (0.6, 0.1), (1.05, rng.uniform(-0.3, 0.3))], [0.04, 0.025, 0.02])
    bites = [
        ellipse((p[0], p[1]), (r, r * 0.8))
        for p, r in zip(rng.uniform(-0.5, 0.5, (4, 2)), rng.uniform(0.02, 0.12, 4), strict=True)
    ]
    return Silhouette((Part(union(cut(blade, *bites), stalk, blend=0.02), "leaf"),), pelt=False)


def _vessel(rng: np.random.Generator) -> Silhouette:
    wide = rng.uniform(0.35, 0.6)
    bowl = box((0.1, -0.1), (rng.uniform(0.4, 0.75), wide), round_=rng.uniform(0.05, 0.3))
    centre = (rng.uniform(-0.1, 0.3), wide - 0.05)
    ring = ellipse(centre, (rng.uniform(0.25, 0.4), rng.uniform(0.25, 0.4)))
    hole = ellipse(centre, (rng.uniform(0.12, 0.2), rng.uniform(0.12, 0.2)))
    return Silhouette((Part(cut(ring, hole), "object"), Part(bowl, "object")), pelt=False)


def _bird(rng: np.random.Generator) -> Silhouette:
    body = ellipse((0, 0), (0.28, 0.45), turn=rng.uniform(-0.5, 0.5))
    head = ellipse((-0.32, -0.42), (0.17, 0.18))
    beak = limb((-0.32, -0.55), (-0.28, -0.8), 0.06, 0.01)
    tail = limb((0.1, 0.35), (0.3, 0.95), 0.13, 0.07)
    wing = limb((-0.05, 0.0), (rng.uniform(-0.9, 0.2), rng.uniform(0.4, 0.9)), 0.22, 0.05)
    legs = [chain([(0.2, c), (0.75, c + 0.05)], [0.03, 0.018]) for c in (-0.05, 0.08)]
    whole = union(body, head, beak, tail, wing, blend=0.1)
    return Silhouette((Part(union(*legs), "object"), Part(whole, "hide")))


def _animal_head(rng: np.random.Generator) -> Silhouette:
    skull = ellipse((0, 0), (0.5, rng.uniform(0.45, 0.58)))
    muzzle = ellipse((0.3, 0), (0.25, 0.3))
    tall = rng.uniform(0.3, 0.65)
    ears = [
        limb((-0.3, s * 0.33), (-0.3 - tall, s * rng.uniform(0.3, 0.6)), 0.17, 0.015)
        for s in (-1, 1)
    ]
    chest = limb((0.4, 0), (1.4, 0), 0.4, 0.75)
    whole = union(skull, muzzle, *ears, chest, blend=0.08)
    return Silhouette((Part(warped(whole, rng, amount=0.06), "hide"),))


def _chair(rng: np.random.Generator) -> Silhouette:
    lean = rng.uniform(-0.12, 0.12)
    bars = [
        limb((-0.9, c + lean), (0.05, c), 0.03, 0.03)
        for c in np.linspace(-0.4, 0.4, rng.integers(3, 7))
    ]
    rail = limb((-0.9, -0.45 + lean), (-0.9, 0.45 + lean), 0.06, 0.06)
    seat = box((0.1, 0), (0.07, 0.52))
    legs = [
        limb((0.1, c), (1.0, c * rng.uniform(0.9, 1.3)), 0.05, 0.03)
        for c in (-0.45, -0.2, 0.2, 0.45)
    ]
    return Silhouette((Part(union(*bars, rail, seat, *legs, blend=0.03), "object"),), pelt=False)


def _draped(rng: np.random.Generator) -> Silhouette:
    waist = rng.uniform(0.1, 0.2)
    skirt = common(
        limb((-0.2, 0), (1.3, rng.uniform(-0.2, 0.2)), waist, rng.uniform(0.6, 1.0)),
        box((0.2, 0), (0.75, 2.0)),
    )
    trunk = chain([(-0.6, 0), (-0.2, 0)], [0.2, waist], blend=0.1)
    arms = [_arm(rng, side, (-0.6, side * 0.17), 0.36) for side in (-1, 1)]
    head = union(ellipse((-0.92, 0), (0.15, 0.12)), limb((-0.8, 0), (-0.65, 0), 0.05, 0.06))
    dress = warped(union(skirt, trunk, blend=0.1), rng, amount=0.08)
    parts = (Part(union(head, *arms), "skin"), Part(dress, "cloth"))
    return Silhouette(parts, pelt=False)


Drawer = Callable[[np.random.Generator], Silhouette]
SILHOUETTES: dict[str, tuple[Split, Drawer]] = {
    "blob": ("train", _blob),
    "bust": ("train", _bust),
    "figure": ("train", _figure),
    "quadruped": ("train", _quadruped),
    "leaf": ("train", _leaf),
    "vessel": ("train", _vessel),
    "bird": ("validation", _bird),
    "animal_head": ("validation", _animal_head),
    "chair": ("validation", _chair),
    "draped": ("validation", _draped),
}
"""Name to (split, drawer)."""


def silhouette(rng: np.random.Generator, split: Split, *, pelt: bool = False) -> Silhouette:
    """A random silhouette of this split, one that may wear a pelt if asked."""
    names = [name for name, (its, _) in SILHOUETTES.items() if its == split]
    if pelt:
        names = [name for name in names if name in PELTS]
    return SILHOUETTES[names[int(rng.integers(len(names)))]][1](rng)


PELTS = frozenset({"blob", "quadruped", "bird", "animal_head"})
"""Silhouettes that fur can grow on."""


def outline(rng: np.random.Generator, *, count: int = 9) -> F32:
    """Radii of a random round outline about 1, for `fields.polar`."""
    return (1 + 0.15 * rng.standard_normal(count)).astype(np.float32)
