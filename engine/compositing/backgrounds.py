"""What a subject is put on; any rectangle is rendered as the same part of the whole."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.compositing.bokeh import bokeh, bokeh_factor, light_for
from engine.compositing.clean_plate import Subject, clean_plate
from engine.compositing.matte_copies import remembered
from engine.compositing.placing import Place, mirrored, place_of, sample_turned
from engine.compositing.sampling import Axis, sample
from engine.errors import UserError
from engine.imaging.geometry import strips
from engine.imaging.types import Image, Pixels, Rect, Rgb, from_float, to_float
from engine.settings import BackgroundSettings

ROWS = 256
"""Rows rendered at a time."""
BLUR_SAMPLES = 4.0
"""Standard deviation of the blur in pixels of the copy that it is made on."""


def render_background(
    settings: BackgroundSettings,
    image: Image,
    *,
    backdrop: Image | None = None,
    rect: Rect | None = None,
    subject: Subject | None = None,
) -> Pixels | None:
    """Render the background, or a rectangle of it.

    Args:
        settings: what kind, and how.
        image: the photograph: it gives the size, the depth, and what to blur.
        backdrop: the background image, for the kind "image".
        rect: part of the photograph's frame; None is all of it.
        subject: what is taken out of the photograph before it is blurred.

    Returns:
        h×w×3 sRGB-encoded pixels of the photograph's dtype, or None if it is transparent.

    Raises:
        UserError: for the kind "image" without a backdrop.
    """
    if settings.kind == "transparent":
        return None
    rect = Rect.whole(image.size) if rect is None else rect
    render = _RENDERERS[settings.kind](settings, image, backdrop, subject)
    out = np.empty((rect.height, rect.width, 3), image.pixels.dtype)
    for strip in strips((rect.height, rect.width), rows=ROWS):
        out[strip.slices] = from_float(render(strip.moved(rect.top, rect.left)), out.dtype)
    return out


Renderer = Callable[[Rect], Rgb]


def _colour(
    settings: BackgroundSettings, image: Image, backdrop: Image | None, subject: Subject | None
) -> Renderer:
    colour = np.array(settings.colour, np.float32)
    return lambda rect: np.broadcast_to(colour, (rect.height, rect.width, 3))


def _gradient(
    settings: BackgroundSettings, image: Image, backdrop: Image | None, subject: Subject | None
) -> Renderer:
    """From corner to corner along the direction, so that both colours are reached."""
    start = np.array(settings.colour, np.float32)
    change = np.array(settings.colour_end, np.float32) - start
    down = math.sin(math.radians(settings.angle))
    across = math.cos(math.radians(settings.angle))
    height, width = image.size
    length = abs(down) * height + abs(across) * width

    def render(rect: Rect) -> Rgb:
        rows = (np.arange(rect.top, rect.bottom) + 0.5 - height / 2) * (down / length)
        cols = (np.arange(rect.left, rect.right) + 0.5 - width / 2) * (across / length)
        share = (rows[:, None] + cols[None, :] + 0.5).astype(np.float32)
        return start + share[..., None] * change

    return render


def _image(
    settings: BackgroundSettings, image: Image, backdrop: Image | None, subject: Subject | None
) -> Renderer:
    """The backdrop placed in the frame over the colour."""
    if backdrop is None:
        raise UserError(
            "There is no background image.", remedy="Choose one, or another kind of background."
        )
    place = place_of(settings, image.size, backdrop.size)
    pixels = mirrored(_shown(backdrop, place), settings)
    draw = _upright if place.upright else _turned
    return draw(pixels, place, np.array(settings.colour, np.float32))


def _upright(pixels: Pixels, place: Place, colour: Rgb) -> Renderer:
    """An image whose rows are the frame's."""
    rows, cols = (
        Axis.stretched(pixels.shape[i], place.shown[i], start=round(middle - place.shown[i] / 2))
        for i, middle in enumerate(place.middle)
    )

    def render(rect: Rect) -> Rgb:
        covered = rows.inside(rect.top, rect.bottom)[:, None] & cols.inside(rect.left, rect.right)
        sampled = sample(pixels, rect, rows=rows, cols=cols)
        return sampled if covered.all() else np.where(covered[..., None], sampled, colour)

    return render


