"""Colours that things have, as (red, green, blue) in [0, 1]; sRGB-encoded."""

from __future__ import annotations

import cv2
import numpy as np

from trainer.data.made.noise import F32, Reals

HAIR = (
    (0.07, 0.06, 0.06), (0.10, 0.08, 0.07), (0.16, 0.11, 0.09), (0.25, 0.17, 0.12),
    (0.36, 0.25, 0.16), (0.48, 0.34, 0.21), (0.62, 0.47, 0.30), (0.76, 0.63, 0.44),
    (0.86, 0.77, 0.60), (0.50, 0.23, 0.11), (0.58, 0.30, 0.16), (0.45, 0.43, 0.42),
    (0.66, 0.65, 0.64), (0.88, 0.87, 0.85),
)  # fmt: skip
DYED = ((0.75, 0.2, 0.4), (0.2, 0.35, 0.7), (0.45, 0.2, 0.6), (0.15, 0.5, 0.45), (0.9, 0.55, 0.65))
FUR = (
    *HAIR, (0.72, 0.50, 0.30), (0.60, 0.36, 0.18), (0.90, 0.85, 0.76), (0.30, 0.27, 0.25),
    (0.80, 0.68, 0.55), (0.95, 0.94, 0.92),
)  # fmt: skip
SKIN = (
    (0.96, 0.82, 0.74), (0.92, 0.74, 0.63), (0.86, 0.66, 0.53), (0.76, 0.56, 0.43),
    (0.62, 0.43, 0.32), (0.46, 0.31, 0.23), (0.32, 0.21, 0.16),
)  # fmt: skip
LEAF = (
    (0.25, 0.42, 0.14),
    (0.36, 0.52, 0.18),
    (0.55, 0.58, 0.2),
    (0.7, 0.42, 0.12),
    (0.5, 0.2, 0.1),
)


def near(base: Reals, rng: np.random.Generator, *, spread: float = 0.04) -> F32:
    """A colour like `base`."""
    gain = np.exp(4 * spread * rng.standard_normal())
    colour = base * gain * np.exp(spread * rng.standard_normal(3))
    return np.clip(colour, 0.01, 0.99).astype(np.float32)


def one_of(table: tuple[tuple[float, float, float], ...], rng: np.random.Generator) -> F32:
    """A colour like one of `table`."""
    return near(np.array(table[int(rng.integers(len(table)))], np.float32), rng, spread=0.03)


def vivid(rng: np.random.Generator) -> F32:
    """Any colour; greys and dull colours are more common than bright ones."""
    hue, strong = rng.uniform(0, 360), rng.beta(1.2, 2.0)
    value = rng.uniform(0.08, 0.97)
    hsv = np.array([[[hue, strong, value]]], np.float32)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0]


def hair(rng: np.random.Generator) -> F32:
    """A colour of human hair, dyed now and then."""
    return one_of(DYED if rng.random() < 0.05 else HAIR, rng)
