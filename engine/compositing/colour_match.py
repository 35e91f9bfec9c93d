"""Bringing a subject's colours closer to those of what it is put on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.compositing.oklab import linear_from_oklab, oklab_from_linear
from engine.imaging.color import linear_to_srgb, srgb_to_linear
from engine.imaging.types import Alpha, Rgb

SURE = 0.95
"""Alpha from which a pixel's colour counts as the subject's alone."""
FURTHEST = np.array([0.25, 0.06, 0.06], np.float32)
"""How far the means of L, a and b may be moved: beyond it a person looks painted."""
_NARROWEST, _WIDEST = 0.75, 4 / 3
"""Bounds of the change of contrast."""
_LEAST = 1e-4


@dataclass(frozen=True)
class Statistics:
    """Means and standard deviations of L, a and b, as tuples of three floats each."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]


@dataclass(frozen=True)
class Match:
    """A linear change of each of L, a and b: `value * gain + shift`, tuples of three floats."""

    gain: tuple[float, ...]
    shift: tuple[float, ...]

    def of(self, colours: Rgb) -> Rgb:
        """The changed colours of h×w×3 sRGB-encoded float32 pixels, in [0, 1]."""
        lab = oklab_from_linear(srgb_to_linear(colours))
        lab *= np.array(self.gain, np.float32)
        lab += np.array(self.shift, np.float32)
        return np.clip(linear_to_srgb(linear_from_oklab(lab)), 0.0, 1.0)


def statistics(colours: Rgb, weight: NDArray[np.float32] | None = None) -> Statistics | None:
    """How h×w×3 sRGB-encoded colours are distributed in Oklab; None if nothing weighs anything."""
    lab = oklab_from_linear(srgb_to_linear(colours)).reshape(-1, 3).astype(np.float64)
    share = np.ones(len(lab)) if weight is None else weight.reshape(-1).astype(np.float64)
    total = share.sum()
    if total <= 0:
        return None
    mean = (share @ lab) / total
    spread = np.sqrt((share @ (lab - mean) ** 2) / total)
    return Statistics(tuple(mean.tolist()), tuple(spread.tolist()))


def sure_subject(alpha: Alpha) -> NDArray[np.float32]:
    """1 where the colour is the subject's alone."""
    return (alpha >= SURE).astype(np.float32)


def match_of(subject: Statistics, behind: Statistics, *, colours: float, light: float) -> Match:
    """The change that gives the subject the mean and the contrast of what is behind it.

    Args:
        subject: of the subject's colours.
        behind: of the background's.
        colours: share of the change of hue and saturation, 0 to 1.
        light: share of the change of lightness, 0 to 1.

    Source: after Reinhard et al., "Color Transfer between Images", 2001, in Oklab and within
    bounds.
    """
    mean, spread = np.array(subject.mean), np.array(subject.spread)
    aim = mean + np.clip(np.array(behind.mean) - mean, -FURTHEST, FURTHEST)
    ratio = np.array(behind.spread) / np.maximum(spread, _LEAST)
    ratio = np.clip(ratio, _NARROWEST, _WIDEST)
    share = np.array([light, colours, colours])
    gain = 1 + share * (ratio - 1)
    shift = mean + share * (aim - mean) - gain * mean
    return Match(tuple(gain.tolist()), tuple(shift.tolist()))
