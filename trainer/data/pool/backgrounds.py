"""Backgrounds made ahead of time, for losses that compose a subject over any of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainer.data.pool.scenes import Sources, draw_background
from trainer.data.pool.shards import Shards
from trainer.data.sample import Pixels8


@dataclass(frozen=True, eq=False)
class BackgroundCrop:
    """A square picture without a subject.

    Attributes:
        image: S×S×3 uint8.
        scene: which one it is.
    """

    image: Pixels8
    scene: str


class BackgroundPool(Shards[BackgroundCrop]):
    """All backgrounds of a folder; see `Shards`."""

    piece = BackgroundCrop
    made_by = "tests/benchmarks/pomagan_ablation.py"


class PooledBackgrounds:
    """The backgrounds of a pool; implements `trainer.data.sample.Backgrounds`.

    Args:
        root: the pool.
    """

    def __init__(self, root: Path) -> None:
        self._pool = BackgroundPool(root)

    def __len__(self) -> int:
        return len(self._pool)

    def background(self, index: int, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
        """Background `index` as it is, whatever the size; see `Backgrounds`."""
        return self._pool.at(index).image


def backgrounds_of(sources: Sources, number: int, seed: int) -> Iterator[BackgroundCrop]:
    """Background `number`; it depends on the number, the seed and the sources alone."""
    rng = np.random.default_rng([seed, number])
    side = sources.side
    yield BackgroundCrop(draw_background(sources, (side, side), rng), f"{seed}-{number}")