def _turned(pixels: Pixels, place: Place, colour: Rgb) -> Renderer:
    def render(rect: Rect) -> Rgb:
        sampled, inside = sample_turned(pixels, place, rect)
        return np.asarray(colour + inside[..., None] * (sampled - colour))

    return render


def _blurred(
    settings: BackgroundSettings, image: Image, backdrop: Image | None, subject: Subject | None
) -> Renderer:
    sigma = settings.blur * min(image.size)
    if settings.lens == "disc" and sigma > 0:
        return _out_of_focus(image, sigma, settings.highlights, subject)
    small = _blurred_copy(image, sigma, subject)
    rows = Axis.stretched(small.shape[0], image.size[0])
    cols = Axis.stretched(small.shape[1], image.size[1])
    return lambda rect: sample(small, rect, rows=rows, cols=cols)


def _out_of_focus(
    image: Image, sigma: float, highlights: float, subject: Subject | None
) -> Renderer:
    small = _softened(
        image,
        subject,
        ("disc", sigma, highlights),
        small=lambda: light_for(image.pixels, sigma, highlights=highlights),
        soften=lambda light: bokeh(light, sigma),
    )
    share = 1 / bokeh_factor(sigma)
    rows, cols = (Axis(small.shape[i], share, 0, image.size[i]) for i in range(2))
    return lambda rect: sample(small, rect, rows=rows, cols=cols)


_Maker = Callable[[BackgroundSettings, Image, Image | None, Subject | None], Renderer]
_RENDERERS: dict[str, _Maker] = {
    "colour": _colour,
    "gradient": _gradient,
    "image": _image,
    "blurred": _blurred,
}


def _shown(backdrop: Image, place: Place) -> Pixels:
    """The backdrop, averaged down if it is shown smaller."""
    if place.shown[0] >= backdrop.size[0]:
        return backdrop.pixels
    shown = place.shown
    return _remembered(backdrop, ("area", shown), lambda: _shrunk(backdrop.pixels, shown))


def _blurred_copy(image: Image, sigma: float, subject: Subject | None) -> Pixels:
    """The photograph blurred by `sigma` pixels, on as small a copy as the blur allows."""
    if sigma <= 0:
        return image.pixels
    factor = max(1.0, sigma / BLUR_SAMPLES)
    size = max(1, round(image.size[0] / factor)), max(1, round(image.size[1] / factor))

    def small() -> Pixels:
        shrunk = _shrunk(image.pixels, size)
        return to_float(shrunk) if factor > 1 else shrunk  # enlarged, 8 bits would show steps

    def soften(pixels: Pixels) -> Pixels:
        blurred = cv2.GaussianBlur(pixels, (0, 0), sigma / factor, borderType=cv2.BORDER_REFLECT)
        return np.asarray(blurred)

    return _softened(image, subject, ("blur", sigma), small=small, soften=soften)


def _softened(
    image: Image,
    subject: Subject | None,
    key: tuple[Any, ...],
    *,
    small: Callable[[], Pixels],
    soften: Callable[[Pixels], Pixels],
) -> Pixels:
    """A small copy of a photograph without the subject, softened; made once for each matte."""
    if subject is None:
        return _remembered(image, key, lambda: soften(small()))

    def make() -> Pixels:
        return soften(clean_plate(_remembered(image, ("small", *key), small), subject))

    return remembered(subject.matte, (*key, image.size), make)


def _shrunk(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    if pixels.shape[:2] == tuple(size):
        return pixels
    return np.asarray(cv2.resize(pixels, (size[1], size[0]), interpolation=cv2.INTER_AREA))


_MEMORY: weakref.WeakKeyDictionary[Image, tuple[Any, NDArray[Any]]] = weakref.WeakKeyDictionary()


def _remembered(image: Image, key: Any, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """The last copy made of an image: a frame is rendered in many rectangles."""
    known = _MEMORY.get(image)
    if known is None or known[0] != key:
        known = (key, make())
        _MEMORY[image] = known
    return known[1]
