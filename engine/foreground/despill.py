"""Taking the light of one colour, such as a screen's or a wall's, off a subject."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.geometry import strips
from engine.imaging.types import Alpha, Pixels, Rect, Rgb, check_alpha, from_float, to_float
from engine.settings import ForegroundSettings

EDGE = 8.0
"""Standard deviation in pixels of how the despill near the edge fades towards the inside."""
REACH = math.ceil(3 * EDGE)
"""Pixels around a place that its despill depends on."""
ROWS = 256
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_GREYEST = 1e-3
_EXPLAINED = np.float32(0.3)


def despill(pixels: Pixels, alpha: Alpha, chosen: ForegroundSettings) -> Pixels:
    """Take a colour's light off a foreground.

    Args:
        pixels: H×W×3, straight, sRGB-encoded.
        alpha: H×W float32 in [0, 1].
        chosen: the colour, how much, and where.

    Returns:
        A fresh array of that dtype; `pixels` if nothing is to be done, as for a grey colour.
    """
    check_alpha(alpha, (pixels.shape[0], pixels.shape[1]))
    direction = _chroma(np.array(chosen.despill_colour, np.float32))
    strength = float(np.linalg.norm(direction))
    if chosen.despill <= 0 or strength < _GREYEST:
        return pixels
    out = np.empty_like(pixels)
    for strip in strips(alpha.shape, rows=ROWS):
        share = np.full((strip.height, strip.width), chosen.despill, np.float32)
        if not chosen.despill_inside:
            share *= _near_edge(alpha, strip)
        cleaned = without_hue(to_float(pixels[strip.slices]), direction / strength, share)
        out[strip.slices] = from_float(cleaned, out.dtype)
    return out


def without_hue(colours: Rgb, direction: NDArray[np.float32], share: NDArray[np.float32]) -> Rgb:
    """Colours without what they have of a hue beyond what their own hue explains.

    A colour's chroma (what it differs from its grey) is split into a part along the hue and one
    across it; the part along is spill as far as it is longer than a share of the part across. With
    a share of 0 no green would be left that is stronger than the mean of red and blue, with 1/√3
    none stronger than both; in between, brown hair loses its green and blond hair stays. The
    brightness stays.

    Args:
        colours: h×w×3 float32 in [0, 1].
        direction: the hue's chroma, of length 1.
        share: h×w, how much of the spill goes.
    """
    chroma = colours - colours.mean(axis=-1, keepdims=True)
    along = chroma @ direction
    across = np.linalg.norm(chroma - along[..., None] * direction, axis=-1)
    spill = np.maximum(along - across * _EXPLAINED, 0) * share
    kept = colours + (float(direction @ _LUMA) - direction) * spill[..., None]
    return np.clip(kept, 0.0, 1.0)


def _chroma(colour: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(colour - colour.mean(), np.float32)


def _near_edge(alpha: Alpha, rect: Rect) -> NDArray[np.float32]:
    """1 outside and on the edge, fading to 0 inside."""
    around = rect.grown(REACH, within=(alpha.shape[0], alpha.shape[1]))
    soft = cv2.GaussianBlur(alpha[around.slices], (0, 0), EDGE, borderType=cv2.BORDER_REPLICATE)
    inner = np.asarray(soft)[rect.moved(-around.top, -around.left).slices]
    return np.clip((1 - inner) * np.float32(2), 0.0, 1.0)
