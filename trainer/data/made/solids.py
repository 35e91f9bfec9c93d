"""Subjects without strands: crisp, out of focus, moving."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from trainer.data.made import paint
from trainer.data.made.layers import Rgba, defocus, lens_blur, motion_blur, over, partly
from trainer.data.made.silhouettes import silhouette
from trainer.data.made.view import look_at
from trainer.data.sample import Pixels8, Split

Size = tuple[int, int]


def crisp(
    size: Size, rng: np.random.Generator, split: Split, pictures: Sequence[Pixels8] = ()
) -> Rgba:
    """A silhouette with a sharp border, two now and then."""
    layer = _one(size, rng, split, pictures)
    return over(layer, _one(size, rng, split, pictures)) if rng.random() < 0.15 else layer


def _one(size: Size, rng: np.random.Generator, split: Split, pictures: Sequence[Pixels8]) -> Rgba:
    shape = silhouette(rng, split)
    softness = float(rng.uniform(1.0, 1.6))
    return paint.body(
        shape, look_at(shape.body, size, rng), rng, softness=softness, pictures=pictures
    )


def soft(
    size: Size, rng: np.random.Generator, split: Split, pictures: Sequence[Pixels8] = ()
) -> Rgba:
    """A silhouette out of focus, wholly or in part."""
    layer = _one(size, rng, split, pictures)
    amount = float(np.exp(rng.uniform(np.log(1.0), np.log(min(size) / 24))))
    blur = _aperture if rng.random() < 0.5 else defocus
    return partly(layer, blur, amount, rng) if rng.random() < 0.4 else blur(layer, amount)


def _aperture(layer: Rgba, amount: float) -> Rgba:
    return lens_blur(layer, 1.7 * amount)


def moving(
    size: Size, rng: np.random.Generator, split: Split, pictures: Sequence[Pixels8] = ()
) -> Rgba:
    """A silhouette that moved while the shutter was open, wholly or in part."""
    layer = _one(size, rng, split, pictures)
    length = float(np.exp(rng.uniform(np.log(3), np.log(min(size) / 6))))
    smear = partial(motion_blur, angle=float(rng.uniform(0, np.pi)))
    return partly(layer, smear, length, rng) if rng.random() < 0.4 else smear(layer, length)
