"""The rule by which the published test sets are composed, to the pixel."""

from __future__ import annotations

import numpy as np
from PIL import Image

from engine.imaging.geometry import strips
from engine.imaging.types import Alpha
from trainer.data.sample import Pixels8


def covering_corner(background: Pixels8, size: tuple[int, int]) -> Pixels8:
    """The top left corner of a background, enlarged first if it doesn't cover `size`.

    Args:
        background: H'×W'×3 uint8.
        size: height and width wanted.

    Source: the composition script of Deep Image Matting: scaled by the larger of both ratios if
    that is above 1, sides rounded up, Pillow's bicubic.
    """
    height, width = background.shape[:2]
    ratio = max(size[0] / height, size[1] / width)
    if ratio > 1:
        larger = int(np.ceil(width * ratio)), int(np.ceil(height * ratio))
        picture = Image.fromarray(background).resize(larger, Image.Resampling.BICUBIC)
        background = np.array(picture)
    return background[: size[0], : size[1]]


def truncated_blend(foreground: Pixels8, background: Pixels8, alpha: Alpha) -> Pixels8:
    """αF + (1 − α)B cut off to an integer, as the published test sets have it.

    In double precision from α in 255 steps, so that an exact sum may come out one lower, as there.

    Args:
        foreground: H×W×3 uint8.
        background: H×W×3 uint8.
        alpha: H×W float32 in [0, 1].
    """
    merged = np.empty_like(foreground)
    for strip in strips(alpha.shape, rows=256):
        share = np.rint(alpha[strip.slices].astype(np.float64) * 255)[..., None] / 255
        mixed = share * foreground[strip.slices] + (1 - share) * background[strip.slices]
        merged[strip.slices] = mixed.astype(np.uint8)
    return merged
