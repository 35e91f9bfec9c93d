"""Pictures in a row, photographs below each other: what people look at while a run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.data.sample import Pixels8

SIDE = 256
"""Longer side of each picture on a sheet."""


def picture_sheet(rows: Sequence[Sequence[NDArray[Any]]]) -> Pixels8:
    """A sheet.

    Args:
        rows: each of pictures, H×W×3 uint8 or planes H×W float32 in [0, 1]; rows may differ in
            size and must agree in number.

    Returns:
        H×W×3 uint8.
    """
    cells = [[_cell(picture) for picture in row] for row in rows]
    return np.concatenate([np.concatenate(row, axis=1) for row in cells], axis=0)


def _cell(picture: NDArray[Any]) -> Pixels8:
    """A picture fitted into a square, the rest grey."""
    if picture.ndim == 2:
        picture = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)[..., None].repeat(3, 2)
    scale = SIDE / max(picture.shape[:2])
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    cell = np.full((SIDE, SIDE, 3), 128, np.uint8)
    cell[:height, :width] = cv2.resize(picture, (width, height), interpolation=how)
    return cell
