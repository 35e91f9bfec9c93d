"""The photographs that networks are judged on while they are trained."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from trainer.config import Block
from trainer.data.compose import compose
from trainer.data.layouts.opening import open_photographs
from trainer.data.made import MadeMattes, made_background
from trainer.data.portraits import portrait_photograph
from trainer.data.sample import Photograph


class Asked(Block):
    """Which photographs a network is judged on.

    Attributes:
        photographs: "made" mattes or "portraits" (neither of families that are trained on), or a
            data set.
        split: of the data set; empty takes the first with photographs.
        count: how many.
        side: of made photographs in pixels.
        seed: of these.
        shown: how many are on the sheet.
    """

    photographs: str = "made"
    split: str = ""
    count: int = 24
    side: int = 512
    seed: int = 900_000
    shown: int = 4


class Judged(Asked):
    """What a recipe with guidance is judged on; `photographs` may be a "pool" of crops too.

    Attributes:
        pool: folder of the pool.
        kind: of guidance, a name of `trainer.data.guidance.GUIDANCE_KINDS`; `seed` is its too.
    """

    pool: Path = Path("pool-validation")
    kind: str = "mask"


def judged_photographs(settings: Asked) -> list[Callable[[], Photograph]]:
    """The photographs, each a call that makes or reads it.

    Raises:
        UserError: if a data set is not there.
    """
    make = MADE.get(settings.photographs)
    if make is not None:
        return [
            partial(make, index, settings.side, settings.seed) for index in range(settings.count)
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


@lru_cache(maxsize=256)
def made_portrait(index: int, side: int, seed: int) -> Photograph:
    """A made portrait of the validation split, always the same one."""
    return portrait_photograph(np.random.default_rng((seed, index)), side, "validation")


MADE: dict[str, Callable[[int, int, int], Photograph]] = {
    "made": made_photograph,
    "portraits": made_portrait,
}
"""By what `Asked.photographs` calls them; each takes number, side and seed."""
