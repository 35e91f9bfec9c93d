"""The photographs that networks are judged on while they are trained."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from trainer.config import Block
from trainer.data.compose import compose
from trainer.data.layouts.opening import open_photographs
from trainer.data.made import MadeMattes, made_background
from trainer.data.sample import Photograph

MADE = "made"


class Judged(Block):
    """What a recipe is judged on.

    Attributes:
        photographs: "made" (families that are never trained on), a "pool" of crops, or a data
            set.
        pool: folder of the pool.
        split: of the data set; empty takes the first with photographs.
        count: how many.
        side: of made photographs in pixels.
        kind: of guidance, a name of `trainer.data.guidance.GUIDANCE_KINDS`.
        seed: of made photographs and of the guidance.
        shown: how many are on the sheet.
    """

    photographs: str = MADE
    pool: Path = Path("pool-validation")
    split: str = ""
    count: int = 24
    side: int = 512
    kind: str = "mask"
    seed: int = 900_000
    shown: int = 4


def judged_photographs(settings: Judged) -> list[Callable[[], Photograph]]:
    """The photographs, each a call that makes or reads it.

    Raises:
        UserError: if a data set is not there.
    """
    if settings.photographs == MADE:
        return [
            lambda index=index: made_photograph(index, settings.side, settings.seed)  # type: ignore[misc]
            for index in range(settings.count)
        ]
    opened = open_photographs(settings.photographs, settings.split or None)
    count = min(settings.count, len(opened))
    return [lambda index=index: opened.photograph(index) for index in range(count)]  # type: ignore[misc]


@lru_cache(maxsize=256)
def made_photograph(index: int, side: int, seed: int) -> Photograph:
    """A made photograph of the validation split, always the same one."""
    rng = np.random.default_rng((seed, index))
    subject = MadeMattes("validation", (side, side)).subject(index, rng)
    return compose(subject, made_background((side, side), rng, "validation"), rng)
