"""The head of a person whose outline is known: where the eyes lie, and how large the head is.

An outline is compared with how wide people are at each height above and below their eyes, for every
place and size a head may have. Long hair, hats and collars lie within what people differ by; where
they don't, a level counts against a head no more than `MOST`. What a frame cuts off says nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.enhance.align import Alignment
from engine.errors import UserError
from engine.guidance.people import PERSON, People

SIDE = 2.85
"""Half heads in the square; a half head is from the eyes to the chin. Its middle is the eyes'."""
LEVELS = np.arange(-24, 35, 2) / 10
"""Heights at which outlines are compared, in half heads below the eyes."""
FIGURE = np.array(
    [
        # level, half of the width in half heads: narrow, usual, wide (the 10th, 50th, 90th of 100)
        (-2.4, 0.00, 0.00, 0.00),
        (-1.8, 0.00, 0.00, 0.06),
        (-1.6, 0.00, 0.00, 0.50),
        (-1.4, 0.00, 0.00, 0.73),
        (-1.2, 0.01, 0.49, 0.92),
        (-1.0, 0.51, 0.70, 1.03),
        (-0.8, 0.69, 0.84, 1.10),
        (-0.4, 0.80, 0.98, 1.24),
        (0.0, 0.86, 1.03, 1.32),
        (0.4, 0.71, 0.99, 1.34),
        (0.8, 0.57, 0.86, 1.44),
        (1.2, 0.57, 1.02, 1.55),
        (1.6, 0.79, 1.49, 1.92),
        (2.0, 1.47, 1.94, 2.18),
        (2.6, 1.86, 2.21, 2.48),
        (3.4, 1.83, 2.31, 2.73),
    ]
)
"""Measured on 96 photographs of standing people whose eyes and chins were marked by hand."""
STANDING, STANDING_SPREAD = 18.05, 0.08
"""Half heads in a person who stands, and how far people differ, as a share."""
LOWEST = 6.0
"""Half heads between the highest row of a person, a raised hand's maybe, and the eyes, at most."""
TOP = (1.14, 1.36, 1.95)
"""How far the eyes lie below a person's top, hair and hats included, in half heads."""
LEAST_SPREAD, LOPSIDED, MOST = 0.12, 0.25, 3.0
"""Spreads in half heads: of a width, at least; of the middle between both sides of a head. The cost
of a level in spreads, at most."""
WHOLE_WEIGHT, TOP_WEIGHT, SIZE_WEIGHT = 0.25, 0.15, 0.3
"""Of the person's height, of the way from the top to the eyes, and of a size's logarithm, for the
same pixels say less of a larger head; against the mean of all levels."""
HEAD_LEVELS = slice(6, 17)
"""Of `LEVELS`, where the outline's middle is the head's."""
UNSEEN = 0.7
"""Cost of a level that the frame cuts off: that of a usual one."""
TALL = 224
"""Rows to which a person's outline is reduced."""
LEAST_ROWS, LEAST_HALF = 12, 2.5
"""Rows of a person, and pixels of a half head in a reduced outline."""
FINER = 1.07
"""From one size that is tried to the next."""
STEP = 0.3
"""Between two places that are tried, in half heads."""

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


def from_head(people: People, size: tuple[int, int]) -> Alignment:
    """The square around the head of the largest person.

    Args:
        people: who was found (`engine.guidance.people.find_people`).
        size: height and width of the photograph.

    Raises:
        UserError: if there is too little of a person to tell where the head is.
    """
    mask = _largest(people)
    row, col, half = find_head(mask)
    down, across = size[0] / mask.shape[0], size[1] / mask.shape[1]
    return Alignment(row * down, col * across, SIDE * half * down, found="head")


def head_square(mask: Mask) -> Alignment:
    """The same for an outline at the photograph's size.

    Args:
        mask: H×W, True where the person is.

    Raises:
        UserError: if there is too little of a person, or the head is too small.
    """
    row, col, half = find_head(mask)
    return Alignment(row, col, SIDE * half, found="head")


def find_head(mask: Mask) -> tuple[float, float, float]:
    """Where a person's eyes are, by the outline alone, and how large the head is.

    Args:
        mask: H×W, True where the person is.

    Returns:
        Row and column between the eyes, in pixels from the top left corner, and the pixels from
        there to the chin.

    Raises:
        UserError: if there are too few rows of a person.
    """
    filled = np.flatnonzero(mask.any(axis=1))
    if len(filled) < LEAST_ROWS:
        raise UserError(
            "There is too little of a person to see where the head is.",
            remedy="Draw a box around the head.",
        )
    scale = min(1.0, TALL / (filled[-1] + 1 - filled[0]))
    small = _reduced(mask, scale)
    outline = _Outline(small)
    sizes = _sizes(small)
    found = min((outline.best(half) for half in sizes), key=lambda best: best[0])
    _, row, col, half = outline.nearer(found)
    rows, cols = mask.shape[0] / small.shape[0], mask.shape[1] / small.shape[1]
    return float(row * rows), float(col * cols), float(half * rows)


Found = tuple[float, float, float, float]
"""Cost, row, column, half head."""


