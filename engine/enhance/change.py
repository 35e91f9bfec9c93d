"""What comes back from the generator: a change of the photograph, measured and bounded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError, UserError
from engine.imaging.types import Pixels, Rect, Rgb, from_float

GREY_LEVELS = 255.0
MOST_STRENGTH = 1.5
STRIP = 256
"""Rows that are added at a time."""


@dataclass(frozen=True)
class ChangeBounds:
    """How much a photograph may change: the guard of the face's identity.

    Attributes:
        most: of any sample, in grey levels of 255.
        mean: of all samples inside the square, in grey levels of 255.
    """

    most: float = 24.0
    mean: float = 4.0

    def __post_init__(self) -> None:
        if not (self.most > 0 and self.mean > 0):
            raise UserError("The bounds of a change must be above 0 grey levels.")


@dataclass(frozen=True)
class ChangeSize:
    """How much a photograph has changed, in grey levels of 255.

    Attributes:
        most: the largest difference of a sample.
        mean: the mean difference over the square.
        held_back: share of the wanted mean difference that the bounds took away, 0 to 1.
    """

    most: float
    mean: float
    held_back: float = 0.0


@dataclass(frozen=True, eq=False)
class Change:
    """Something to add to a part of a photograph.

    Attributes:
        rect: the part.
        values: h×w×3 float32, sRGB-encoded, about [-1, 1].
    """

    rect: Rect
    values: Rgb

    def __post_init__(self) -> None:
        if self.values.shape != (self.rect.height, self.rect.width, 3):
            raise BugError(f"a change of {self.values.shape} for {self.rect}")
        self.values.flags.writeable = False

    def bounded(self, strength: float, bounds: ChangeBounds) -> tuple[Change, ChangeSize]:
        """The change at a strength, within bounds: samples are cut, then all of it is scaled.

        Args:
            strength: 0 to 1.5; 1 is what was found.
            bounds: what is allowed.

        Raises:
            UserError: for another strength.
        """
        if not 0 <= strength <= MOST_STRENGTH:
            raise UserError(
                f"A strength of {strength:.0%} is not possible.", remedy="Choose 0 to 150 %."
            )
        kept = self.values * np.float32(strength)
        asked = self._mean(kept)
        limit = np.float32(bounds.most / GREY_LEVELS)
        mean = asked
        if _largest(kept) > limit:
            np.clip(kept, -limit, limit, out=kept)
            mean = self._mean(kept)
        if mean > bounds.mean:
            kept *= np.float32(bounds.mean / mean)
            mean = bounds.mean
        held_back = 1 - mean / asked if asked > 0 else 0.0
        size = ChangeSize(_largest(kept) * GREY_LEVELS, mean, held_back)
        return Change(self.rect, kept), size

    def added_to(self, pixels: Pixels) -> Pixels:
        """A photograph with the change, at its own depth; equal to it wherever the change is 0.

        Args:
            pixels: H×W×3 at any depth; it stays as it is.

        Returns:
            A fresh array. Integers are rounded and kept within their range; floating-point samples
            are only added to, so highlights above 1 survive.
        """
        out = pixels.copy()
        target = out[self.rect.slices]
        if out.dtype == np.float32:
            target += self.values
            return out
        scale = np.float32(1 / np.iinfo(out.dtype).max)
        for top in range(0, len(target), STRIP):
            rows = slice(top, top + STRIP)
            sums = np.multiply(target[rows], scale, dtype=np.float32)
            sums += self.values[rows]
            target[rows] = from_float(sums, out.dtype)
        return out

    @cached_property
    def _changed(self) -> int:
        """How many samples there are in pixels that change at all."""
        planes = np.moveaxis(self.values, -1, 0)
        return 3 * int(np.count_nonzero((planes[0] != 0) | (planes[1] != 0) | (planes[2] != 0)))

    def _mean(self, values: Rgb) -> float:
        """Mean absolute value in grey levels over the pixels that change."""
        if self._changed == 0:
            return 0.0
        return float(cv2.norm(_flat(values), cv2.NORM_L1)) / self._changed * GREY_LEVELS

    def map(self, *, full: float = 8.0) -> NDArray[np.float32]:
        """How much each pixel changes, for the eye.

        Args:
            full: grey levels that show as 1.

        Returns:
            h×w float32 in [0, 1] of `rect`: the largest of the three channels' differences.
        """
        found = np.abs(self.values).max(axis=-1) * np.float32(GREY_LEVELS / full)
        return np.minimum(found, np.float32(1.0))


def _largest(values: Rgb) -> float:
    return float(cv2.norm(_flat(values), cv2.NORM_INF)) if values.size else 0.0


def _flat(values: Rgb) -> NDArray[np.float32]:
    """As a matrix, which OpenCV goes through in one pass and without a copy."""
    return values.reshape(len(values), -1)
