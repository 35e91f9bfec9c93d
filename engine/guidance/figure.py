"""A standing person's outline, in heads; a frame that cuts it off makes it a portrait."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.imaging.types import Alpha

# the usual drawing proportions: a person is about seven and a half heads tall
HEIGHTS = (-0.05, 0, 0.12, 0.45, 0.75, 1.0, 1.15, 1.35, 1.7, 3.0, 4.2, 5.5, 7.0, 7.6, 7.8)
"""Heads below the crown."""
HALF_WIDTHS = (0, 0.2, 0.38, 0.45, 0.38, 0.3, 0.4, 0.85, 1.05, 1.15, 1.0, 0.85, 0.75, 0.6, 0)
"""Half the width in heads at `HEIGHTS`; arms and loose clothes included."""
SOFTNESS = 0.35
"""Heads over which one log-odds unit is gained or lost at the outline."""
LEAST, MOST = -3.0, 1.5
"""Bounds of the log-odds: one may stand outside the outline, not be missing from its middle."""


class Figure(NamedTuple):
    """Where a person stands.

    Attributes:
        col: the middle, as a share of the frame's width.
        top: the crown, as a share of the frame's height.
        head: the head's height, as a share of the frame's height.
    """

    col: float
    top: float
    head: float


FIGURES: tuple[Figure, ...] = tuple(
    Figure(col, top, head)
    for head in (0.09, 0.115, 0.15, 0.2, 0.27, 0.36, 0.48)
    for top in (0.02, 0.06, 0.11, 0.18, 0.28)
    for col in (0.34, 0.42, 0.5, 0.58, 0.66)
    if top + 2.2 * head < 1.1 and not (head > 0.2 and top > 0.2)
)
"""What is tried: from the whole person to the head and shoulders."""


def outline(figure: Figure, size: tuple[int, int]) -> Alpha:
    """Log-odds, H×W float32, that a pixel belongs to a person who stands there."""
    height, width = size
    rows = ((np.arange(height, dtype=np.float32) + 0.5) / height - figure.top) / figure.head
    cols = (np.arange(width, dtype=np.float32) + 0.5 - figure.col * width) / height / figure.head
    half = np.interp(rows, HEIGHTS, HALF_WIDTHS)
    above, below = rows, HEIGHTS[-1] - rows
    half = np.where(rows < 0, np.maximum(-1.5, above), half)
    half = np.where(below < 0, np.maximum(-1.5, below), half)
    odds = (half[:, None] - np.abs(cols)[None, :]) / SOFTNESS
    return np.asarray(np.clip(odds, LEAST, MOST), np.float32)


def odds_to_share(odds: Alpha, *, steepness: float = 1.0) -> Alpha:
    """The probability that log-odds stand for."""
    return np.asarray(1.0 / (1.0 + np.exp(-steepness * odds)), np.float32)
