"""Made portraits: people that never lived, with exact mattes and colours, at any size."""

from __future__ import annotations

import numpy as np

from trainer.data.compose import compose
from trainer.data.portraits.backdrop import backdrop
from trainer.data.portraits.hair_styles import style_of
from trainer.data.portraits.render import render
from trainer.data.portraits.traits import PortraitTraits, sample_traits
from trainer.data.sample import Photograph, Split, Subject

NOMINAL = 100_000
"""How many portraits a collection says it has; there is no end of them."""


class MadePortraits:
    """Subjects without a background (`trainer.data.sample.Subjects`).

    Hairstyles and garments of the two splits differ; `traits.HAIRSTYLES` and `GARMENTS` say which
    belong where.

    Args:
        split: whose families are drawn from.
        size: pixels, one number or (height, width); 64–1024 on the short side is what is looked at.
    """

    def __init__(self, split: Split, size: int | tuple[int, int] = 256) -> None:
        self.split = split
        self.size = size

    def __len__(self) -> int:
        return NOMINAL

    def subject(self, index: int, rng: np.random.Generator) -> Subject:
        """A person drawn from `rng` alone; `index` only counts."""
        return portrait_subject(sample_traits(rng, self.split), self.size)


def portrait_subject(traits: PortraitTraits, size: int | tuple[int, int]) -> Subject:
    """The person with these traits at a size in pixels."""
    rendering = render(traits, size)
    return Subject(
        rendering.foreground,
        rendering.alpha,
        name=f"portrait-{traits.hairstyle}-{traits.garment}-{traits.seed}",
        family="strands" if style_of(traits).strands else "solid",
    )


def portrait_photograph(
    rng: np.random.Generator, size: int | tuple[int, int], split: Split
) -> Photograph:
    """A person before a made background of the same split: I = αF + (1 − α)B, rounded once.

    Args:
        rng: decides everything.
        size: pixels, one number or (height, width).
        split: whose hairstyles, garments and backgrounds are drawn from.
    """
    subject = portrait_subject(sample_traits(rng, split), size)
    return compose(subject, backdrop(rng, subject.size, split), rng)
