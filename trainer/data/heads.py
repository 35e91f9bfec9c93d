"""Squares around heads, as an enhancement cuts them out of a portrait."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.enhance.align import Alignment
from engine.imaging.types import Alpha
from trainer.data.compose import compose
from trainer.data.portraits import portrait_subject
from trainer.data.portraits.backdrop import backdrop
from trainer.data.portraits.traits import RANGES, PortraitTraits, sample_traits
from trainer.data.sample import Pixels8, Split

SPANS = (2.6, 3.1)
"""Half heads in the square around a made head: a found one has `engine.enhance.heads.SIDE`."""
EYES = 0.42
"""Place of the head at which the square's middle is between the eyes."""


def made_head(rng: np.random.Generator, side: int, split: Split) -> tuple[Pixels8, Alpha]:
    """The head of a made portrait before a made background.

    Args:
        rng: decides everything.
        side: of the square in pixels.
        split: whose hairstyles, garments and backgrounds are drawn from.

    Returns:
        side×side×3 uint8 and its exact matte, side×side float32 in [0, 1].
    """
    return head_of(sample_traits(rng, split), rng, side, split)


def head_of(
    traits: PortraitTraits, rng: np.random.Generator, side: int, split: Split
) -> tuple[Pixels8, Alpha]:
    """The head of a made person; see `made_head`.

    Args:
        traits: who it is.
        rng: decides the background and how it is composed.
        side: of the square in pixels.
        split: whose backgrounds are drawn from.
    """
    subject = portrait_subject(_nearer(traits), side)
    photograph = compose(subject, backdrop(rng, subject.size, split), rng)
    return photograph.image, photograph.alpha


def head_pixels(image: Pixels8, square: Alignment, side: int) -> Pixels8:
    """What a square holds, side×side×3 uint8."""
    return np.rint(square.crop(image, side) * 255).astype(np.uint8)


def _nearer(traits: PortraitTraits) -> PortraitTraits:
    """The same person seen in the square around the head, a little off its middle."""
    span = float(np.interp(traits.span, RANGES["span"], SPANS))
    across, down = traits.place
    return replace(traits, span=span, place=(0.5 * across, EYES + 0.5 * (down + 0.1)))
