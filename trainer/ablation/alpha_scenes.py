"""Small photographs for POMAGAN's ablations: made mattes, and recomposed people reduced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from trainer.data.compose import compose
from trainer.data.made import MadeMattes
from trainer.data.pool.build import SomeBackgrounds
from trainer.data.pool.scenes import Sources
from trainer.data.recompose import CROPS, RecomposedPeople
from trainer.data.sample import Photograph, Subject, Subjects

CROP = 64
"""Side of the samples in pixels."""
SCENE = 2 * CROP
"""Short side of the photographs; a sample shows half of one at least."""


@dataclass(frozen=True)
class Reduced:
    """Subjects whose short side is longer than wanted, made smaller; implements `Subjects`.

    Attributes:
        subjects: of any size.
        short: side in pixels, at most.
    """

    subjects: Subjects
    short: int

    def __len__(self) -> int:
        return len(self.subjects)

    def subject(self, index: int, rng: np.random.Generator) -> Subject:
        """Subject `index`; see `Subjects`."""
        found = self.subjects.subject(index, rng)
        scale = self.short / min(found.size)
        if scale >= 1:
            return found
        height, width = (max(self.short, round(side * scale)) for side in found.size)
        foreground, alpha = (
            cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
            for plane in (found.foreground, found.alpha)
        )
        return replace(
            found,
            foreground=np.asarray(foreground, np.uint8),
            alpha=np.asarray(np.clip(alpha, 0, 1), np.float32),
            detail=None,
        )


def pool_sources(people: Path, backgrounds: Path, *, crop: int = CROP) -> dict[str, Sources]:
    """What the pools are filled with, by their names; backgrounds are the same for both.

    Args:
        people: what `matte-train recompose` wrote.
        backgrounds: folder with photographs without people.
        crop: side of the samples in pixels.

    Raises:
        UserError: if a folder is not there or holds nothing.
    """
    scene = 2 * crop
    subjects: dict[str, Subjects] = {
        "made": MadeMattes("train", (scene, scene)),
        "recomposed": Reduced(RecomposedPeople(people, "train"), scene),
    }
    behind = SomeBackgrounds(backgrounds, "train")
    return {
        name: Sources([(each, 1.0)], behind, "train", scene, crop, coarse=1.0)
        for name, each in subjects.items()
    }


def held_out_person(
    people: Path, backgrounds: Path, index: int, rng: np.random.Generator, *, short: int = SCENE
) -> Photograph:
    """Somebody whom nobody trains on before a background that nobody trains on.

    Args:
        people: what `matte-train recompose` wrote.
        backgrounds: folder with photographs without people.
        index: of the picture; body, upper body and head take turns, each of other people as far
            as there are enough.
        rng: which background, and which piece of it.
        short: side in pixels, at most.

    Raises:
        UserError: if a folder is not there or holds nobody for validation.
    """
    turn, which = divmod(index, len(CROPS))
    mine = Reduced(RecomposedPeople(people, "validation", crops=(CROPS[which],)), short)
    first = which * len(mine) // len(CROPS)
    subject = mine.subject((first + turn) % len(mine), rng)
    behind = SomeBackgrounds(backgrounds, "validation")
    picture = behind.background(int(rng.integers(len(behind))), subject.size, rng)
    return compose(subject, picture, rng)
