"""Portraits with mattes for a generator of both, and backgrounds to put them before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from trainer.config import Block, Count
from trainer.data.folders import PhotographFiles, Pictures
from trainer.data.layouts.opening import open_photographs
from trainer.data.mixed_subjects import MixedBackgrounds
from trainer.data.portrait_pictures import (
    WITH_MATTE,
    FaceSamples,
    MadeHeads,
    PooledHeads,
    as_seen,
    reduced,
)
from trainer.data.sample import Backgrounds, Pixels8
from trainer.data.sources import MADE, pictures_of


class Portraits(Block):
    """Which portraits, and what is put behind them.

    Attributes:
        source: "made" draws heads while it trains, "pool" takes those drawn ahead of time, "rgba"
            takes a data set of pictures with mattes, such as one of `matte-train prepare rgba`.
        made: how many different heads are made.
        portraits: the pool, of `matte-train pool OUT --heads`.
        name: the data set.
        folder: any folder of `matte-train prepare rgba`, in place of a data set.
        mirror: half of the samples are mirrored.
        backgrounds: data set with pictures of nobody, or "made".
        drawn: share of made backgrounds among those of a data set.
    """

    source: Literal["made", "pool", "rgba"] = "made"
    made: Count = 100_000
    portraits: Path = Path("portraits")
    name: str = "rgba"
    folder: Path | None = None
    mirror: bool = True
    backgrounds: str = MADE
    drawn: float = 0.0


def open_portraits(settings: Portraits, *, side: int, seed: int = 0) -> Pictures:
    """The portraits, each side×side×4 uint8.

    Args:
        settings: which.
        side: in pixels.
        seed: of made heads.

    Raises:
        UserError: if a data set or pool is not there.
    """
    return SOURCES[settings.source](settings, side, seed)


def open_backgrounds(settings: Portraits) -> Backgrounds:
    """What is put behind them.

    Raises:
        UserError: if the data set is not there.
    """
    pictures = pictures_of(settings.backgrounds)
    return MixedBackgrounds(pictures, settings.drawn, "train") if settings.drawn else pictures


class PicturesWithMattes:
    """The middle square of each photograph, with its matte (`trainer.data.folders.Pictures`).

    Args:
        photographs: of which all have mattes.
        side: wanted.
    """

    def __init__(self, photographs: PhotographFiles, side: int) -> None:
        self._photographs, self._side = photographs, side

    def __len__(self) -> int:
        return len(self._photographs)

    def picture(self, index: int) -> Pixels8:
        """Picture `index`."""
        whole = self._photographs.photograph(index)
        planes = np.dstack([whole.image, np.rint(whole.alpha * 255).astype(np.uint8)])
        side = min(planes.shape[:2])
        top, left = ((have - side) // 2 for have in planes.shape[:2])
        return reduced(planes[top : top + side, left : left + side], self._side)


class PortraitSamples:
    """An endless stream of portraits before their own backgrounds, and of others
    (`trainer.phase.Samples`).

    Args:
        portraits: drawn from.
        backgrounds: what others are; None gives none.
        side: of them in pixels.
        mirror: half of the portraits are mirrored.
        seed: of everything random.
    """

    def __init__(
        self,
        portraits: Pictures,
        backgrounds: Backgrounds | None,
        *,
        side: int,
        mirror: bool,
        seed: int,
    ) -> None:
        self._portraits = FaceSamples(portraits, mirror=mirror, seed=seed)
        self._backgrounds, self._side, self._seed = backgrounds, side, seed

    def sample(self, index: int) -> dict[str, Tensor]:
        """`image` 4×S×S and, if there are any, `background` 3×S×S, float32 in [-1, 1]."""
        sample = self._portraits.sample(index)
        behind = self._backgrounds
        if behind is None:
            return sample
        rng = np.random.default_rng([self._seed, index, 1])
        number, size = int(rng.integers(len(behind))), (self._side, self._side)
        background = as_seen(behind.background(number, size, rng))
        return {**sample, "background": _either_way(background, rng)}


def _either_way(picture: Tensor, rng: np.random.Generator) -> Tensor:
    return torch.flip(picture, [2]) if rng.random() < 0.5 else picture


Opened = Callable[[Portraits, int, int], Pictures]


def _made(settings: Portraits, side: int, seed: int) -> Pictures:
    return MadeHeads(settings.made, side, WITH_MATTE, seed)


def _pooled(settings: Portraits, side: int, seed: int) -> Pictures:
    return PooledHeads(settings.portraits.expanduser(), side, WITH_MATTE)


def _rgba(settings: Portraits, side: int, seed: int) -> Pictures:
    folder = settings.folder
    if folder is None:
        return PicturesWithMattes(open_photographs(settings.name), side)
    return PicturesWithMattes(open_photographs("rgba", root=folder.expanduser()), side)


SOURCES: dict[str, Opened] = {"made": _made, "pool": _pooled, "rgba": _rgba}
"""How each source is opened."""
