"""Fill a pool: as many shards as are wanted, going on after those that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from trainer.data.layouts.opening import open_backgrounds
from trainer.data.made import MadeMattes
from trainer.data.pool.scenes import Sources, crops_of
from trainer.data.pool.shards import write_shard
from trainer.data.portraits import MadePortraits
from trainer.data.recompose import RecomposedPeople
from trainer.data.sample import Backgrounds, Pixels8, Split, Subjects

SHARD = 128
"""Crops in a shard; each shard is made from a seed of its own."""
HELD_BACK = 5
"""Every so manieth real background is for validation."""


@dataclass(frozen=True)
class Shares:
    """How often a subject comes from each source, relative to the others."""

    made: float = 0.55
    portraits: float = 0.15
    people: float = 0.3


FOR_MASKS = Shares(made=0.3, portraits=0.3, people=0.4)
"""Coarse masks are drawn around people; few around what is soft throughout."""

Pieces: TypeAlias = Callable[[Sources, int, int], Iterator[Any]]
"""What a pool holds of scene `number` of a seed: `crops_of`, `layers_of` or `masks_of`."""


class SomeBackgrounds:
    """The real backgrounds of one split (`trainer.data.sample.Backgrounds`)."""

    def __init__(self, root: Path, split: Split) -> None:
        self._all = open_backgrounds("backgrounds", root=root)
        held = [number % HELD_BACK == 0 for number in range(len(self._all))]
        self._mine = [n for n, back in enumerate(held) if back == (split == "validation")]

    def __len__(self) -> int:
        return len(self._mine)

    def background(self, index: int, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
        return self._all.background(self._mine[index], size, rng)


def sources(
    *,
    people: Path | None = None,
    backgrounds: Path | None = None,
    split: Split = "train",
    scene: int = 512,
    side: int = 256,
    shares: Shares = Shares(),
) -> Sources:
    """Made mattes and portraits, with recomposed people and real backgrounds where given.

    Args:
        people: what `matte-train recompose` wrote.
        backgrounds: folder with photographs without people.
        split: of everything.
        scene: side of the photographs in pixels.
        side: of the crops.
        shares: of the subjects.
    """
    subjects: list[tuple[Subjects, float]] = [
        (MadeMattes(split, (scene, scene)), shares.made),
        (MadePortraits(split, scene), shares.portraits),
    ]
    if people is not None:
        subjects.append((RecomposedPeople(people, split), shares.people))
    behind: Backgrounds | None = None
    if backgrounds is not None:
        behind = SomeBackgrounds(backgrounds, split)
    return Sources(subjects, behind, split, scene, side)


def fill(
    root: Path,
    shards: int,
    drawn_from: Sources,
    *,
    seed: int,
    pieces: Pieces = crops_of,
    told: Callable[[int, int], None] = lambda done, wanted: None,
) -> None:
    """Make the shards that are missing.

    Args:
        root: the pool; several processes may fill it with different seeds.
        shards: how many of this seed there shall be.
        drawn_from: subjects and backgrounds.
        seed: a shard's content depends on it, the shard's number and the sources alone.
        pieces: what the pool holds.
        told: called with shards done and wanted.
    """
    for number in range(shards):
        folder = root / f"{seed:04}-{number:05}"
        if not folder.is_dir():
            write_shard(folder, list(_shard(pieces, drawn_from, number, seed)))
        told(number + 1, shards)


def _shard(pieces: Pieces, drawn_from: Sources, number: int, seed: int) -> Iterator[Any]:
    made = 0
    for scene in count(number * 10**6):
        for piece in pieces(drawn_from, scene, seed):
            yield piece
            made += 1
            if made == SHARD:
                return
