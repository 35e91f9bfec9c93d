"""Halved copies of a document's planes, made where they are looked at; for one render thread."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compositing.pyramid import reduced
from engine.compositing.views import ViewedPlane
from engine.imaging.types import Rect

Tiles = tuple[NDArray[Any], ...]


@dataclass(frozen=True, eq=False)
class Source:
    """What is copied.

    Attributes:
        planes: of one size; where their tiles stay the same objects, so does the copy.
        read: h×w or h×w×C samples of a rectangle of the photograph, which follow from the planes.
    """

    planes: tuple[ViewedPlane, ...]
    read: Callable[[Rect], NDArray[Any]]


class PlaneCopies:
    """Of one photograph's planes; a change of few tiles costs the copies of those alone.

    Level L halves the size L times, each pixel being the mean of a block, as in
    `engine.compositing.pyramid.Pyramid`.
    """

    def __init__(self) -> None:
        self._copies: dict[Hashable, list[_Level]] = {}

    def read(self, name: Hashable, source: Source, rect: Rect, level: int) -> NDArray[Any]:
        """A rectangle of a level.

        Args:
            name: of what is copied; a later version of it has the same.
            source: the version to be read.
            rect: in pixels of the level; inside it.
            level: how often the size is halved.
        """
        full = _scaled(rect, level, source.planes[0].size)
        if level == 0 or source.planes[0].tile_side >> level == 0:
            return reduced(source.read(full), 1 << level)
        levels = self._copies.setdefault(name, [])
        while len(levels) < level:
            levels.append(_Level(len(levels) + 1, source.planes[0].size))
        _bring_up(levels[:level], source, list(_touched(source.planes[0], full)))
        return levels[level - 1].pixels[rect.slices]


class _Level:
    """One level: its pixels, and of which tiles they are."""

    def __init__(self, level: int, size: tuple[int, int]) -> None:
        self.level = level
        self._size = (-(-size[0] >> level), -(-size[1] >> level))
        self._pixels: NDArray[Any] | None = None
        self._made_of: dict[int, Tiles] = {}

    @property
    def pixels(self) -> NDArray[Any]:
        if self._pixels is None:
            raise ValueError("nothing was made of this level yet")
        return self._pixels

    def stale(self, index: int, tiles: Tiles) -> bool:
        """Whether what there is was made of other tiles."""
        made_of = self._made_of.get(index)
        return made_of is None or any(a is not b for a, b in zip(made_of, tiles, strict=True))

    def put(self, index: int, tiles: Tiles, place: Rect, samples: NDArray[Any]) -> None:
        """Halve what the level below shows of a tile whose place in the photograph this is."""
        small = reduced(samples, 2)
        if self._pixels is None:
            self._pixels = np.empty((*self._size, *small.shape[2:]), small.dtype)
        top, left = place.top >> self.level, place.left >> self.level
        self._pixels[top : top + small.shape[0], left : left + small.shape[1]] = small
        self._made_of[index] = tiles


def _bring_up(levels: list[_Level], source: Source, indices: list[int]) -> None:
    """Make what is missing or old of the last of these levels, and of those below it."""
    all_tiles = [plane.tiles for plane in source.planes]
    now = {index: tuple(tiles[index] for tiles in all_tiles) for index in indices}
    for index in [index for index, tiles in now.items() if levels[-1].stale(index, tiles)]:
        place = _place(source.planes[0], index)
        below: _Level | None = None
        for level in levels:
            if level.stale(index, now[index]):
                samples = source.read(place) if below is None else below.pixels[_at(place, below)]
                level.put(index, now[index], place, samples)
            below = level


def _at(place: Rect, level: _Level) -> tuple[slice, slice]:
    return Rect(
        place.top >> level.level,
        place.left >> level.level,
        -(-place.bottom >> level.level),
        -(-place.right >> level.level),
    ).slices


def _scaled(rect: Rect, level: int, size: tuple[int, int]) -> Rect:
    return Rect(*(edge << level for edge in rect)).intersected(Rect.whole(size))


def _touched(plane: ViewedPlane, rect: Rect) -> Iterable[int]:
    """Indices of the tiles that meet a rectangle of the photograph."""
    side, across = plane.tile_side, -(-plane.size[1] // plane.tile_side)
    cols = range(rect.left // side, -(-rect.right // side))
    for row in range(rect.top // side, -(-rect.bottom // side)):
        yield from (row * across + col for col in cols)


def _place(plane: ViewedPlane, index: int) -> Rect:
    side = plane.tile_side
    row, col = divmod(index, -(-plane.size[1] // side))
    tile = Rect(row * side, col * side, (row + 1) * side, (col + 1) * side)
    return tile.intersected(Rect.whole(plane.size))
