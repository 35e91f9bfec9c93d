"""Where a shape ends, pixel after pixel along its outline; for a render thread."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray


class OutlinePixels(NamedTuple):
    """Pixels of outlines, int64 each and equally long.

    Attributes:
        rows, cols: where they are; inside the shape.
        along: how many pixels of the same outline lie before each.
    """

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    along: NDArray[np.int64]


def trace_outline(inside: NDArray[np.bool_]) -> OutlinePixels:
    """The pixels of a shape that touch what is outside, around holes as well.

    Args:
        inside: H×W, where the shape is. It is a part of a larger one: that the array ends is no
            end of the shape.

    Returns:
        Outlines one after the other, each in order (Suzuki and Abe's border following, 1985, as
        OpenCV has it).
    """
    mask = inside.view(np.uint8) if inside.flags.c_contiguous else inside.astype(np.uint8)
    found, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    if not found:
        nothing = np.zeros(0, np.int64)
        return OutlinePixels(nothing, nothing, nothing)
    cols, rows = np.concatenate(found).reshape(-1, 2).T.astype(np.int64)
    along = np.concatenate([np.arange(len(outline), dtype=np.int64) for outline in found])
    height, width = inside.shape
    kept = (rows > 0) & (cols > 0) & (rows < height - 1) & (cols < width - 1)
    return OutlinePixels(rows[kept], cols[kept], along[kept])
