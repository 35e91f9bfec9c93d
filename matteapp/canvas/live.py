"""The stroke in progress as it is on the screen, over the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from engine.compositing.views import PALETTES, Rgb8
from engine.imaging.types import STROKE_UNKNOWN, Rect, Strokes
from matteapp.canvas.strokes import ERASE, REFINE, RESTORE
from matteapp.canvas.viewport import NOWHERE, Box, Viewport

STRENGTH = 150
"""Opacity of a stroke while it is drawn, 0 to 255."""
ERASER = (235, 235, 235)
RESTORER = (245, 200, 70)


class LiveStroke:
    """A transparent frame of device pixels, brought up to date where labels have changed."""

    def __init__(self) -> None:
        self._pixels: NDArray[np.uint32] = np.zeros((1, 1), np.uint32)
        self._image = _over(self._pixels)
        self._box = NOWHERE
        self._colours = colour_table("standard")

    @property
    def image(self) -> QImage:
        """Device pixels of the whole widget."""
        return self._image

    @property
    def box(self) -> Box:
        """Outside of this it is empty."""
        return self._box

    def resize(self, width: int, height: int) -> None:
        self._pixels = np.zeros((max(1, height), max(1, width)), np.uint32)
        self._image = _over(self._pixels)
        self._box = NOWHERE

    def set_palette(self, name: str) -> None:
        self._colours = colour_table(name)

    def show(self, labels: Strokes, changed: Rect, viewport: Viewport) -> Box:
        """Show labels that changed in a rectangle of the photograph; where that is on screen."""
        box = viewport.box_of(changed)
        if box.empty:
            return NOWHERE
        rows = _sources(box.y0, box.y1, viewport.y, viewport.scale, labels.shape[0])
        cols = _sources(box.x0, box.x1, viewport.x, viewport.scale, labels.shape[1])
        shown = _sampled(labels, rows, cols, viewport.scale)
        self._pixels[box.y0 : box.y1, box.x0 : box.x1] = self._colours[shown]
        self._box = self._box.united(box)
        return box

    def clear(self) -> Box:
        """Show nothing any more; returns where something was."""
        box = self._box
        self._pixels[box.y0 : box.y1, box.x0 : box.x1] = 0
        self._box = NOWHERE
        return box


def label_colours(palette: str) -> dict[int, Rgb8]:
    """The colour of every label that a stroke can have, sRGB 0–255."""
    chosen = PALETTES[palette]
    more = {ERASE: ERASER, RESTORE: RESTORER, REFINE: chosen[STROKE_UNKNOWN]}
    return {**chosen, **more}


def colour_table(palette: str) -> NDArray[np.uint32]:
    """A premultiplied 0xAARRGGBB for each label, 256 of them."""
    table = np.zeros(256, np.uint32)
    for label, rgb in label_colours(palette).items():
        red, green, blue = (channel * STRENGTH // 255 for channel in rgb)
        table[label] = STRENGTH << 24 | red << 16 | green << 8 | blue
    return table


def _sources(start: int, end: int, origin: int, scale: float, length: int) -> NDArray[np.int64]:
    """The image row (or column) below the middle of each device pixel."""
    middles = (np.arange(start, end) + (0.5 - origin)) / scale
    sources = middles.astype(np.int64)
    return np.minimum(np.maximum(sources, 0, out=sources), length - 1, out=sources)


def _sampled(
    labels: Strokes, rows: NDArray[np.int64], cols: NDArray[np.int64], scale: float
) -> Strokes:
    if scale == 1.0:
        return labels[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    return labels[rows[:, None], cols]


def _over(pixels: NDArray[np.uint32]) -> QImage:
    height, width = pixels.shape
    form = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, width, height, pixels.strides[0], form)
