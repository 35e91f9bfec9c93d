"""Which colours, and at which height of the frame, are the subject's and which the ground's."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Alpha

LIGHT_BINS, TINT_BINS = 10, 20
TINT_FIRST, TINT_SPAN = 78, 100
"""The part of OpenCV's 8-bit Lab scale that tints of photographs lie in."""
SMOOTHING = (0.03, 0.23, 0.48, 0.23, 0.03)
"""A Gaussian over neighbouring bins with a standard deviation of about 0.8."""
FLOOR = 20.0
"""Evidence that every bin is given, in averages over all bins' rounding."""


@dataclass(frozen=True)
class ColourBins:
    """Every pixel's place in a coarse histogram of height and Lab colour.

    Attributes:
        index: H×W bin numbers.
        shape: bins of height, lightness and the two tints.
    """

    index: NDArray[np.intp]
    shape: tuple[int, int, int, int]

    def count(self, weights: Alpha) -> NDArray[np.float64]:
        """The smoothed histogram of H×W weights, flat."""
        total = int(np.prod(self.shape))
        counts = np.bincount(self.index.ravel(), weights.ravel(), total)
        histogram: NDArray[np.float64] = counts.astype(np.float64).reshape(self.shape)
        for axis in range(4):
            if self.shape[axis] > 1:
                histogram = _smoothed(histogram, axis)
        return np.asarray(histogram.ravel())

    def evidence(self, subject: Alpha) -> Alpha:
        """Log of how much likelier each pixel's colour is in the subject than around it.

        Args:
            subject: H×W float32, the share of each pixel that is thought to be the subject.
        """
        inside, around = self.count(subject), self.count(1.0 - subject)
        floor = 1e-4 * FLOOR / len(inside)
        ratio = (inside / inside.sum() + floor) / (around / around.sum() + floor)
        return np.asarray(np.log(ratio)[self.index], np.float32)


def colour_bins(rgb: NDArray[np.uint8], *, heights: int) -> ColourBins:
    """Sort the pixels of H×W×3 uint8 RGB into bins, `heights` of them from top to bottom."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.intp)
    light = lab[..., 0] * LIGHT_BINS // 256
    tints = np.clip((lab[..., 1:] - TINT_FIRST) * TINT_BINS // TINT_SPAN, 0, TINT_BINS - 1)
    row = (np.arange(len(rgb)) * heights // len(rgb))[:, None]
    index = ((row * LIGHT_BINS + light) * TINT_BINS + tints[..., 0]) * TINT_BINS + tints[..., 1]
    return ColourBins(index, (heights, LIGHT_BINS, TINT_BINS, TINT_BINS))


def _smoothed(histogram: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    reach = len(SMOOTHING) // 2
    margins = [(reach, reach) if i == axis else (0, 0) for i in range(histogram.ndim)]
    padded = np.pad(histogram, margins, mode="edge")
    length = histogram.shape[axis]
    parts = [
        weight * padded.take(range(start, start + length), axis)
        for start, weight in enumerate(SMOOTHING)
    ]
    return np.asarray(sum(parts))
