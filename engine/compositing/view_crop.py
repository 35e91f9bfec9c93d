"""One rectangle of everything that views are drawn from, at any level; for a render thread."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.compositing.plane_copies import PlaneCopies, Source
from engine.compositing.pyramid import Pyramid, eight_bits
from engine.compositing.view_look import Look
from engine.compositing.views import CHANGE_SHOWN, ReadAtLevels, Rgb8, ViewedDocument, ViewedPlane
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
        copies: of its planes; the same ones for as long as the photograph is shown.
    """

    state: ViewedDocument
    pyramid: Pyramid
    backdrop: Image | None = None
    look: Look = field(default_factory=Look)
    copies: PlaneCopies = field(default_factory=PlaneCopies)


class Labels(NamedTuple):
    """A plane of labels, or what follows from several.

    Attributes:
        name: of it.
        source: uint8 labels.
    """

    name: str
    source: Source


@dataclass(frozen=True, eq=False)
class Crop:
    """One rectangle of everything in a scene, at one level."""

    scene: Scene
    rect: Rect
    level: int

    @property
    def state(self) -> ViewedDocument:
        return self.scene.state

    def photo(self) -> Rgb8Pixels:
        return self.scene.pyramid.crop(self.rect, self.level)

    def colours(self) -> Rgb8Pixels:
        """The foreground, or the photograph's own colours (the caption says which)."""
        return self._colours("foreground", self.state.foreground)

    def enhanced(self) -> Rgb8Pixels:
        """The enhanced picture, or the photograph (the caption says which)."""
        return self._colours("enhanced", self.state.enhanced)

    def change(self) -> NDArray[np.float32]:
        """How much of the largest change that is told apart each pixel changes, 0 to 1."""
        plane, photograph = self.state.enhanced, self.state.image.pixels
        if plane is None:
            return np.zeros(self._size, np.float32)

        def apart(rect: Rect) -> NDArray[np.float32]:
            both = to_float(plane.read(rect)) - to_float(photograph[rect.slices])
            return np.asarray(np.abs(both).max(axis=-1) * np.float32(255 / CHANGE_SHOWN))

        return np.minimum(self._small("change", Source((plane,), apart)), np.float32(1))

    def mask(self) -> Alpha | None:
        plane = self.state.mask
        return None if plane is None else self._small("mask", Source((plane,), plane.read))

    def matte(self) -> Alpha:
        """The matte; else the mask, else 1 (the caption says which)."""
        plane = self.state.alpha
        own: object = plane
        if isinstance(own, ReadAtLevels):
            return own.at_level(self.rect, self.level)
        if plane is not None:
            return self._small("alpha", Source((plane,), plane.read))
        mask = self.mask()
        return np.ones(self._size, np.float32) if mask is None else mask

    @property
    def strokes(self) -> Labels:
        """What the user painted."""
        return Labels("strokes", Source((self.state.strokes,), self.state.strokes.read))

    @property
    def trimap(self) -> Labels | None:
        """The trimap with the strokes on top, if there is one."""
        trimap = self.state.trimap
        if trimap is None:
            return None
        return Labels("trimap", Source((trimap, self.state.strokes), self.state.effective_trimap))

    def cover(self, labels: Labels, label: int) -> NDArray[np.float32]:
        """Share of each pixel that has a label."""

        def where(rect: Rect) -> NDArray[np.uint8]:
            found = labels.source.read(rect)
            # Against a number, OpenCV refuses an array of one pixel.
            return np.asarray(cv2.compare(found, np.full_like(found, label), cv2.CMP_EQ))

        source = Source(labels.source.planes, where)
        return self._small((labels.name, label), source) * np.float32(1 / 255)

    def tinted(
        self, under: Rgb8Pixels, labels: Labels, colours: dict[int, Rgb8], strength: float
    ) -> Rgb8Pixels:
        """Colours over `under` where the labels are."""
        for label, colour in colours.items():
            share = self.cover(labels, label)
            if share.any():
                under = mixed(under, colour, share * np.float32(strength))
        return under

    @property
    def _size(self) -> tuple[int, int]:
        return self.rect.height, self.rect.width

    def _colours(self, name: str, plane: ViewedPlane | None) -> Rgb8Pixels:
        if plane is None:
            return self.photo()
        return self._small(name, Source((plane,), lambda rect: eight_bits(plane.read(rect))))

    def _small(self, name: Hashable, source: Source) -> NDArray[Any]:
        return self.scene.copies.read(name, source, self.rect, self.level)


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
