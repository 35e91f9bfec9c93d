"""One rectangle of everything that views are drawn from, at any level; for a render thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.compositing.pyramid import Pyramid, eight_bits, reduced
from engine.compositing.view_look import Look
from engine.compositing.views import CHANGE_SHOWN, Rgb8, ViewedDocument
from engine.imaging.types import Alpha, Image, Rect, from_float, to_float

BgrA8 = NDArray[np.uint8]
"""H×W×4 uint8 blue, green, red, alpha; premultiplied. In memory what Qt calls (A)RGB32."""
Rgb8Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Scene:
    """What is drawn: an immutable state of the document, and what is needed besides.

    Attributes:
        state: the document.
        pyramid: of its photograph; the same one for as long as that is shown.
        backdrop: the loaded background image, if there is one.
        look: how views are drawn.
    """

    state: ViewedDocument
    pyramid: Pyramid
    backdrop: Image | None = None
    look: Look = field(default_factory=Look)


@dataclass(frozen=True, eq=False)
class Crop:
    """One rectangle of everything in a scene, at one level."""

    scene: Scene
    rect: Rect
    level: int

    @property
    def state(self) -> ViewedDocument:
        return self.scene.state

    @property
    def full_rect(self) -> Rect:
        """The rectangle in pixels of the photograph."""
        scaled = Rect(*(edge << self.level for edge in self.rect))
        return scaled.intersected(Rect.whole(self.state.size))

    def photo(self) -> Rgb8Pixels:
        return self.scene.pyramid.crop(self.rect, self.level)

    def colours(self) -> Rgb8Pixels:
        """The foreground, or the photograph's own colours (the caption says which)."""
        plane = self.state.foreground
        return (
            self.photo() if plane is None else eight_bits(self._small(plane.read(self.full_rect)))
        )

    def enhanced(self) -> Rgb8Pixels:
        """The enhanced picture, or the photograph (the caption says which)."""
        plane = self.state.enhanced
        return (
            self.photo() if plane is None else eight_bits(self._small(plane.read(self.full_rect)))
        )

    def change(self) -> NDArray[np.float32]:
        """How much of the largest change that is told apart each pixel changes, 0 to 1."""
        plane, rect = self.state.enhanced, self.full_rect
        if plane is None:
            return np.zeros(self._size, np.float32)
        apart = to_float(plane.read(rect)) - to_float(self.state.image.pixels[rect.slices])
        most = np.abs(apart).max(axis=-1) * np.float32(255 / CHANGE_SHOWN)
        return np.minimum(self._small(most), np.float32(1))

    def mask(self) -> Alpha | None:
        plane = self.state.mask
        return None if plane is None else self._small(plane.read(self.full_rect))

    def matte(self) -> Alpha:
        """The matte; else the mask, else 1 (the caption says which)."""
        if self.state.alpha is not None:
            return self._small(self.state.alpha.read(self.full_rect))
        mask = self.mask()
        return np.ones(self._size, np.float32) if mask is None else mask

    def cover(self, labels: NDArray[np.uint8], label: int) -> NDArray[np.float32]:
        """Share of each pixel that has a label; `labels` is at full size."""
        # Against a number, OpenCV refuses an array of one pixel.
        same = np.full_like(labels, label)
        where = np.asarray(cv2.compare(labels, same, cv2.CMP_EQ))
        return self._small(where) * np.float32(1 / 255)

    def tinted(
        self,
        under: Rgb8Pixels,
        labels: NDArray[np.uint8],
        colours: dict[int, Rgb8],
        strength: float,
    ) -> Rgb8Pixels:
        """Colours over `under` where the labels are."""
        for label, colour in colours.items():
            if (labels == label).any():
                under = mixed(under, colour, self.cover(labels, label) * np.float32(strength))
        return under

    @property
    def _size(self) -> tuple[int, int]:
        return self.rect.height, self.rect.width

    def _small(self, samples: NDArray[Any]) -> NDArray[Any]:
        return reduced(samples, 1 << self.level)


def blended(over: Rgb8Pixels, under: Rgb8Pixels, share: NDArray[np.float32]) -> Rgb8Pixels:
    """`over` where share is 1, `under` where it is 0."""
    return np.asarray(
        cv2.blendLinear(np.ascontiguousarray(over), np.ascontiguousarray(under), share, 1 - share)
    )


def mixed(pixels: Rgb8Pixels, colour: Rgb8, share: NDArray[np.float32]) -> Rgb8Pixels:
    return blended(np.full(pixels.shape, colour, np.uint8), pixels, share)


def premultiplied(colours: Rgb8Pixels, alpha: Alpha) -> BgrA8:
    drawn = np.empty((*alpha.shape, 4), np.uint8)
    cv2.cvtColor(mixed(colours, (0, 0, 0), 1 - alpha), cv2.COLOR_RGB2BGRA, dst=drawn)
    drawn[..., 3] = from_float(alpha, np.uint8)
    return drawn
