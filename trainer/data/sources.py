"""Where a recipe's samples come from, by the name its config gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from engine.errors import UserError
from trainer.config import Block
from trainer.data.layouts.opening import open_backgrounds, open_photographs, open_subjects
from trainer.data.made import MadeMattes, made_background
from trainer.data.names import selection
from trainer.data.portraits import MadePortraits
from trainer.data.recompose import RecomposedPeople
from trainer.data.roots import data_root
from trainer.data.sample import Backgrounds, Pixels8, Split, Subjects
from trainer.data.scenes import Augmentation, ComposedScenes, PhotographScenes, Scenes

SourceName = Literal[
    "composition1k", "made", "portraits", "recomposed", "subjects", "photographs", "pool"
]
MADE = "made"
WITHOUT_LAYERS = ("photographs", "pool")
"""Sources whose foreground and background are not known."""


class Source(Block):
    """What samples are made of.

    Attributes:
        source: "composition1k" (the paper's foregrounds over COCO), "made" (drawn mattes)
            or "portraits" (drawn people; both need no data), "recomposed" (a folder of
            `matte-train recompose`), the "subjects" or "photographs" of any data set, or a "pool"
            of crops made ahead of time.
        name: of the data set, where any may be taken; see `matte-train data list`.
        pool: folder of the pool.
        split: of it; empty takes the first that fits.
        backgrounds: data set with backgrounds, or "made".
        leave_out: a file with names of subjects to leave out, one a line.
        families: of made mattes; empty takes all.
        side: of made mattes and portraits in pixels; 0 takes the crop's.
    """

    source: SourceName = "composition1k"
    name: str = "generated"
    pool: Path = Path("pool")
    split: str = ""
    backgrounds: str = "coco"
    leave_out: Path | None = None
    families: tuple[str, ...] = ()
    side: int = 0


@dataclass(frozen=True)
class MadeBackgrounds:
    """Drawn backgrounds; implements `Backgrounds`."""

    split: Split

    def __len__(self) -> int:
        return 1_000_000

    def background(self, index: int, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
        """A new one; `rng` alone says which."""
        return made_background(size, rng, self.split)


def open_scenes(source: Source, augmentation: Augmentation, split: Split = "train") -> Scenes:
    """Scenes to train on.

    Raises:
        UserError: if a data set is not there or not whole, or the source is a pool, whose crops
            are samples already.
    """
    if source.source == "pool":
        raise UserError("A pool holds crops for mg_matting and nothing else.")
    if source.source == "photographs":
        chosen = selection(leave_out=source.leave_out)
        photographs = open_photographs(source.name, source.split or None, selection=chosen)
        return PhotographScenes(photographs, augmentation.crop)
    subjects = SUBJECTS[source.source](source, augmentation, split)
    return ComposedScenes(subjects, pictures_of(source.backgrounds, split), augmentation)


def pictures_of(name: str, split: Split = "train") -> Backgrounds:
    """Backgrounds by the name of a data set, or "made" ones.

    Raises:
        UserError: if the data set is not there.
    """
    return MadeBackgrounds(split) if name == MADE else open_backgrounds(name)


def _composition1k(source: Source, augmentation: Augmentation, split: Split) -> Subjects:
    chosen = selection(leave_out=source.leave_out)
    return open_subjects("composition_1k", "train", selection=chosen)


def _made(source: Source, augmentation: Augmentation, split: Split) -> Subjects:
    side = source.side or augmentation.crop
    return MadeMattes(split, (side, side), source.families or None)


def _portraits(source: Source, augmentation: Augmentation, split: Split) -> Subjects:
    return MadePortraits(split, source.side or augmentation.crop)


def _recomposed(source: Source, augmentation: Augmentation, split: Split) -> Subjects:
    return RecomposedPeople(data_root(source.name), split)


def _subjects(source: Source, augmentation: Augmentation, split: Split) -> Subjects:
    chosen = selection(leave_out=source.leave_out)
    return open_subjects(source.name, source.split or None, selection=chosen)


SUBJECTS: dict[str, Callable[[Source, Augmentation, Split], Subjects]] = {
    "composition1k": _composition1k,
    "made": _made,
    "portraits": _portraits,
    "recomposed": _recomposed,
    "subjects": _subjects,
}
