"""The connectivity error: whether a matte hangs together as the true one does."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Alpha
from trainer.metrics.differences import Region

_FORGIVEN = np.float32(0.15)
_THRESHOLDS = [np.float32(step / 10) for step in range(11)]
"""In float32 as MATLAB compares: 153/255 is at least 0.6, which it is not in float64."""


def connectivity_map(
    pred: Alpha, alpha: Alpha, *, close_when_empty: bool = True
) -> NDArray[np.float32]:
    """|φ_p − φ_g| of each pixel (Rhemann et al. 2009), as the Composition-1k evaluation has it.

    Ω_k is the largest 4-connected part of where both mattes reach k/10. A pixel's level l is
    (k − 1)/10 at the first k whose Ω_k lacks it, else 1; φ is 1 − d where d = α − l is at least
    0.15, else 1.

    Args:
        pred: H×W float32 in [0, 1].
        alpha: the truth.
        close_when_empty: what a threshold that nothing reaches does to pixels still connected:
            their level is found (Composition-1k), or nothing (P3M).
    """
    levels = _levels(np.minimum(pred, alpha), close_when_empty=close_when_empty)
    return np.abs(_connected(pred, levels) - _connected(alpha, levels))


def _connected(matte: Alpha, levels: NDArray[np.float32]) -> NDArray[np.float32]:
    apart = matte - levels
    return np.where(apart >= _FORGIVEN, 1 - apart, np.float32(1))


def _levels(both: Alpha, *, close_when_empty: bool) -> NDArray[np.float32]:
    levels = np.ones(both.shape, np.float32)
    pending = np.ones(both.shape, np.bool_)
    for before, threshold in pairwise(_THRESHOLDS):
        largest = _largest_part(both >= threshold)
        if largest is None and not close_when_empty:
            continue
        lost = pending if largest is None else pending & ~largest
        levels[lost] = before
        pending = pending & ~lost
    return levels


def _largest_part(mask: Region) -> Region | None:
    """The largest 4-connected part; of equal ones the first column by column, as in MATLAB."""
    # transposed, since OpenCV numbers the parts row by row
    turned = np.ascontiguousarray(mask.T).view(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(turned, connectivity=4)
    if count == 1:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))  # 0 is the background
    return np.ascontiguousarray((labels == largest).T)
