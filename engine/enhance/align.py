"""Where in a photograph the generator's square lies, and how its change comes back.

Coordinates are pixels from the photograph's top left corner, (row, column); the middle of the first
pixel is (0.5, 0.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.enhance.change import Change
from engine.errors import BugError, UserError
from engine.imaging.types import Pixels, Rect, Rgb, to_float

FEATHER = 0.08
"""Share of the square's side over which a change fades to nothing at its border."""
LEAST_SIDE = 16.0
"""Pixels of the photograph."""
Found = Literal["landmarks", "box", "head"]
_SHIFT = 2
"""Pixels that interpolation looks at beyond its place."""


@dataclass(frozen=True)
class Alignment:
    """A square in a photograph, turned so that the face in it stands upright.

    Attributes:
        row: of its centre.
        col: of its centre.
        side: its side in pixels of the photograph.
        turn: radians, clockwise, by which it stands turned.
        found: by what it was found.
    """

    row: float
    col: float
    side: float
    turn: float = 0.0
    found: Found = "box"

    def __post_init__(self) -> None:
        if not math.isfinite(self.row + self.col + self.turn) or not self.side >= LEAST_SIDE:
            raise UserError(
                f"The head is too small in the picture ({self.side:.0f} pixels).",
                remedy="Choose a photograph with a larger head, or draw a larger box.",
            )

    def rect(self, shape: tuple[int, ...]) -> Rect:
        """The part of a photograph of `shape` that the square touches.

        Raises:
            UserError: if it lies outside.
        """
        reach = self.side / 2 * (abs(math.cos(self.turn)) + abs(math.sin(self.turn)))
        around = Rect(
            math.floor(self.row - reach) - _SHIFT,
            math.floor(self.col - reach) - _SHIFT,
            math.ceil(self.row + reach) + _SHIFT,
            math.ceil(self.col + reach) + _SHIFT,
        )
        inside = around.intersected(Rect.whole((shape[0], shape[1])))
        if inside.empty:
            raise UserError("The box lies outside of the picture.", remedy="Draw it again.")
        return inside

    def crop(self, pixels: Pixels, size: int) -> Rgb:
        """The square as the generator sees it, averaged over areas; only its region is read.

        Args:
            pixels: H×W×3 at any depth. What the square holds beyond them is their reflection.
            size: side wanted.

        Returns:
            size×size×3 float32 in [0, 1].
        """
        rect = self.rect(pixels.shape)
        finer = max(1, math.ceil(self.side / size))
        sampled = cv2.warpAffine(
            to_float(pixels[rect.slices]),
            self._places(size * finer, rect),
            (size * finer, size * finer),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )
        if finer > 1:
            sampled = cv2.resize(sampled, (size, size), interpolation=cv2.INTER_AREA)
        return np.clip(sampled, 0.0, 1.0, dtype=np.float32)

    def bring_back(
        self, change: Rgb, shape: tuple[int, ...], *, feather: float = FEATHER
    ) -> Change:
        """A change of the square at the photograph's resolution, fading out at the square's border.

        Args:
            change: size×size×3 float32, of the crop; any values.
            shape: of the photograph, height first.
            feather: share of the side over which it fades.

        Returns:
            What to add to the photograph; exactly 0 wherever the square is not.
        """
        if change.ndim != 3 or change.shape[0] != change.shape[1]:
            raise BugError(f"a change of a square is square, not {change.shape}")
        rect = self.rect(shape)
        values = self._enlarged(change, rect)
        values *= self.weights(rect, feather=feather)[..., None]
        return Change(rect, values)

    def enlarged(self, crop: Rgb, shape: tuple[int, ...]) -> Rgb:
        """A crop at the photograph's resolution, h×w×3 float32 of `rect(shape)`."""
        return self._enlarged(crop, self.rect(shape))

    def weights(self, rect: Rect, *, feather: float = FEATHER) -> NDArray[np.float32]:
        """How much of a change comes through: 1 inside, falling to 0 at the border of the square.

        Args:
            rect: of the photograph.
            feather: share of the side over which it falls.

        Returns:
            h×w float32 in [0, 1]; exactly 0 outside the square.
        """
        rows = np.arange(rect.top, rect.bottom, dtype=np.float32)[:, None] + 0.5 - self.row
        cols = np.arange(rect.left, rect.right, dtype=np.float32)[None, :] + 0.5 - self.col
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        down = _rise(np.float32(cos) * rows - np.float32(sin) * cols, self.side, feather)
        down *= _rise(np.float32(sin) * rows + np.float32(cos) * cols, self.side, feather)
        return down

    def _enlarged(self, crop: Rgb, rect: Rect) -> Rgb:
        if self.side < crop.shape[0]:  # the square is smaller than its crop: average first
            side = max(1, round(self.side))
            crop = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
        back = cv2.invertAffineTransform(self._places(crop.shape[0], rect))
        return np.asarray(
            cv2.warpAffine(
                crop,
                back,
                (rect.width, rect.height),
                flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.float32,
        )

    def _places(self, size: int, rect: Rect) -> NDArray[np.float64]:
        """From (x, y) of a crop of `size` to (x, y) of the photograph's `rect`, pixel middles."""
        scale = self.side / size
        cos, sin = scale * math.cos(self.turn), scale * math.sin(self.turn)
        middle = (size - 1) / 2
        x = self.col - 0.5 - rect.left - middle * (cos - sin)
        y = self.row - 0.5 - rect.top - middle * (sin + cos)
        return np.array([[cos, -sin, x], [sin, cos, y]])


def from_box(box: Rect) -> Alignment:
    """The square around a box that the user drew around head and hair."""
    return Alignment(
        row=(box.top + box.bottom) / 2,
        col=(box.left + box.right) / 2,
        side=float(max(box.height, box.width)),
    )


def from_landmarks(points: NDArray[np.float32]) -> Alignment:
    """The square in which a face lies as in FFHQ.

    Args:
        points: 5×2 (row, column): the eye at the picture's left, the one at its right, the nose,
            the mouth's corners at the left and at the right.

    Source: Karras, Laine, Aila, "A Style-Based Generator Architecture for Generative Adversarial
    Networks", 2019, appendix C: from both eyes and the mouth.
    """
    left, right, _, mouth_left, mouth_right = points.astype(np.float64)
    eyes, mouth = (left + right) / 2, (mouth_left + mouth_right) / 2
    across, down = right - left, mouth - eyes
    # The mean of the eyes' line and of what is square to the line from eyes to mouth.
    axis = across + np.array([-down[1], down[0]])
    side = 2 * max(2.0 * float(np.hypot(*across)), 1.8 * float(np.hypot(*down)))
    row, col = eyes + 0.1 * down
    return Alignment(
        float(row), float(col), side, math.atan2(float(axis[0]), float(axis[1])), "landmarks"
    )


def _rise(along: NDArray[np.float32], side: float, feather: float) -> NDArray[np.float32]:
    """0 at both ends of the side, 1 further in, smooth between."""
    inwards = np.float32(side / 2) - np.abs(along)
    share = np.clip(inwards / np.float32(max(feather * side, 1e-3)), 0.0, 1.0)
    return np.asarray(share * share * (3 - 2 * share), np.float32)
