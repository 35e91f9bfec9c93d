"""Subjects and backgrounds of several kinds in one collection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from engine.errors import UserError
from trainer.config import Block
from trainer.data.layouts.opening import open_subjects
from trainer.data.made import MadeMattes, made_background
from trainer.data.portraits import MadePortraits
from trainer.data.recompose import RecomposedPeople
from trainer.data.sample import Backgrounds, Pixels8, Split, Subject, Subjects
from trainer.data.sources import MADE, pictures_of

Kind: TypeAlias = Literal["made", "portraits", "recomposed", "subjects"]


class Mixture(Block):
    """What is mixed.

    Attributes:
        shares: how often each kind of subject, relative to the others: "made" mattes, made
            "portraits", "recomposed" people, the "subjects" of a data set.
        name: of the data set, for these.
        recomposed: folder of `matte-train recompose`, for these.
        families: of made mattes; empty takes all.
        side: of made mattes and portraits in pixels.
        backgrounds: data set with pictures of nobody, or "made".
        drawn: share of made backgrounds among those of a data set.
    """

    shares: dict[Kind, float] = {"made": 1.0}  # noqa: RUF012 - pydantic copies defaults
    name: str = "generated"
    recomposed: Path = Path("recomposed")
    families: tuple[str, ...] = ()
    side: int = 320
    backgrounds: str = MADE
    drawn: float = 0.3


@dataclass(frozen=True)
class MixedSubjects:
    """Subjects of several collections; implements `Subjects`, of which the number is not looked at.

    Attributes:
        collections: what is drawn from.
        shares: how often from each, adding up to one.
    """

    collections: tuple[Subjects, ...]
    shares: tuple[float, ...]

    def __len__(self) -> int:
        return sum(map(len, self.collections))

    def subject(self, index: int, rng: np.random.Generator) -> Subject:
        """Somebody; `rng` alone says who."""
        chosen = self.collections[int(rng.choice(len(self.collections), p=self.shares))]
        return chosen.subject(int(rng.integers(len(chosen))), rng)


@dataclass(frozen=True)
class MixedBackgrounds:
    """A collection of backgrounds with made ones among them; implements `Backgrounds`.

    Attributes:
        pictures: the collection.
        drawn: share of made ones.
        split: of these.
    """

    pictures: Backgrounds
    drawn: float
    split: Split

    def __len__(self) -> int:
        return len(self.pictures)

    def background(self, index: int, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
        """Background `index`, or a made one; see `Backgrounds`."""
        if rng.random() < self.drawn:
            return made_background(size, rng, self.split)
        return self.pictures.background(index, size, rng)


def mixed_subjects(mixture: Mixture, split: Split = "train") -> MixedSubjects:
    """The subjects of a mixture.

    Raises:
        UserError: if a folder is not there, or nothing is left to draw from.
    """
    shares = {kind: share for kind, share in mixture.shares.items() if share > 0}
    if not shares:
        raise UserError("No subjects are left to train on.", remedy="Set data.shares.made=1.")
    collections = tuple(KINDS[kind](mixture, split) for kind in shares)
    return MixedSubjects(collections, tuple(np.array(list(shares.values())) / sum(shares.values())))


def mixed_backgrounds(mixture: Mixture, split: Split = "train") -> MixedBackgrounds:
    """The backgrounds of a mixture.

    Raises:
        UserError: if the data set is not there.
    """
    return MixedBackgrounds(pictures_of(mixture.backgrounds, split), mixture.drawn, split)


def _made(mixture: Mixture, split: Split) -> Subjects:
    return MadeMattes(split, (mixture.side, mixture.side), mixture.families or None)


def _portraits(mixture: Mixture, split: Split) -> Subjects:
    return MadePortraits(split, mixture.side)


def _recomposed(mixture: Mixture, split: Split) -> Subjects:
    return RecomposedPeople(mixture.recomposed.expanduser(), split)


def _subjects(mixture: Mixture, split: Split) -> Subjects:
    return open_subjects(mixture.name)


KINDS: dict[Kind, Callable[[Mixture, Split], Subjects]] = {
    "made": _made,
    "portraits": _portraits,
    "recomposed": _recomposed,
    "subjects": _subjects,
}
