"""What samples are made of where no guidance is needed: subjects to compose, and photographs.

Any mixture of made and recomposed subjects and of data sets, such as generated ones, goes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from engine.errors import UserError
from trainer.config import Block, Count
from trainer.data.layouts.opening import layout_of, open_photographs, open_subjects
from trainer.data.made import MadeMattes
from trainer.data.mixed_subjects import MixedBackgrounds
from trainer.data.pool.variation import Order
from trainer.data.portraits import MadePortraits
from trainer.data.recompose import RecomposedPeople
from trainer.data.roots import find_root
from trainer.data.sample import Photograph, Photographs, Split, Subject, Subjects
from trainer.data.sources import MADE, pictures_of

Piece: TypeAlias = Subject | Photograph
Draw: TypeAlias = Callable[[int, np.random.Generator], Piece]


class Material(Block):
    """What is mixed.

    Attributes:
        source: "mixture" of what `shares` names, or one thing alone: the "photographs" of a data
            set, or a kind of subjects.
        name: of that data set.
        shares: how often what, relative to the others: "made" mattes, made "portraits",
            "recomposed" people, and data sets by their names or as NAME:SPLIT. Photographs of a
            set come in turn, each time round in another order.
        recomposed: folder of `matte-train recompose`.
        families: of made mattes; empty takes all.
        side: of made mattes and portraits in pixels.
        backgrounds: data set with pictures of nobody, or "made".
        drawn: share of made backgrounds among those of a data set.
        replaced: share of the photographs whose subject gets another background.
    """

    source: Literal["mixture", "photographs", "made", "portraits", "recomposed"] = "mixture"
    name: str = "generated"
    shares: dict[str, float] = {"made": 1.0}  # noqa: RUF012 - pydantic copies defaults
    recomposed: Path = Path("recomposed")
    families: tuple[str, ...] = ()
    side: Count = 256
    backgrounds: str = MADE
    drawn: float = 0.3
    replaced: float = 0.5


@dataclass(frozen=True)
class Mixed:
    """An endless collection of subjects and photographs.

    Attributes:
        draws: what is drawn from.
        shares: how often from each, adding up to one.
    """

    draws: tuple[Draw, ...]
    shares: tuple[float, ...]

    def piece(self, number: int, rng: np.random.Generator) -> Piece:
        """Piece `number`; what is random about it comes from `rng`.

        Raises:
            UserError: if a file of it can't be read.
        """
        return self.draws[int(rng.choice(len(self.draws), p=self.shares))](number, rng)


def open_material(material: Material, *, seed: int, split: Split = "train") -> Mixed:
    """Open all that a mixture names.

    Args:
        material: settings.
        seed: of the order of photographs.
        split: of what is made.

    Raises:
        UserError: if a data set or folder is not there, or nothing is left to draw from.
    """
    if material.source == "photographs":
        return Mixed((_of_set(material.name, seed),), (1.0,))
    shares = material.shares if material.source == "mixture" else {material.source: 1.0}
    wanted = {name: share for name, share in shares.items() if share > 0}
    if not wanted:
        raise UserError("Nothing is left to train on.", remedy="Set data.shares='{made=1}'.")
    draws = tuple(
        _any_of(SUBJECTS[name](material, split)) if name in SUBJECTS else _of_set(name, seed)
        for name in wanted
    )
    parts = np.array(list(wanted.values())) / sum(wanted.values())
    return Mixed(draws, tuple(float(part) for part in parts))


def open_behind(material: Material, split: Split = "train") -> MixedBackgrounds:
    """The backgrounds of a mixture.

    Raises:
        UserError: if the data set is not there.
    """
    return MixedBackgrounds(pictures_of(material.backgrounds, split), material.drawn, split)


def _of_set(name: str, seed: int) -> Draw:
    """A data set's photographs, or its subjects where it has no photographs; NAME or NAME:SPLIT."""
    root, _, part = name.partition(":")
    splits = layout_of(find_root(root)).splits
    chosen = (splits[part],) if part in splits else tuple(splits.values())
    if any(one.holds == "photographs" for one in chosen):
        return _in_turn(open_photographs(root, part or None), seed)
    return _any_of(open_subjects(root, part or None))


def _any_of(subjects: Subjects) -> Draw:
    def drawn(_number: int, rng: np.random.Generator) -> Subject:
        return subjects.subject(int(rng.integers(len(subjects))), rng)

    return drawn


def _in_turn(photographs: Photographs, seed: int) -> Draw:
    order = Order(len(photographs), seed)

    def drawn(number: int, _rng: np.random.Generator) -> Photograph:
        return photographs.photograph(order.at(number))

    return drawn


def _made(material: Material, split: Split) -> Subjects:
    return MadeMattes(split, (material.side, material.side), material.families or None)


def _portraits(material: Material, split: Split) -> Subjects:
    return MadePortraits(split, material.side)


def _recomposed(material: Material, split: Split) -> Subjects:
    return RecomposedPeople(material.recomposed.expanduser(), split)


SUBJECTS: dict[str, Callable[[Material, Split], Subjects]] = {
    "made": _made,
    "portraits": _portraits,
    "recomposed": _recomposed,
}
"""What a mixture may name beside data sets."""
