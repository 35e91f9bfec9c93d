"""Draws pieces of the views, at any level, as pixels for the screen; for a render thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.compositing.backgrounds import render_background
from engine.compositing.blend import composite
from engine.compositing.pyramid import Pyramid, eight_bits, reduced
from engine.compositing.views import (
    CHANGE_SHOWN,
    OVERLAY_STRENGTH,
    PALETTES,
    STROKE_STRENGTH,
    TRIMAP_STRENGTH,
    Rgb8,
    ViewedDocument,
)
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    UNKNOWN,
    Alpha,
    Image,
    Rect,
    from_float,
    to_float,
)

BgrA8 = NDArray[np.uint8]
"""H×W×4 uint8 blue, green, red, alpha; premultiplied. In memory what Qt calls (A)RGB32."""
Rgb8Pixels = NDArray[np.uint8]

_MASKED_OUT = (24, 24, 24)
_MASK_STRENGTH = 0.7
_DIMMED = 0.3
_CHANGE_COLOURS = cv2.COLORMAP_INFERNO


@dataclass(frozen=True, eq=False)
class Scene:
    """What is drawn: an immutable state of the document, and what is needed besides.

    Attributes:
        state: the document.
        pyramid: of its photograph; the same one for as long as that is shown.
        backdrop: the loaded background image, if there is one.
        palette: a name of `PALETTES`.
    """

    state: ViewedDocument
    pyramid: Pyramid
    backdrop: Image | None = None
    palette: str = "standard"


@dataclass(frozen=True, eq=False)
class ViewTile:
    """A drawn piece.

    Attributes:
        pixels: h×w×4 uint8 B, G, R, A; premultiplied.
        opaque: A is 255 everywhere.
    """

    pixels: BgrA8
    opaque: bool


def render_tile(view: str, scene: Scene, rect: Rect, level: int) -> ViewTile:
    """Draw a rectangle of a view.

    Args:
        view: a name of `engine.compositing.views.VIEWS`.
        scene: what to draw.
        rect: where, in pixels of the level; inside it.
        level: each halves the size; 0 is the photograph's own.

    Returns:
        The rectangle's pixels, ready for a QImage.
    """
    drawn = _RENDERERS[view](_Crop(scene, rect, level))
    if drawn.shape[2] == 4:
        return ViewTile(drawn, opaque=False)
    return ViewTile(np.asarray(cv2.cvtColor(drawn, cv2.COLOR_RGB2BGRA)), opaque=True)


@dataclass(frozen=True, eq=False)
class _Crop:
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
        where = np.asarray(cv2.compare(labels, label, cv2.CMP_EQ))
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
                under = _mixed(under, colour, self.cover(labels, label) * np.float32(strength))
        return under

    @property
    def _size(self) -> tuple[int, int]:
        return self.rect.height, self.rect.width

    def _small(self, samples: NDArray[Any]) -> NDArray[Any]:
        return reduced(samples, 1 << self.level)


def _input(crop: _Crop) -> Rgb8Pixels:
    return crop.photo()


def _guidance(crop: _Crop) -> Rgb8Pixels:
    """The photograph, dark where the mask cuts, and the strokes on it."""
    drawn, mask = crop.photo(), crop.mask()
    if mask is not None:
        drawn = _mixed(drawn, _MASKED_OUT, (1 - mask) * np.float32(_MASK_STRENGTH))
    colours = PALETTES[crop.scene.palette]
    return crop.tinted(drawn, crop.state.strokes.read(crop.full_rect), colours, STROKE_STRENGTH)


def _trimap(crop: _Crop) -> Rgb8Pixels:
    """Keep, cut and unknown over the photograph; before there is a trimap only the strokes."""
    colours = PALETTES[crop.scene.palette]
    if crop.state.trimap is None:
        labels = crop.state.strokes.read(crop.full_rect)
        return crop.tinted(crop.photo(), labels, colours, TRIMAP_STRENGTH)
    of_value = {value: colours[label] for value, label in _LABEL_OF_TRIMAP.items()}
    trimap = crop.state.effective_trimap(crop.full_rect)
    covers = [crop.cover(trimap, value) for value in of_value]
    tint = sum(
        cover[..., None] * np.array(colour, np.float32)
        for cover, colour in zip(covers, of_value.values(), strict=True)
    )
    whole = np.full(covers[0].shape, TRIMAP_STRENGTH, np.float32)
    return _blended(np.rint(np.asarray(tint)).astype(np.uint8), crop.photo(), whole)


def _alpha(crop: _Crop) -> Rgb8Pixels:
    grey = from_float(crop.matte(), np.uint8)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB))


def _foreground(crop: _Crop) -> Rgb8Pixels:
    return crop.colours()


def _composite(crop: _Crop) -> NDArray[np.uint8]:
    settings = crop.state.settings.background
    missing = settings.kind == "image" and crop.scene.backdrop is None
    level = crop.scene.pyramid.level(crop.level)
    behind = (
        None
        if missing
        else render_background(settings, level, backdrop=crop.scene.backdrop, rect=crop.rect)
    )
    if behind is None:
        return _premultiplied(crop.colours(), crop.matte())
    over = eight_bits(behind)
    return composite(crop.colours(), crop.matte(), over, linear_light=settings.linear_light)


def _on_black(crop: _Crop) -> Rgb8Pixels:
    return _mixed(crop.colours(), (0, 0, 0), 1 - crop.matte())


def _on_white(crop: _Crop) -> Rgb8Pixels:
    return _mixed(crop.colours(), (255, 255, 255), 1 - crop.matte())


def _overlay(crop: _Crop) -> Rgb8Pixels:
    """The subject clear, what is cut away in the colour of cutting."""
    colour = PALETTES[crop.scene.palette][STROKE_BACKGROUND]
    return _mixed(crop.photo(), colour, (1 - crop.matte()) * np.float32(OVERLAY_STRENGTH))


def _enhanced(crop: _Crop) -> Rgb8Pixels:
    return crop.enhanced()


def _change(crop: _Crop) -> Rgb8Pixels:
    """Where and how much the picture changes, glowing over the dimmed photograph in grey."""
    share = crop.change()
    if crop.state.enhanced is None:
        return crop.photo()
    grey = np.asarray(cv2.cvtColor(crop.photo(), cv2.COLOR_RGB2GRAY)) * np.float32(_DIMMED)
    under = np.asarray(cv2.cvtColor(grey.astype(np.uint8), cv2.COLOR_GRAY2RGB))
    glow = cv2.applyColorMap(from_float(share, np.uint8), _CHANGE_COLOURS)
    return _blended(np.asarray(cv2.cvtColor(glow, cv2.COLOR_BGR2RGB)), under, np.sqrt(share))


_LABEL_OF_TRIMAP = {
    FOREGROUND: STROKE_FOREGROUND,
    BACKGROUND: STROKE_BACKGROUND,
    UNKNOWN: STROKE_UNKNOWN,
}

_RENDERERS: dict[str, Callable[[_Crop], NDArray[np.uint8]]] = {
    "input": _input,
    "guidance": _guidance,
    "trimap": _trimap,
    "alpha": _alpha,
    "foreground": _foreground,
    "composite": _composite,
    "on_black": _on_black,
    "on_white": _on_white,
    "overlay": _overlay,
    "enhanced": _enhanced,
    "change": _change,
}


def _blended(over: Rgb8Pixels, under: Rgb8Pixels, share: NDArray[np.float32]) -> Rgb8Pixels:
    """`over` where share is 1, `under` where it is 0."""
    return np.asarray(
        cv2.blendLinear(np.ascontiguousarray(over), np.ascontiguousarray(under), share, 1 - share)
    )


def _mixed(pixels: Rgb8Pixels, colour: Rgb8, share: NDArray[np.float32]) -> Rgb8Pixels:
    return _blended(np.full(pixels.shape, colour, np.uint8), pixels, share)


def _premultiplied(colours: Rgb8Pixels, alpha: Alpha) -> BgrA8:
    drawn = np.empty((*alpha.shape, 4), np.uint8)
    cv2.cvtColor(_mixed(colours, (0, 0, 0), 1 - alpha), cv2.COLOR_RGB2BGRA, dst=drawn)
    drawn[..., 3] = from_float(alpha, np.uint8)
    return drawn
