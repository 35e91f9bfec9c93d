"""What was behind a subject, guessed from around it: enough for what is blurred anyway."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from engine.compositing.matte_copies import ReadMatte, small_matte
from engine.compositing.pyramid import reduced
from engine.imaging.types import Alpha, Rgb

_SURE = 8.0
"""Samples of which the subject covers an eighth or more are not looked at."""
_LEAST = 1e-6


@dataclass(frozen=True, eq=False)
class Subject:
    """What is to be taken out of a photograph.

    Attributes:
        matte: how much of each pixel it covers.
        size: (height, width) of the matte.
    """

    matte: ReadMatte
    size: tuple[int, int]

    def cover(self, size: tuple[int, int]) -> Alpha:
        """The matte on a copy of the photograph that has this size."""
        halvings = max(0, math.floor(math.log2(self.size[0] / size[0])))
        small = small_matte(self.matte, self.size, halvings)
        if small.shape == size:
            return small
        return np.asarray(cv2.resize(small, size[::-1], interpolation=cv2.INTER_LINEAR))


def without_subject(colours: Rgb, cover: Alpha) -> Rgb:
    """A picture in which what the subject covers is filled from around.

    The colours of what is known are averaged on ever smaller copies, and each gap is filled from
    the finest copy that knows anything there (pull-push: Gortler et al., "The Lumigraph", 1996).

    Args:
        colours: h×w×3 float32.
        cover: h×w float32, the subject's.

    Returns:
        h×w×3 float32; the colours themselves if the subject covers everything.
    """
    around = cv2.dilate(cover, np.ones((3, 3), np.uint8))  # samples at the edge hold some of it
    known = np.clip(1 - np.float32(_SURE) * around, 0.0, 1.0)
    return _filled(colours, known) if known.max() > _LEAST else colours


def _filled(colours: Rgb, known: Alpha) -> Rgb:
    height, width = known.shape
    if known.min() >= 1 or max(height, width) == 1:
        return colours
    weight = reduced(known, 2)
    means = reduced(colours * known[..., None], 2) / np.maximum(weight, _LEAST)[..., None]
    # A sample that half knows its colour is as good as one that does: finer copies blend it.
    coarse = _filled(means, np.minimum(weight * 4, 1))
    size = 2 * coarse.shape[1], 2 * coarse.shape[0]
    guess = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)[:height, :width]
    return np.asarray(guess + known[..., None] * (colours - guess))
