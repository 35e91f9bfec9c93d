"""The viewer's gain and gamma on what is shown; for a render thread."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.compositing.view_look import Grade
from engine.imaging.types import from_float


def graded(values: NDArray[np.float32], grade: Grade) -> NDArray[np.float32]:
    """Float32 values in [0, 1] of any shape through gain and gamma, in [0, 1]."""
    if grade.neutral:
        return values
    lifted = np.clip(values * np.float32(grade.gain), 0, 1)
    return np.asarray(np.power(lifted, np.float32(1 / grade.gamma)))


def regraded(pixels: NDArray[np.uint8], grade: Grade) -> NDArray[np.uint8]:
    """Drawn pixels through gain and gamma.

    Args:
        pixels: H×W×3 RGB, or H×W×4 B, G, R, A premultiplied, whose coverage stays.
        grade: what to do.
    """
    if pixels.shape[2] == 3:
        return np.asarray(cv2.LUT(pixels, _table(grade)))
    cover = pixels[..., 3:].astype(np.uint16)
    straight = pixels[..., :3].astype(np.uint16) * 255 // np.maximum(cover, 1)
    colours = _table(grade)[np.minimum(straight, 255)]
    weighted = (colours * cover + 127) // 255
    return np.concatenate([weighted.astype(np.uint8), pixels[..., 3:]], axis=-1)


def _table(grade: Grade) -> NDArray[np.uint8]:
    every = np.arange(256, dtype=np.float32) / np.float32(255)
    return np.asarray(from_float(graded(every, grade), np.uint8))
