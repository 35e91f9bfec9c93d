"""Spectacles as curves in the head's frame."""

from __future__ import annotations

import numpy as np

from trainer.data.portraits.curves import Curves, tubes
from trainer.data.portraits.head import eye_place
from trainer.data.portraits.light import decode
from trainer.data.portraits.solid_kernels import Plane
from trainer.data.portraits.solids import Array
from trainer.data.portraits.traits import PortraitTraits

SQUARENESS = {"round": 2.0, "square": 4.5}
"""Exponent of the rims' superellipse."""


def spectacles(traits: PortraitTraits) -> Curves:
    """Rims, bridge and temples; no curves for a face without glasses."""
    if traits.glasses not in SQUARENESS:
        return tubes([])
    rng = traits.detail(31)
    thick = float(rng.uniform(0.012, 0.028))
    tone = (
        decode(tuple(rng.uniform(0.03, 0.25, 3)))
        if rng.random() < 0.7
        else decode((0.6, 0.52, 0.35))
    )
    at, half = eye_place(traits)
    lines: list[tuple[Array, float, Plane]] = []
    for side in (-1.0, 1.0):
        lines.append((_rim(SQUARENESS[traits.glasses], side * at, 1.42 * half), thick, tone))
        hinge, ear = side * (at + 1.42 * half), side * 0.73 * traits.face_width
        temple = np.array([(hinge, -0.04, 0.72), (ear, -0.04, 0.5), (ear, -0.06, -0.1)])
        lines.append((temple, thick, tone))
    gap = at - 1.42 * half
    bridge = np.array([(-gap, -0.04, 0.79), (0.0, -0.09, 0.86), (gap, -0.04, 0.79)])
    return tubes([*lines, (bridge, thick, tone)])


def _rim(power: float, x: float, half: float) -> Array:
    angle = np.linspace(0.0, 2 * np.pi, 25)
    c, s = np.cos(angle), np.sin(angle)
    across = np.sign(c) * np.abs(c) ** (2 / power) * half
    down = np.sign(s) * np.abs(s) ** (2 / power) * half * 0.86 + 0.03
    deep = 0.78 - 0.12 * np.abs(x + across) ** 2
    return np.column_stack([x + across, down, deep])
