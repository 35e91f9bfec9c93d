"""Views of a finished cut as whole pictures, drawn as the window draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compositing.pyramid import Pyramid
from engine.compositing.view_crop import Scene
from engine.compositing.view_outline import trace_outline
from engine.compositing.view_tiles import render_tile
from engine.compositing.views import VIEWS
from engine.imaging.geometry import strips
from engine.imaging.types import NO_STROKE, Alpha, Image, Rect, Trimap, to_float
from engine.jobs.requests import CutRequest, CutResult
from engine.settings import CutSettings

ROWS = 256
DASH = 4
"""Pixels of an outline's dash, black and white in turn."""


def draw_picture(
    view: str, request: CutRequest, result: CutResult
) -> tuple[NDArray[np.uint8], Alpha | None]:
    """A view of a cut, as it is drawn before anything was chosen about it.

    Args:
        view: a name of `engine.compositing.views.VIEWS`.
        request: what was cut.
        result: what came of it.

    Returns:
        H×W×3 uint8 straight, as the photograph's profile describes them, and H×W float32 coverage
        or None for an opaque view.
    """
    size = request.image.size
    scene = Scene(_Viewed(request, result), Pyramid(request.image))
    colours, cover = np.empty((*size, 3), np.uint8), np.ones(size, np.float32)
    opaque = True
    for strip in strips(size, rows=ROWS):
        tile = render_tile(view, scene, strip, 0)
        colours[strip.slices] = tile.pixels[..., 2::-1]
        if not tile.opaque:
            opaque = False
            cover[strip.slices] = to_float(tile.pixels[..., 3])
            _divide(colours[strip.slices], cover[strip.slices])
    if VIEWS[view].outline:
        _draw_outline(colours, result.alpha)
    return colours, None if opaque else cover


def _divide(colours: NDArray[np.uint8], cover: NDArray[np.float32]) -> None:
    """Premultiplied colours become straight, in place; where there is nothing, black."""
    straight = colours / np.maximum(cover, np.float32(1 / 255))[..., None]
    colours[...] = np.minimum(np.rint(straight), 255)


def _draw_outline(colours: NDArray[np.uint8], alpha: Alpha) -> None:
    rows, cols, along = trace_outline(alpha >= 0.5)
    bright = along // DASH % 2 == 1
    colours[rows, cols] = np.where(bright, np.uint8(255), np.uint8(0))[:, None]


@dataclass(frozen=True, eq=False)
class _Array:
    """An array that is read by rectangles: a plane of one tile."""

    values: NDArray[Any]

    @property
    def size(self) -> tuple[int, int]:
        return self.values.shape[0], self.values.shape[1]

    @property
    def tiles(self) -> tuple[NDArray[Any], ...]:
        return (self.values,)

    @property
    def tile_side(self) -> int:
        return max(self.size)

    def read(self, rect: Rect | None = None) -> NDArray[Any]:
        return self.values if rect is None else self.values[rect.slices]


class _Viewed:
    """A cut as `engine.compositing.views.ViewedDocument`."""

    def __init__(self, request: CutRequest, result: CutResult) -> None:
        size = request.image.size
        strokes = np.full(size, NO_STROKE, np.uint8) if request.strokes is None else request.strokes
        self.image: Image = request.image
        self.size: tuple[int, int] = size
        self.settings: CutSettings = request.settings
        self.strokes = _Array(strokes)
        self.mask = None if result.mask is None else _Array(result.mask)
        self.trimap = _Array(result.trimap)
        self.alpha = _Array(result.alpha)
        self.foreground = _Array(result.foreground)
        self.enhanced: _Array | None = None

    def effective_trimap(self, rect: Rect | None = None) -> Trimap:
        """The trimap that was solved: the strokes are in it."""
        return self.trimap.read(rect)
