"""What an open lens makes of a photograph: every point becomes a disc of light."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.compositing.pyramid import reduced
from engine.imaging.color import linear_to_srgb, srgb_to_linear
from engine.imaging.geometry import strips
from engine.imaging.types import Pixels, Rgb, to_float

DISC_SAMPLES = 12
"""Least radius of the disc in pixels of the copy that it is drawn on."""
ROWS = 512
_CLIPPED = 0.75
"""Brightest channel, in linear light, from which a sample may have been brighter than white."""
_BRIGHTEST = 8.0
"""How many times brighter than white it is taken for, at most."""


def light_for(pixels: Pixels, sigma: float, *, highlights: float) -> Rgb:
    """The light of a photograph on as small a copy as a disc allows.

    Args:
        pixels: H×W×3, sRGB-encoded, any depth.
        sigma: standard deviation of the disc in pixels: half of its radius.
        highlights: 0 to 1, how much brighter than white the white is taken for; it makes the
            discs of lamps stand out.

    Returns:
        h×w×3 float32, linear, reduced by `bokeh_factor`; the last row and column may stand for
        less than whole blocks.
    """
    return _reduced_light(pixels, bokeh_factor(sigma), highlights)


def bokeh(light: Rgb, sigma: float) -> Rgb:
    """Blur by a disc in linear light.

    Args:
        light: as `light_for` gives it for the same disc.
        sigma: standard deviation of the disc in pixels of the photograph.

    Returns:
        h×w×3 float32, sRGB-encoded in [0, 1].
    """
    kernel = disc(2.0 * sigma / bokeh_factor(sigma))
    if kernel.size > 1:
        light = np.asarray(cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REFLECT))
    return np.clip(linear_to_srgb(light), 0.0, 1.0)


def bokeh_factor(sigma: float) -> int:
    """By what `light_for` reduces."""
    return max(1, int(2.0 * sigma / DISC_SAMPLES))


def disc(radius: float) -> NDArray[np.float32]:
    """A disc of even weights that sum to 1, with a smooth rim; odd sides."""
    reach = math.ceil(radius)
    place = np.arange(-reach, reach + 1, dtype=np.float32)
    apart = np.hypot(place[:, None], place[None, :])
    weights = np.clip(radius + 0.5 - apart, 0.0, 1.0)
    return np.asarray(weights / weights.sum(), np.float32)


def _reduced_light(pixels: Pixels, factor: int, highlights: float) -> Rgb:
    height, width = -(-pixels.shape[0] // factor), -(-pixels.shape[1] // factor)
    light = np.empty((height, width, 3), np.float32)
    for strip in strips(pixels.shape[:2], rows=max(1, ROWS // factor) * factor):
        part = _light(to_float(pixels[strip.slices]), highlights)
        small = reduced(part, factor)
        light[strip.top // factor : strip.top // factor + len(small)] = small
    return light


def _light(colours: Rgb, highlights: float) -> Rgb:
    """Linear light, with what was clipped to white as bright as it may have been."""
    light = srgb_to_linear(colours)
    if highlights <= 0:
        return light
    over = np.clip((light.max(axis=-1) - _CLIPPED) / (1 - _CLIPPED), 0.0, 1.0)
    gain = 1 + np.float32(highlights * (_BRIGHTEST - 1)) * over * over
    return np.asarray(light * gain[..., None])
