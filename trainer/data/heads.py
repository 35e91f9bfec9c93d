"""Squares around heads, as the enhancement finds them in a portrait."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.enhance.align import Alignment
from engine.enhance.heads import CENTRE, SQUARE, head_runs, neck_row
from engine.imaging.types import Alpha
from trainer.data.compose import compose
from trainer.data.portraits import portrait_subject
from trainer.data.portraits.backdrop import backdrop
from trainer.data.portraits.traits import sample_traits
from trainer.data.sample import Pixels8, Split

SPAN = 4.2
"""Half heads that a made portrait holds before its head is cut out: the square and some more."""
_HEAD = 2.9
"""Of them in the square, about."""


def head_square(mask: NDArray[np.bool_]) -> Alignment:
    """The square around the head of the only person.

    Args:
        mask: H×W, True where the person is.

    Raises:
        UserError: if there is too little of a person, or the head is too small.
    """
    top, runs = head_runs(mask)
    rows = neck_row(runs)
    middle = float(runs[: max(1, rows)].mean())
    return Alignment(top + CENTRE * rows, middle + 0.5, SQUARE * rows, found="head")


def made_head(rng: np.random.Generator, side: int, split: Split) -> tuple[Pixels8, Alpha]:
    """The head of a made portrait before a made background.

    Args:
        rng: decides everything.
        side: of the square in pixels.
        split: whose hairstyles, garments and backgrounds are drawn from.

    Returns:
        side×side×3 uint8 and its exact matte, side×side float32 in [0, 1].
    """
    size = round(side * SPAN / _HEAD)
    traits = replace(sample_traits(rng, split), span=SPAN, place=(0.0, 0.0))
    subject = portrait_subject(traits, size)
    photograph = compose(subject, backdrop(rng, subject.size, split), rng)
    square = head_square(photograph.alpha > 0.5)
    planes = np.repeat(photograph.alpha[..., None], 3, axis=2)
    return head_pixels(photograph.image, square, side), square.crop(planes, side)[..., 0]


def head_pixels(image: Pixels8, square: Alignment, side: int) -> Pixels8:
    """What a square holds, side×side×3 uint8."""
    return np.rint(square.crop(image, side) * 255).astype(np.uint8)
