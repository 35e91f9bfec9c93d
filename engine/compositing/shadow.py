"""The shadow that a subject throws on what is behind it, or on the ground below it."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engine.compositing.matte_copies import (
    ReadMatte,
    axis_of,
    blurred,
    halvings_for,
    remembered,
    small_matte,
)
from engine.compositing.sampling import sample
from engine.imaging.types import Alpha, Rect
from engine.settings import HarmonySettings

GROUND = 0.15
"""Least slope of the ground: a shadow that falls straight to the side is seen as thin, not as
nothing."""
_FOOT = 0.5


def shade(
    chosen: HarmonySettings, matte: ReadMatte, size: tuple[int, int], rect: Rect, *, level: int = 0
) -> Alpha:
    """How much of the background the shadow covers.

    Args:
        chosen: kind, opacity, angle, distance and blur.
        matte: of the whole photograph.
        size: (height, width) of the photograph.
        rect: which part is wanted, in pixels of the level.
        level: each halves the size.

    Returns:
        h×w float32 in [0, 1].
    """
    short = min(size)
    sigma = chosen.shadow_blur * short
    halvings = halvings_for(sigma)
    far = chosen.shadow_distance * short if chosen.shadow == "drop" else 0.0
    down, across = _direction(chosen.shadow_angle)
    flat = None if chosen.shadow == "drop" else (chosen.shadow_angle, chosen.shadow_distance)

    def make() -> Alpha:
        small = small_matte(matte, size, halvings)
        if flat is not None:
            small = lying(small, angle=flat[0], length=flat[1])
        return blurred(small, sigma / 2**halvings)

    copy = remembered(matte, ("shadow", flat, sigma), make)
    rows = axis_of(copy.shape[0], halvings=halvings, level=level, shift=far * down)
    cols = axis_of(copy.shape[1], halvings=halvings, level=level, shift=far * across)
    shown = sample(copy[..., None], rect, rows=rows, cols=cols)[..., 0]
    return np.asarray(shown * np.float32(chosen.shadow_opacity))


def lying(matte: Alpha, *, angle: float, length: float) -> Alpha:
    """A matte laid down flat from its lowest row on.

    Args:
        matte: H×W float32.
        angle: where its top comes to lie, in degrees; 0 is to the right, 90 down.
        length: of what lies, in shares of the height that stood.

    Returns:
        A fresh matte of that size, all 0 if nobody stands in it.
    """
    rows = np.flatnonzero((matte >= _FOOT).any(axis=1))
    if rows.size == 0 or length <= 0:
        return np.zeros_like(matte)
    down, across = _direction(angle)
    if abs(down) < GROUND:
        down = math.copysign(GROUND, down)
    foot, slope = float(rows[-1]), -1.0 / (length * down)
    # A place lies as many rows from the foot as its height over the foot times length and slope.
    back = np.array([[1.0, across / down * -1.0, across / down * foot], [0.0, slope, 0.0]])
    back[1, 2] = foot - slope * foot
    warped = cv2.warpAffine(
        matte,
        back,
        (matte.shape[1], matte.shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
    return np.asarray(warped, np.float32)


def _direction(angle: float) -> tuple[float, float]:
    """(down, across) of length 1."""
    return math.sin(math.radians(angle)), math.cos(math.radians(angle))
