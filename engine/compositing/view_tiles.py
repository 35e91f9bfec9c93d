"""Draws pieces of the views, at any level, as pixels for the screen; for a render thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.compositing.view_composite import draw_composite
from engine.compositing.view_crop import (
    BgrA8,
    Crop,
    Rgb8Pixels,
    Scene,
    blended,
    mixed,
    premultiplied,
)
from engine.compositing.viewer_grade import graded, regraded
from engine.compositing.views import PALETTES, STROKE_STRENGTH, Rgb8
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    UNKNOWN,
    Rect,
    from_float,
)

__all__ = ["Scene", "ViewTile", "render_tile"]

_MASKED_OUT = (24, 24, 24)
_MASK_STRENGTH = 0.7
_DIMMED = 0.3
_GREY = (128, 128, 128)
_CHANGE_COLOURS = cv2.COLORMAP_INFERNO


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
    """Draw a rectangle of a view, or of a shape that is outlined.

    Args:
        view: a name of `engine.compositing.views.VIEWS`, or of `SHAPES`: white inside.
        scene: what to draw.
        rect: where, in pixels of the level; inside it.
        level: each halves the size; 0 is the photograph's own.

    Returns:
        The rectangle's pixels, ready for a QImage.
    """
    drawn = _RENDERERS[view](Crop(scene, rect, level))
    if drawn.shape[2] == 4:
        return ViewTile(drawn, opaque=False)
    return ViewTile(np.asarray(cv2.cvtColor(drawn, cv2.COLOR_RGB2BGRA)), opaque=True)


def _input(crop: Crop) -> Rgb8Pixels:
    return crop.photo()


def _guidance(crop: Crop) -> Rgb8Pixels:
    """The photograph, dark where the mask cuts, and the strokes on it."""
    drawn, mask = crop.photo(), crop.mask()
    if mask is not None:
        drawn = mixed(drawn, _MASKED_OUT, (1 - mask) * np.float32(_MASK_STRENGTH))
    colours = PALETTES[crop.scene.look.palette]
    return crop.tinted(drawn, crop.strokes, colours, STROKE_STRENGTH)


def _trimap(crop: Crop) -> Rgb8Pixels:
    """Keep, cut and unknown over the photograph; before there is a trimap only the strokes."""
    colours, strength = PALETTES[crop.scene.look.palette], crop.scene.look.strength("trimap")
    trimap = crop.trimap
    if trimap is None:
        return crop.tinted(crop.photo(), crop.strokes, colours, strength)
    of_value = {value: colours[label] for value, label in _LABEL_OF_TRIMAP.items()}
    covers = cv2.merge([crop.cover(trimap, value) for value in of_value])
    tint = cv2.transform(covers, np.array(list(of_value.values()), np.float32).T)
    whole = np.full(tint.shape[:2], strength, np.float32)
    return blended(np.asarray(cv2.convertScaleAbs(tint)), crop.photo(), whole)


def _alpha(crop: Crop) -> Rgb8Pixels:
    return _grey(graded(crop.matte(), crop.scene.look.grade))


def _foreground(crop: Crop) -> Rgb8Pixels:
    return crop.colours()


def _layers(crop: Crop) -> BgrA8:
    """The cut-out over what lies below: the canvas shows a checkerboard."""
    return premultiplied(crop.colours(), crop.matte())


def _onion(crop: Crop) -> BgrA8:
    """The photograph, fading outside the subject."""
    matte, fading = crop.matte(), np.float32(crop.scene.look.strength("onion"))
    return premultiplied(crop.photo(), 1 - (1 - matte) * fading)


def _on(view: str, colour: Rgb8) -> Callable[[Crop], Rgb8Pixels]:
    """The cut-out over a colour, which may let the photograph through."""

    def draw(crop: Crop) -> Rgb8Pixels:
        strength, matte = crop.scene.look.strength(view), crop.matte()
        if strength == 1.0:
            return mixed(crop.colours(), colour, 1 - matte)
        photo = crop.photo()
        behind = mixed(photo, colour, np.full(matte.shape, strength, np.float32))
        return blended(crop.colours(), behind, matte)

    return draw


def _overlay(crop: Crop) -> Rgb8Pixels:
    """The subject clear, what is cut away in the overlay's colour."""
    look = crop.scene.look
    share = (1 - crop.matte()) * np.float32(look.strength("overlay"))
    return mixed(crop.photo(), look.overlay_colour, share)


def _enhanced(crop: Crop) -> Rgb8Pixels:
    return crop.enhanced()


def _change(crop: Crop) -> Rgb8Pixels:
    """Where and how much the picture changes, glowing over the dimmed photograph in grey."""
    share = crop.change()
    if crop.state.enhanced is None:
        return crop.photo()
    grey = np.asarray(cv2.cvtColor(crop.photo(), cv2.COLOR_RGB2GRAY)) * np.float32(_DIMMED)
    under = np.asarray(cv2.cvtColor(grey.astype(np.uint8), cv2.COLOR_GRAY2RGB))
    glow = cv2.applyColorMap(from_float(share, np.uint8), _CHANGE_COLOURS)
    return blended(np.asarray(cv2.cvtColor(glow, cv2.COLOR_BGR2RGB)), under, np.sqrt(share))


def _viewed(draw: Callable[[Crop], NDArray[np.uint8]]) -> Callable[[Crop], NDArray[np.uint8]]:
    """What `draw` makes, through the viewer's gain and gamma."""

    def drawn(crop: Crop) -> NDArray[np.uint8]:
        grade = crop.scene.look.grade
        pixels = draw(crop)
        return pixels if grade.neutral else regraded(pixels, grade)

    return drawn


def _matte_shape(crop: Crop) -> Rgb8Pixels:
    return _grey(crop.matte())


def _unknown_shape(crop: Crop) -> Rgb8Pixels:
    """White where the matte is to be found; before there is a trimap, where strokes say so."""
    trimap = crop.trimap
    if trimap is None:
        return _grey(crop.cover(crop.strokes, STROKE_UNKNOWN))
    return _grey(crop.cover(trimap, UNKNOWN))


def _grey(share: NDArray[np.float32]) -> Rgb8Pixels:
    return np.asarray(cv2.cvtColor(from_float(share, np.uint8), cv2.COLOR_GRAY2RGB))


_LABEL_OF_TRIMAP = {
    FOREGROUND: STROKE_FOREGROUND,
    BACKGROUND: STROKE_BACKGROUND,
    UNKNOWN: STROKE_UNKNOWN,
}

_PLAIN: dict[str, Callable[[Crop], NDArray[np.uint8]]] = {
    "input": _input,
    "guidance": _guidance,
    "trimap": _trimap,
    "foreground": _foreground,
    "composite": draw_composite,
    "layers": _layers,
    "onion": _onion,
    "ants": _input,
    "overlay": _overlay,
    "on_black": _on("on_black", (0, 0, 0)),
    "on_white": _on("on_white", (255, 255, 255)),
    "on_grey": _on("on_grey", _GREY),
    "enhanced": _enhanced,
    "change": _change,
}

_RENDERERS: dict[str, Callable[[Crop], NDArray[np.uint8]]] = {
    **{name: _viewed(draw) for name, draw in _PLAIN.items()},
    "alpha": _alpha,
    "matte": _matte_shape,
    "unknown": _unknown_shape,
}
"""Views as the viewer's gain and gamma show them; the matte is graded before it is rounded."""