class _Outline:
    """How far a person reaches to both sides from each pixel.

    Args:
        mask: reduced.
    """

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._left = _reach(mask)
        self._right = _reach(mask[:, ::-1])[:, ::-1]
        filled, across = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
        self._rows, self._cols = (filled[0], filled[-1] + 1), (across[0], across[-1] + 1)

    def best(self, half: float) -> Found:
        """The best place of a head of this size."""
        step = STEP * half
        lowest = min(float(self._rows[1]), self._rows[0] + LOWEST * half)
        rows = np.arange(float(self._rows[0]), lowest, step)
        cols = np.arange(float(self._cols[0]), float(self._cols[1]), step)
        return self._among(rows, cols, half)

    def nearer(self, found: Found) -> Found:
        """The best of the places and sizes around one."""
        _, row, col, half = found
        around = np.linspace(-STEP, STEP, 9) * half
        near = (
            self._among(row + around, col + around, half * FINER**power)
            for power in np.linspace(-1, 1, 5)
        )
        return min(near, key=lambda best: best[0])

    def _among(self, rows: Floats, cols: Floats, half: float) -> Found:
        costs = self._levels(rows, cols, half) + self._below(rows, half)[:, None]
        costs += self._whole(half)
        at, across = np.unravel_index(int(costs.argmin()), costs.shape)
        return float(costs[at, across]), float(rows[at]), float(cols[across]), half

    def _levels(self, rows: Floats, cols: Floats, half: float) -> Floats:
        """Rows×columns: the mean cost of all levels."""
        height, width = self._mask.shape
        levels = np.floor(rows[:, None] + LEVELS * half).astype(int)
        places = np.clip(np.floor(cols).astype(int), 0, width - 1)
        seen = (levels >= 0) & (levels < height)
        at = np.clip(levels, 0, height - 1)[..., None], places[None, None, :]
        left, right = self._left[at], self._right[at]
        cut = (left > places) | (right >= width - places)
        found = _cost((left + right) / (2 * half), cut)
        found[:, HEAD_LEVELS] += _lopsided((left - right)[:, HEAD_LEVELS] / (2 * half))
        return np.asarray(np.where(seen[..., None], found, UNSEEN).mean(axis=1))

    def _whole(self, half: float) -> float:
        """Cost of the size: who stands has so many half heads, whom the frame cuts has fewer."""
        tall = np.log((self._rows[1] - self._rows[0]) / half / STANDING) / STANDING_SPREAD
        cut = self._rows[1] >= self._mask.shape[0] or self._rows[0] == 0
        cost = min(MOST, max(0.0, tall) if cut else abs(tall))
        return float(WHOLE_WEIGHT * cost + SIZE_WEIGHT * np.log(half))

    def _below(self, rows: Floats, half: float) -> Floats:
        """Cost of eyes so far below a person's top."""
        low, usual, high = TOP
        apart = (rows - self._rows[0]) / half - usual
        if self._rows[0] == 0:
            apart = np.maximum(apart, 0)
        spread = np.where(apart > 0, high - usual, usual - low)
        return np.asarray(np.minimum(np.abs(apart) / spread, 2 * MOST) * TOP_WEIGHT)


def _cost(widths: Floats, cut: Mask) -> Floats:
    """…×levels×columns of half widths: how unusual they are; where cut, they may be wider."""
    low, usual, high = (column[None, :, None] for column in _figure())
    apart = widths - usual
    apart = np.where(cut, np.maximum(apart, 0), apart)
    spread = np.maximum(np.where(apart > 0, high - usual, usual - low), LEAST_SPREAD)
    return np.asarray(np.minimum(np.abs(apart) / spread, MOST))


def _lopsided(apart: Floats) -> Floats:
    return np.asarray(np.minimum(np.abs(apart) / LOPSIDED, MOST) / 2)


def _figure() -> Floats:
    """3×levels: narrow, usual, wide."""
    return np.stack([np.interp(LEVELS, FIGURE[:, 0], FIGURE[:, n]) for n in (1, 2, 3)])


def _sizes(mask: Mask) -> Floats:
    """Half heads that are tried: from a person who stands to one whose face fills the frame."""
    filled = np.flatnonzero(mask.any(axis=1))
    tall = filled[-1] + 1 - filled[0]
    least, most = max(LEAST_HALF, tall / (1.25 * STANDING)), tall / 1.5
    count = max(1, int(np.log(most / least) / np.log(FINER)))
    return np.asarray(least * FINER ** np.arange(count + 1))


def _reach(mask: Mask) -> NDArray[np.int64]:
    """How many pixels up to each one, itself included, are joined with it along its row."""
    places = np.arange(1, mask.shape[1] + 1)
    outside = np.maximum.accumulate(np.where(mask, 0, places), axis=1)
    return np.asarray(np.where(mask, places - outside, 0))


def _reduced(mask: Mask, scale: float) -> Mask:
    size = [max(1, round(side * scale)) for side in (mask.shape[1], mask.shape[0])]
    return cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > PERSON


def _largest(people: People) -> Mask:
    """The largest person on the copy on which the likelihood is known."""
    height, width = people.likelihood.shape
    part = (people.parts == 1).astype(np.uint8)
    near = cv2.dilate(
        cv2.resize(part, (width, height), interpolation=cv2.INTER_NEAREST), np.ones((5, 5))
    )
    return (people.likelihood > PERSON) & (near > 0)
