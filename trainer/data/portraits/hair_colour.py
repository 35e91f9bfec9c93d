"""The colour of hair, brows and beards."""

from __future__ import annotations

import numpy as np

from trainer.data.portraits.solid_kernels import Plane
from trainer.data.portraits.traits import PortraitTraits

SHADES = np.array(
    [
        (0.46, 0.32, 0.17),
        (0.27, 0.16, 0.075),
        (0.12, 0.062, 0.03),
        (0.05, 0.027, 0.016),
        (0.016, 0.012, 0.011),
    ]
)
"""Linear RGB from blond to black, evenly spaced in `hair_dark`."""
RED = np.array([0.24, 0.065, 0.018])
GREY = np.array([0.40, 0.40, 0.41])


def hair_tone(traits: PortraitTraits) -> Plane:
    """Mean linear RGB of the hair."""
    at = traits.hair_dark * (len(SHADES) - 1)
    tone = np.array([np.interp(at, np.arange(len(SHADES)), SHADES[:, c]) for c in range(3)])
    tone = tone + (RED * (1.15 - traits.hair_dark) - tone) * 0.7 * traits.hair_red
    return np.asarray(tone + (GREY - tone) * 0.85 * traits.grey, np.float32)


def strand_tones(traits: PortraitTraits, rng: np.random.Generator, count: int) -> Plane:
    """N×3 linear RGB: each strand a little lighter, darker, or greyer than the mean."""
    lighter = np.exp(rng.normal(0.0, 0.22, (count, 1)))
    grey = (rng.random((count, 1)) < 0.5 * traits.grey) * rng.uniform(0.3, 0.9, (count, 1))
    tones = hair_tone(traits) * lighter
    return np.asarray(tones + (GREY - tones) * grey, np.float32)
