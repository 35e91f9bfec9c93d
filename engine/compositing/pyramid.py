"""A photograph at halved sizes, 8 bits a channel, for showing it small."""

from __future__ import annotations

import threading
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.geometry import strips
from engine.imaging.types import Image, Rect

ROWS = 512


class Pyramid:
    """Levels of a photograph; level L halves the size L times, made when it is first asked for.

    Each pixel of a level is the mean of a whole block of the photograph (the last ones repeat its
    edge), so the levels lie exactly on top of each other. May be used by several threads.

    Args:
        image: the photograph, any depth; level 0 is taken from it as it is.
    """

    def __init__(self, image: Image) -> None:
        self._images = [image]
        self._lock = threading.Lock()

    @property
    def image(self) -> Image:
        """The photograph."""
        return self._images[0]

    def level(self, level: int) -> Image:
        """The photograph at 1/2^level of its size, uint8 from level 1 on."""
        with self._lock:
            while len(self._images) <= level:
                self._images.append(Image(_halved(self._images[-1].pixels)))
            return self._images[level]

    def crop(self, rect: Rect, level: int) -> NDArray[np.uint8]:
        """Pixels of a level: `rect` in its coordinates, h×w×3 uint8 RGB."""
        return eight_bits(self.level(level).pixels[rect.slices])


def eight_bits(samples: NDArray[Any]) -> NDArray[np.uint8]:
    """uint8, uint16 or float32 samples as uint8, rounded to nearest; uint8 is not copied."""
    if samples.dtype == np.uint8:
        return samples
    if samples.dtype == np.uint16:
        return np.asarray(cv2.convertScaleAbs(samples, alpha=1 / 257))
    return np.asarray(cv2.convertScaleAbs(np.clip(samples, 0.0, 1.0), alpha=255))


def reduced(samples: NDArray[Any], factor: int) -> NDArray[Any]:
    """Mean of every factor×factor block; started blocks at the bottom and right repeat the edge."""
    if factor == 1:
        return samples
    height, width = -(-samples.shape[0] // factor), -(-samples.shape[1] // factor)
    below, beside = height * factor - samples.shape[0], width * factor - samples.shape[1]
    if below or beside:
        samples = cv2.copyMakeBorder(samples, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(samples, (width, height), interpolation=cv2.INTER_AREA))


def _halved(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    height, width = -(-pixels.shape[0] // 2), -(-pixels.shape[1] // 2)
    half = np.empty((height, width, 3), np.uint8)
    for strip in strips(pixels.shape[:2], rows=ROWS):
        small = reduced(eight_bits(pixels[strip.slices]), 2)
        half[strip.top // 2 : strip.top // 2 + small.shape[0]] = small
    return half
