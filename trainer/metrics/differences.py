"""Sums and means of the differences of two mattes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Alpha

Region = NDArray[np.bool_]
"""H×W bool; which pixels count."""


def total_in(errors: NDArray[np.float32], region: Region) -> float:
    """The sum of a map of errors over a region, in float64."""
    return float(errors.sum(where=region, dtype=np.float64))


def differences(pred: Alpha, alpha: Alpha, region: Region) -> dict[str, float]:
    """SAD in thousands of pixels, MSE and MAD over a region that is not empty."""
    count = int(np.count_nonzero(region))
    return per_pixel(pred, alpha, region, count=count)


def per_pixel(pred: Alpha, alpha: Alpha, region: Region, *, count: int) -> dict[str, float]:
    """SAD, MSE and MAD over a region; the means are over `count` pixels."""
    apart = pred - alpha
    absolute, squared = total_in(np.abs(apart), region), total_in(np.square(apart), region)
    return {"SAD": absolute / 1000, "MSE": squared / count, "MAD": absolute / count}
