"""Square crops around what is unknown."""

from __future__ import annotations

import math

import numpy as np

from engine.imaging.types import UNKNOWN, Rect, Trimap
from trainer.data.pairs import resized
from trainer.data.sample import Subject

STEP = 4
"""Unknown pixels are looked for on a trimap of a quarter of the size."""


def crop_around_unknown(trimap: Trimap, side: int, rng: np.random.Generator) -> Rect:
    """A square centred on a random unknown pixel, as far as the picture reaches.

    Args:
        trimap: H×W uint8, at least `side` high and wide.
        side: of the square in pixels.
        rng: which pixel; any place if none is unknown.

    Returns:
        A rectangle inside the picture.
    """
    rows, cols = np.nonzero(trimap[::STEP, ::STEP] == UNKNOWN)
    if len(rows):
        chosen = rng.integers(len(rows))
        centre = int(rows[chosen]) * STEP, int(cols[chosen]) * STEP
    else:
        centre = int(rng.integers(trimap.shape[0])), int(rng.integers(trimap.shape[1]))
    top = min(max(0, centre[0] - side // 2), trimap.shape[0] - side)
    left = min(max(0, centre[1] - side // 2), trimap.shape[1] - side)
    return Rect(top, left, top + side, left + side)


def large_enough(subject: Subject, side: int, rng: np.random.Generator) -> Subject:
    """A subject enlarged, keeping its shape, until a square of `side` pixels fits."""
    if min(subject.size) >= side:
        return subject
    factor = side / min(subject.size)
    height, width = (max(side, math.ceil(length * factor)) for length in subject.size)
    return resized(subject, (height, width), rng)
