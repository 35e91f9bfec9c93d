"""What was behind a subject, guessed from around it: enough for what is blurred anyway."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from engine.compositing.matte_copies import ReadMatte, small_matte
from engine.compositing.pyramid import reduced
from engine.compositing.sampling import Axis, sample_values
from engine.imaging.geometry import strips
from engine.imaging.types import Alpha, Pixels, Rect, Rgb, from_float, to_float

_SURE = 8.0
"""Samples of which the subject covers an eighth or more are not looked at."""
_LEAST = 1e-6
FILLED_SAMPLES = 1_500_000
"""Most samples of the copy on which gaps are filled."""
ROWS = 256


@dataclass(frozen=True, eq=False)
class Subject:
    """What is to be taken out of a photograph.

    Attributes:
        matte: how much of each pixel it covers.
        size: (height, width) of the matte.
    """

    matte: ReadMatte
    size: tuple[int, int]

    def cover(self, size: tuple[int, int]) -> Alpha:
        """The matte on a copy of the photograph that has this size."""
        halvings = max(0, math.floor(math.log2(self.size[0] / size[0])))
        small = small_matte(self.matte, self.size, halvings)
        if small.shape == size:
            return small
        return np.asarray(cv2.resize(small, size[::-1], interpolation=cv2.INTER_LINEAR))

    def most(self, size: tuple[int, int], factor: int) -> Alpha:
        """The most that it covers anywhere in each block of a copy of the photograph.

        Args:
            size: of the copy.
            factor: side of a block in pixels of the copy.

        Returns:
            float32, as large as `reduced` makes the copy by `factor`.
        """
        scale = factor * self.size[0] / size[0], factor * self.size[1] / size[1]
        side = max(1, int(min(scale)))
        found = self._pooled(side)
        down, across = (
            Axis(found.shape[i], scale[i] / side, 0, -(-size[i] // factor)) for i in range(2)
        )
        blocks = Rect(0, 0, down.length, across.length)
        return sample_values(found[..., None], blocks, rows=down, cols=across)[..., 0]

    def _pooled(self, side: int) -> Alpha:
        height, width = (-(-length // side) for length in self.size)
        found = np.empty((height, width), np.float32)
        for strip in strips(self.size, rows=max(1, ROWS // side) * side):
            part = np.asarray(self.matte.read(strip), np.float32)
            first = strip.top // side
            down = np.maximum.reduceat(part, np.arange(0, len(part), side), axis=0)
            across = np.arange(0, self.size[1], side)
            found[first : first + len(down)] = np.maximum.reduceat(down, across, axis=1)
        return found


def clean_plate(copy: Pixels, subject: Subject) -> Pixels:
    """A copy of a photograph in which what the subject covers is filled from around.

    A large one is filled on a reduced copy, which is laid over the subject and what is next to
    it; everything else stays as it is, sample for sample.

    Args:
        copy: h×w×3, any depth; float32 may be brighter than 1.
        subject: of the photograph that it is a copy of.

    Returns:
        A small copy as float32; a large one as it came, the same array if there is no gap, or
        nothing but a gap.
    """
    size = copy.shape[0], copy.shape[1]
    factor = math.ceil(math.sqrt(size[0] * size[1] / FILLED_SAMPLES))
    if factor <= 1:
        return without_subject(_as_float(copy), subject.cover(size))
    known = _known(subject.most(size, factor))
    if known.min() >= 1 or known.max() <= _LEAST:
        return copy
    guess = _filled(_reduced(copy, factor), known)
    plate = copy.copy()
    _lay_over(plate, guess, known, factor)
    return plate


def without_subject(colours: Rgb, cover: Alpha) -> Rgb:
    """A picture in which what the subject covers is filled from around.

    The colours of what is known are averaged on ever smaller copies, and each gap is filled from
    the finest copy that knows anything there (pull-push: Gortler et al., "The Lumigraph", 1996).

    Args:
        colours: h×w×3 float32.
        cover: h×w float32, the subject's.

    Returns:
        h×w×3 float32; the colours themselves if the subject covers everything.
    """
    known = _known(cover)
    return _filled(colours, known) if known.max() > _LEAST else colours


def _known(cover: Alpha) -> Alpha:
    around = cv2.dilate(cover, np.ones((3, 3), np.uint8))  # samples at the edge hold some of it
    return np.clip(1 - np.float32(_SURE) * around, 0.0, 1.0)


def _filled(colours: Rgb, known: Alpha) -> Rgb:
    height, width = known.shape
    if known.min() >= 1 or max(height, width) == 1:
        return colours
    weight = reduced(known, 2)
    means = reduced(colours * known[..., None], 2) / np.maximum(weight, _LEAST)[..., None]
    # A sample that half knows its colour is as good as one that does: finer copies blend it.
    coarse = _filled(means, np.minimum(weight * 4, 1))
    size = 2 * coarse.shape[1], 2 * coarse.shape[0]
    guess = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)[:height, :width]
    return np.asarray(guess + known[..., None] * (colours - guess))


def _as_float(pixels: Pixels) -> Rgb:
    """Light may be brighter than white, and stays so."""
    return pixels if pixels.dtype == np.float32 else to_float(pixels)


def _reduced(copy: Pixels, factor: int) -> Rgb:
    height, width = -(-copy.shape[0] // factor), -(-copy.shape[1] // factor)
    small = np.empty((height, width, 3), np.float32)
    for strip in strips(copy.shape[:2], rows=max(1, ROWS // factor) * factor):
        part = reduced(_as_float(copy[strip.slices]), factor)
        first = strip.top // factor
        small[first : first + len(part)] = part
    return small


def _lay_over(plate: Pixels, guess: Rgb, known: Alpha, factor: int) -> None:
    """Blend the guess into the plate wherever something is not known."""
    height, width = plate.shape[:2]
    rows, cols = Axis(len(guess), 1 / factor, 0, height), Axis(guess.shape[1], 1 / factor, 0, width)
    for strip in _gap(known, factor, (height, width)):
        share = sample_values(known[..., None], strip, rows=rows, cols=cols)
        part = plate[strip.slices]
        colours = _as_float(part)
        filled = sample_values(guess, strip, rows=rows, cols=cols)
        filled += share * (colours - filled)
        made = filled if part.dtype == np.float32 else from_float(filled, part.dtype)
        np.copyto(part, made, where=share < 1)


def _gap(known: Alpha, factor: int, size: tuple[int, int]) -> Iterator[Rect]:
    """Strips of the smallest rectangle that holds all that is not known, and a block around."""
    down, across = (np.flatnonzero((known < 1).any(axis=axis)) for axis in (1, 0))
    top, left = (max(0, int(found[0]) - 1) * factor for found in (down, across))
    bottom = min(size[0], (int(down[-1]) + 2) * factor)
    right = min(size[1], (int(across[-1]) + 2) * factor)
    inside = strips((bottom - top, right - left), rows=ROWS)
    return (strip.moved(top, left) for strip in inside)
