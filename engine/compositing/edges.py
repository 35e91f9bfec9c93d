"""The edge tools: pure functions from a matte to a matte."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engine.compositing.band import map_band
from engine.compositing.islands import fill_holes, remove_specks
from engine.imaging.types import Alpha
from engine.jobs.context import NOBODY, JobContext
from engine.settings import EdgeSettings

__all__ = [
    "EDGE_REACH",
    "apply_edges",
    "clean_black",
    "clean_white",
    "contrast",
    "feather",
    "fill_holes",
    "remove_specks",
    "shift_edge",
    "smooth",
]

_LEAST = 1e-6


def EDGE_REACH(settings: EdgeSettings) -> int:
    """Pixels of context that a region's edge depends on (holes and specks apart)."""
    smoothing = _blur_reach(_smooth_sigma(settings.smooth))
    return smoothing + _blur_reach(settings.feather)


def apply_edges(alpha: Alpha, settings: EdgeSettings, *, ctx: JobContext = NOBODY) -> Alpha:
    """Apply all edge tools in the order of `EdgeSettings`.

    Args:
        alpha: H×W float32 in [0, 1].
        settings: the tools' strengths.
        ctx: progress and cancel.

    Returns:
        A fresh H×W float32 matte in [0, 1]; `alpha` itself if every tool is off.
    """
    if settings == EdgeSettings():
        return alpha
    ctx.progress(0.0, "Adjusting the edge")
    alpha = remove_specks(fill_holes(alpha, settings.fill_holes), settings.remove_specks)

    def local(part: Alpha) -> Alpha:
        return _local_tools(part, settings)

    return map_band(alpha, local, reach=EDGE_REACH(settings), ctx=ctx)


def _local_tools(alpha: Alpha, settings: EdgeSettings) -> Alpha:
    """The tools that look at a pixel's neighbourhood only, on any part of a matte."""
    alpha = feather(smooth(alpha, settings.smooth), settings.feather)
    alpha = shift_edge(contrast(alpha, settings.contrast), settings.shift)
    black, white = settings.clean_black, settings.clean_white
    return clean_white(clean_black(alpha, black), (white - black) / max(1.0 - black, _LEAST))


def smooth(alpha: Alpha, radius: float) -> Alpha:
    """Round off the outline's bumps smaller than `radius` pixels; an edge stays about as sharp."""
    if radius <= 0:
        return alpha
    sigma = _smooth_sigma(radius)
    gain = max(1.0, math.sqrt(2.0 * math.pi) * sigma / 2.0)  # a step's ramp: two pixels wide
    return _steeper(_blurred(alpha, sigma), gain)


def feather(alpha: Alpha, sigma: float) -> Alpha:
    """Blur the matte by a Gaussian with a standard deviation of `sigma` pixels."""
    return alpha if sigma <= 0 else _blurred(alpha, sigma)


def contrast(alpha: Alpha, amount: float) -> Alpha:
    """Make the edge steeper around one half; 0 leaves it, 1 makes it hard."""
    return alpha if amount <= 0 else _steeper(alpha, 1.0 / max(1.0 - amount, _LEAST))


def shift_edge(alpha: Alpha, amount: float) -> Alpha:
    """Move the edge within its own softness: −1 pulls it fully in, 1 pushes it fully out."""
    if amount == 0:
        return alpha
    stretched = max(1.0 - abs(amount), _LEAST)
    if amount > 0:
        return _clipped(alpha / np.float32(stretched))
    return clean_black(alpha, min(-amount, 1.0 - _LEAST))


def clean_black(alpha: Alpha, level: float) -> Alpha:
    """Set what is at or below `level` to 0 and stretch the rest."""
    if level <= 0:
        return alpha
    stretched = np.float32(max(1.0 - level, _LEAST))
    return _clipped((alpha - np.float32(level)) / stretched)


def clean_white(alpha: Alpha, level: float) -> Alpha:
    """Set what is at or above `level` to 1 and stretch the rest."""
    if level >= 1:
        return alpha
    return _clipped(alpha / np.float32(max(level, _LEAST)))


def _steeper(alpha: Alpha, gain: float) -> Alpha:
    half = np.float32(0.5)
    return _clipped((alpha - half) * np.float32(gain) + half)


def _clipped(alpha: Alpha) -> Alpha:
    return np.asarray(np.clip(alpha, 0.0, 1.0), np.float32)


def _smooth_sigma(radius: float) -> float:
    return 0.5 * radius


def _blur_reach(sigma: float) -> int:
    return math.ceil(3.0 * sigma)


def _blurred(alpha: Alpha, sigma: float) -> Alpha:
    side = 2 * _blur_reach(sigma) + 1
    blurred = cv2.GaussianBlur(alpha, (side, side), sigma, borderType=cv2.BORDER_REPLICATE)
    return _clipped(blurred)
