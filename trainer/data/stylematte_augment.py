"""How StyleMatte's photographs come back: moved a little, and in another light.

Source: the loaders of paper 000's released code; what they leave to their library's defaults are
albumentations 1.3's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.config import Block
from trainer.data.sample import Pixels8

Planes = dict[str, NDArray[np.generic]]
"""Name to a plane, H×W×3 uint8 or H×W float32, all of one size."""
_FLAT = NDArray[np.float64]


class Motion(Block):
    """Where a picture lies.

    Attributes:
        mirror: probability of left for right.
        probability: of the rest.
        shift: largest way, as a share of each side.
        scale: largest change of size, as a share of it.
        degrees: largest turn.
    """

    mirror: float = 0.5
    probability: float = 0.5
    shift: float = 0.02
    scale: float = 0.05
    degrees: float = 5.0


class Look(Block):
    """In which light, and through which lens.

    Attributes:
        light: probability of another brightness and contrast.
        brightness: largest change, as a share of white.
        contrast: largest change of the slope.
        blur: probability of a mean over squares.
        blur_side: largest side of these in pixels, odd.
        colour: probability of another hue, saturation and value.
        hue: largest turn in degrees.
        saturation: largest change, of 255.
        value: largest change, of 255.
        clahe: probability of equalised local contrast; the animals' loader has it.
    """

    light: float = 0.2
    brightness: float = 0.2
    contrast: float = 0.2
    blur: float = 0.5
    blur_side: int = 3
    colour: float = 0.5
    hue: float = 40.0
    saturation: float = 30.0
    value: float = 20.0
    clahe: float = 0.0


def moved(planes: Planes, rng: np.random.Generator, *, settings: Motion | None = None) -> Planes:
    """All planes under one random mirroring and one random map about the middle.

    What comes from outside of the picture is its mirror image.

    Args:
        planes: sizes and types are kept.
        rng: everything random comes from here.
        settings: None takes the defaults.
    """
    settings = settings or Motion()
    step = -1 if rng.random() < settings.mirror else 1
    planes = {name: plane[:, ::step] for name, plane in planes.items()}
    if rng.random() >= settings.probability:
        return planes
    matrix = _matrix(next(iter(planes.values())).shape[:2], rng, settings)
    return {name: _warped(plane, matrix) for name, plane in planes.items()}


def looked(image: Pixels8, rng: np.random.Generator, *, settings: Look | None = None) -> Pixels8:
    """A photograph in another light: H×W×3 uint8.

    Args:
        image: H×W×3 uint8.
        rng: everything random comes from here.
        settings: None takes the defaults.
    """
    settings = settings or Look()
    for name, change in CHANGES.items():
        if rng.random() < getattr(settings, name):
            image = change(image, rng, settings)
    return image


def blurred(image: Pixels8, rng: np.random.Generator, side: int) -> Pixels8:
    """Means over squares of 3 to `side` pixels, odd; H×W×3 uint8."""
    chosen = 3 + 2 * int(rng.integers((side - 3) // 2 + 1))
    return np.asarray(cv2.blur(np.ascontiguousarray(image), (chosen, chosen)), np.uint8)


def _light(image: Pixels8, rng: np.random.Generator, to: Look) -> Pixels8:
    slope = 1 + rng.uniform(-1, 1) * to.contrast
    values = np.arange(256) * slope + 255 * rng.uniform(-1, 1) * to.brightness
    return np.asarray(cv2.LUT(image, _table(values)), np.uint8)


def _blur(image: Pixels8, rng: np.random.Generator, to: Look) -> Pixels8:
    return blurred(image, rng, to.blur_side)


def _colour(image: Pixels8, rng: np.random.Generator, to: Look) -> Pixels8:
    hue, saturation, value = rng.uniform(-1, 1, 3) * (to.hue / 2, to.saturation, to.value)
    steps = np.arange(256)
    turned = np.where(steps < 180, (steps + round(hue)) % 180, 0).astype(np.uint8)
    tables = np.stack([turned, _table(steps + saturation), _table(steps + value)], -1)
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    return np.asarray(cv2.cvtColor(cv2.LUT(hsv, tables[None]), cv2.COLOR_HSV2RGB), np.uint8)


def _clahe(image: Pixels8, rng: np.random.Generator, to: Look) -> Pixels8:
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    equaliser = cv2.createCLAHE(clipLimit=float(rng.uniform(1, 4)), tileGridSize=(8, 8))
    lab[..., 0] = equaliser.apply(np.ascontiguousarray(lab[..., 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8)


CHANGES: dict[str, Callable[[Pixels8, np.random.Generator, Look], Pixels8]] = {
    "light": _light,
    "blur": _blur,
    "colour": _colour,
    "clahe": _clahe,
}
"""By the name of their probability in `Look`, in the order in which they come."""


def _table(values: NDArray[np.floating[Any]]) -> Pixels8:
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)


def _matrix(size: tuple[int, ...], rng: np.random.Generator, to: Motion) -> _FLAT:
    """2×3, from (column, row) of the old picture to the new one's."""
    turn = math.radians(rng.uniform(-1, 1) * to.degrees)
    scale = 1 + rng.uniform(-1, 1) * to.scale
    linear = scale * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    sides = np.array([size[1], size[0]], np.float64)
    middle = (sides - 1) / 2
    shift = rng.uniform(-1, 1, 2) * to.shift * sides
    return np.column_stack([linear, middle - linear @ middle + shift])


def _warped(plane: NDArray[np.generic], matrix: _FLAT) -> NDArray[np.generic]:
    to = plane.shape[1], plane.shape[0]
    whole = np.ascontiguousarray(plane)
    return np.asarray(
        cv2.warpAffine(whole, matrix, to, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    )
