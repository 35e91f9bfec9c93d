"""Random backgrounds for composites: the user's photographs, or colours and light made here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.imaging.geometry import resize
from engine.imaging.types import Rgb, to_float

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp"})
_COARSE = (2, 4, 8, 16, 32)
"""Sides of the noises that are added up, the coarsest first; each has half the amplitude."""


@dataclass(frozen=True)
class Scenery:
    """Where backgrounds come from.

    Attributes:
        files: photographs (the paper takes MS COCO's); empty makes out-of-focus light instead.
    """

    files: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """For reports."""
        return f"{len(self.files)} photographs" if self.files else "made"

    def draw(self, rng: np.random.Generator, size: tuple[int, int]) -> Rgb:
        """A background, H×W×3 float32 in [0, 1].

        Args:
            rng: chooses.
            size: height and width.

        Raises:
            UserError: if a photograph cannot be read.
        """
        if not self.files:
            return made(rng, size)
        from engine.imaging.read import read_image

        pixels = read_image(self.files[int(rng.integers(len(self.files)))]).pixels
        side = min(pixels.shape[:2])
        top, left = (int(rng.integers(length - side + 1)) for length in pixels.shape[:2])
        return to_float(resize(pixels[top : top + side, left : left + side], size))


MADE = Scenery()


def scenery_of(folder: Path | None) -> Scenery:
    """The photographs of a folder, sorted by name.

    Raises:
        UserError: if there are none.
    """
    if folder is None:
        return MADE
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise UserError("There are no pictures for backgrounds in this folder.", path=folder)
    return Scenery(tuple(found))


def made(rng: np.random.Generator, size: tuple[int, int]) -> Rgb:
    """Two colours mixed by smooth noise, with some light of a third."""
    colours = rng.random((3, 3), dtype=np.float32)
    mix, light = _noise(rng, size), _noise(rng, size)
    found = colours[0] + mix[..., None] * (colours[1] - colours[0])
    found += (light[..., None] - 0.5) * (colours[2] - 0.5)
    return np.clip(found, 0.0, 1.0, dtype=np.float32)


def _noise(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float32]:
    """H×W float32 in [0, 1], with the spectrum of out-of-focus surroundings."""
    total = np.zeros(size, np.float32)
    for number, side in enumerate(_COARSE):
        grain = rng.standard_normal((side, side), dtype=np.float32) * np.float32(0.5**number)
        total += cv2.resize(grain, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(1 / (1 + np.exp(-2 * total)), np.float32)
