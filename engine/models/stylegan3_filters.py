"""Low-pass filters of StyleGAN3: a sinc, or in two dimensions a jinc, under a Kaiser window.

Karras et al., "Alias-Free Generative Adversarial Networks" (2021), appendix C; Kaiser,
"Nonrecursive digital filter design using the I0-sinh window function" (1974).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import j1

Taps = NDArray[np.float64]


def low_pass(taps: int, *, cutoff: float, half_width: float, rate: float) -> Taps:
    """A filter for rows and columns alike; its sum is 1.

    Args:
        taps: how many.
        cutoff: where the transition band has its middle, in the unit of rate.
        half_width: from there to either end of the band.
        rate: samples that the filter is applied to, per unit.
    """
    places = _places(taps)
    found = np.sinc(2 * cutoff / rate * places) * _window(taps, half_width, rate)
    return np.asarray(found / found.sum())


def radial_low_pass(taps: int, *, cutoff: float, half_width: float, rate: float) -> Taps:
    """As `low_pass`, but alike in all directions: taps×taps, an even number of them."""
    places = _places(taps) / rate
    radius = np.hypot(places[:, None], places)
    window = _window(taps, half_width, rate)
    found = j1(2 * np.pi * cutoff * radius) / (np.pi * radius) * np.outer(window, window)
    return np.asarray(found / found.sum())


def _places(taps: int) -> Taps:
    return np.arange(taps, dtype=np.float64) - (taps - 1) / 2


def _window(taps: int, half_width: float, rate: float) -> Taps:
    """Kaiser's, for a transition band that wide."""
    attenuation = 2.285 * (taps - 1) * np.pi * (4 * half_width / rate) + 7.95
    shape: Taps = np.kaiser(taps, _beta(attenuation)).astype(np.float64)
    return shape


def _beta(attenuation: float) -> float:
    """Kaiser's shape for an attenuation in decibels (his equation 7)."""
    if attenuation > 50:
        return 0.1102 * (attenuation - 8.7)
    if attenuation > 21:
        return float(0.5842 * (attenuation - 21) ** 0.4 + 0.07886 * (attenuation - 21))
    return 0.0
