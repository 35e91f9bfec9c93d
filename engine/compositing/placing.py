"""Where a background image lies in a frame: fitted, zoomed, turned, mirrored and moved."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Pixels, Rect, Rgb, to_float
from engine.settings import BackgroundSettings

_LEAST = 1e-6
_STEPS = 32
_REACH = 1
"""Samples beyond those looked at that interpolation may touch."""


@dataclass(frozen=True)
class Place:
    """An image's place in a frame.

    Attributes:
        shown: (height, width) of the image in pixels of the frame, before it is turned.
        middle: (row, col) of its middle in the frame.
        angle: degrees that it is turned by, clockwise.
    """

    shown: tuple[int, int]
    middle: tuple[float, float]
    angle: float

    @property
    def upright(self) -> bool:
        """Whether its rows are the frame's rows."""
        return self.angle % 360 == 0


def place_of(settings: BackgroundSettings, frame: tuple[int, int], size: tuple[int, int]) -> Place:
    """Where an image of `size` lies in a frame, both (height, width).

    Filling covers the frame, and fitting shows all of the image, also where it is turned.
    """
    turn = math.radians(settings.rotate)
    along, aslant = abs(math.cos(turn)), abs(math.sin(turn))
    if settings.fit == "fill":
        needs = (
            (frame[0] * along + frame[1] * aslant) / size[0],
            (frame[0] * aslant + frame[1] * along) / size[1],
        )
        fitted = max(needs)
    else:
        takes = size[0] * along + size[1] * aslant, size[0] * aslant + size[1] * along
        fitted = min(frame[0] / takes[0], frame[1] / takes[1])
    zoom = max(fitted * settings.scale, _LEAST)
    shown = max(1, round(size[0] * zoom)), max(1, round(size[1] * zoom))
    middle = tuple(
        round((frame[i] - shown[i]) / 2 + settings.offset[i] * frame[i]) + shown[i] / 2
        for i in range(2)
    )
    return Place(shown, (middle[0], middle[1]), settings.rotate)


def mirrored(pixels: Pixels, settings: BackgroundSettings) -> Pixels:
    """The image as `settings.flip` says, without copying it."""
    if settings.flip in ("down", "both"):
        pixels = pixels[::-1]
    return pixels[:, ::-1] if settings.flip in ("across", "both") else pixels


def sample_turned(pixels: Pixels, place: Place, rect: Rect) -> tuple[Rgb, NDArray[np.float32]]:
    """A rectangle of the frame.

    Args:
        pixels: the image, H×W×3, at whatever size it is at hand.
        place: where it lies.
        rect: in pixels of the frame.

    Returns:
        h×w×3 float32 in [0, 1], and h×w float32: the share of each pixel that the image covers.
    """
    down, across = _places(place, rect)
    rows = down * (pixels.shape[0] / place.shown[0])
    cols = across * (pixels.shape[1] / place.shown[1])
    inside = np.minimum(_covered(down, place.shown[0]), _covered(across, place.shown[1])).astype(
        np.float32
    )
    rows, top, bottom = _within(rows, pixels.shape[0])
    cols, left, right = _within(cols, pixels.shape[1])
    part = to_float(pixels[top:bottom, left:right])
    drawn = cv2.remap(
        part,
        (cols - left).astype(np.float32),
        (rows - top).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(drawn), inside


def _places(place: Place, rect: Rect) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the middles of the frame's pixels lie in the image as it is shown, from its corner."""
    turn = math.radians(place.angle)
    along, aslant = math.cos(turn), math.sin(turn)
    rows = np.arange(rect.top, rect.bottom)[:, None] + 0.5 - place.middle[0]
    cols = np.arange(rect.left, rect.right)[None, :] + 0.5 - place.middle[1]
    down = rows * along - cols * aslant + place.shown[0] / 2
    across = rows * aslant + cols * along + place.shown[1] / 2
    return down, across


def _covered(places: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """1 inside, 0 outside, and in between on the pixel at the edge."""
    return np.clip(np.minimum(places, length - places) + 0.5, 0.0, 1.0)


def _within(places: NDArray[np.float64], samples: int) -> tuple[NDArray[np.float64], int, int]:
    """Places among samples, held inside, and the first and last that are needed for them.

    In the steps that OpenCV interpolates in, so that where a rectangle starts makes no difference.
    """
    held = np.rint(np.clip(places - 0.5, 0, samples - 1) * _STEPS) / _STEPS
    first = max(0, math.floor(float(held.min())) - _REACH)
    stop = min(samples, math.ceil(float(held.max())) + 1 + _REACH)
    return held, first, stop
