"""Photographs of a cycle: the user's own, or drawn ones; to learn from, and to be judged on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.imaging.atomic import make_folder
from engine.imaging.write import write_picture
from trainer.cycle.work import Facts, Work
from trainer.data.folders import PictureFiles
from trainer.data.heads import made_head
from trainer.data.layouts.opening import open_photographs
from trainer.data.picture_folders import pictures_below, pictures_of
from trainer.data.portraits import portrait_photograph
from trainer.data.sample import Photograph, Photographs, Split

FOLDER = "photographs"
"""Of drawn ones."""
JUDGED = 910_000
"""Seed of those that StyleMatte is judged on; validations while it is trained have another."""


@dataclass(frozen=True)
class Drawn:
    """Photographs that are drawn when they are asked for (`trainer.data.sample.Photographs`).

    Attributes:
        kind: a key of `KINDS`.
        split: whose hairstyles, garments and backgrounds are drawn.
        count: how many.
        side: in pixels.
        seed: of all of them.
    """

    kind: str
    split: Split
    count: int
    side: int
    seed: int

    def __len__(self) -> int:
        return self.count

    def name(self, index: int) -> str:
        """Of photograph `index`."""
        return f"{self.kind}-{index:06d}"

    def photograph(self, index: int) -> Photograph:
        """Photograph `index`, always the same."""
        rng = np.random.default_rng((self.seed, index))
        drawn = KINDS[self.kind](rng, self.side, self.split)
        return Photograph(drawn.image, drawn.alpha, self.name(index), drawn.family)


def draw_photographs(work: Work) -> Facts:
    """Draw those to learn from that are not there yet, if the user has none of his own.

    Raises:
        UserError: if the folder can't be written to.
        Cancelled: when asked to stop.
    """
    asked = work.config.photographs
    if asked.source not in KINDS:
        return {}
    drawn = Drawn(asked.source, "train", asked.count, asked.side, work.config.seed)
    make_folder(work.out / FOLDER)
    for index in range(len(drawn)):
        work.ctx.check()
        work.told(index, len(drawn))
        path = work.out / FOLDER / f"{drawn.name(index)}.png"
        if not path.is_file():
            write_picture(path, drawn.photograph(index).image)
    return {"count": len(drawn)}


def photographs_of(work: Work) -> PictureFiles:
    """Those to learn from.

    Raises:
        UserError: if they are not there.
    """
    asked = work.config.photographs
    if asked.source in KINDS:
        return pictures_below(work.out / FOLDER)
    found = pictures_of(asked.source, split=asked.split or None, but=work.out)
    return PictureFiles(found.files[: asked.count or None])


def judged_on(work: Work, name: str) -> Photographs:
    """Those of one of `Evaluation.sets`.

    Raises:
        UserError: if there is no such data set.
    """
    asked = work.config.evaluation
    if name in KINDS:
        return Drawn(name, "validation", asked.count, asked.side, JUDGED)
    root, _, split = name.partition(":")
    if Path(root).is_dir():
        return open_photographs(Path(root).resolve().name, split or None, root=Path(root))
    return open_photographs(root, split or None)


def _head(rng: np.random.Generator, side: int, split: Split) -> Photograph:
    return Photograph(*made_head(rng, side, split), name="head")


KINDS: dict[str, Callable[[np.random.Generator, int, Split], Photograph]] = {
    "heads": _head,
    "portraits": portrait_photograph,
}
"""What can be drawn."""
