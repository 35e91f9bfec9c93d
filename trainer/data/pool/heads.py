"""Heads made ahead of time, for generators: drawing one takes longer than learning from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.data.heads import made_head
from trainer.data.pool.scenes import Sources
from trainer.data.pool.shards import Shards
from trainer.data.sample import Pixels8


@dataclass(frozen=True, eq=False)
class Head:
    """A made head with its matte.

    Attributes:
        image: S×S×3 uint8.
        alpha: S×S uint8, 255 is opaque.
        name: which one.
    """

    image: Pixels8
    alpha: NDArray[np.uint8]
    name: str


class HeadPool(Shards[Head]):
    """All heads of a pool."""

    piece = Head
    made_by = "matte-train pool OUT --heads"


def heads_of(sources: Sources, number: int, seed: int) -> Iterator[Head]:
    """Head `number` of a seed; of the sources only their split and side count."""
    image, alpha = made_head(np.random.default_rng((seed, number)), sources.side, sources.split)
    yield Head(image, np.rint(alpha * 255).astype(np.uint8), f"{seed}-{number}")
