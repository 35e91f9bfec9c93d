"""Rendered pieces of a view, kept while there is room, and which of them are out of date."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from engine.imaging.types import Rect

TILE = 512
"""Side of a tile in pixels of its level."""
GUTTER = 1
"""Pixels of the neighbours around a tile, so that smooth scaling shows no seam."""
CACHE_BYTES = 384 * 2**20
CELL = 256
GUTTERS_REACH = 16 * GUTTER
"""Pixels of the photograph that a gutter shows, at the levels where that can be seen."""


class TileKey(NamedTuple):
    """A tile's name: the view, the level (each halves the size), and its place in the grid."""

    view: str
    level: int
    row: int
    col: int

    @property
    def rect(self) -> Rect:
        """Its pixels at its level, without the gutter; may reach past the picture's edge."""
        top, left = self.row * TILE, self.col * TILE
        return Rect(top, left, top + TILE, left + TILE)

    @property
    def source_rect(self) -> Rect:
        """Its pixels in the photograph, without the gutter; may reach past the edge."""
        return Rect(*(edge * 2**self.level for edge in self.rect))

    @property
    def parent(self) -> TileKey:
        """The tile of the next coarser level that holds this one."""
        return TileKey(self.view, self.level + 1, self.row // 2, self.col // 2)

    @property
    def children(self) -> Iterator[TileKey]:
        """The four tiles of the next finer level."""
        for row in (0, 1):
            for col in (0, 1):
                yield TileKey(self.view, self.level - 1, 2 * self.row + row, 2 * self.col + col)


def level_size(size: tuple[int, int], level: int) -> tuple[int, int]:
    """(height, width) of a level: a started block of 2^level pixels counts."""
    factor = 2**level
    return -(-size[0] // factor), -(-size[1] // factor)


def level_for(scale: float, top_level: int) -> int:
    """The coarsest level that has at least as many pixels as the screen shows."""
    if scale >= 1.0:
        return 0
    return min(math.floor(math.log2(1.0 / scale) + 1e-9), top_level)


def top_level(size: tuple[int, int]) -> int:
    """The level at which the whole picture is a single tile."""
    return max(0, math.ceil(math.log2(max(size) / TILE)))


def keys_in(view: str, level: int, rect: Rect, size: tuple[int, int]) -> list[TileKey]:
    """Tiles of a level that show any of `rect` (pixels of the photograph)."""
    side = TILE * 2**level
    inside = rect.intersected(Rect.whole(size))
    if inside.empty:
        return []
    rows = range(inside.top // side, -(-inside.bottom // side))
    cols = range(inside.left // side, -(-inside.right // side))
    return [TileKey(view, level, row, col) for row in rows for col in cols]


@dataclass(frozen=True, eq=False)
class Tile:
    """A rendered tile.

    Attributes:
        image: RGB32, or ARGB32 premultiplied where the view is transparent.
        corner: (row, col) of its first pixel at its level, gutter included.
        revision: the document's revision that it shows.
        pixels: the memory that `image` borrows.
    """

    image: QImage
    corner: tuple[int, int]
    revision: int
    pixels: NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        return self.pixels.nbytes


class TileCache:
    """The tiles used last, up to a number of bytes."""

    def __init__(self, budget: int = CACHE_BYTES) -> None:
        self._budget = budget
        self._tiles: OrderedDict[TileKey, Tile] = OrderedDict()
        self._bytes = 0

    @property
    def nbytes(self) -> int:
        return self._bytes

    def __len__(self) -> int:
        return len(self._tiles)

    def get(self, key: TileKey) -> Tile | None:
        """A tile, which then counts as used last."""
        tile = self._tiles.get(key)
        if tile is not None:
            self._tiles.move_to_end(key)
        return tile

    def put(self, key: TileKey, tile: Tile) -> None:
        """Add or replace a tile; the ones not used for longest make room."""
        self._drop(key)
        self._tiles[key] = tile
        self._bytes += tile.nbytes
        while self._bytes > self._budget and len(self._tiles) > 1:
            self._drop(next(iter(self._tiles)))

    def clear(self) -> None:
        self._tiles.clear()
        self._bytes = 0

    def _drop(self, key: TileKey) -> None:
        tile = self._tiles.pop(key, None)
        if tile is not None:
            self._bytes -= tile.nbytes


class Freshness:
    """The revision at which each part of each plane changed last.

    Args:
        size: (height, width) of the photograph.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._cells = (-(-size[0] // CELL), -(-size[1] // CELL))
        self._size = size
        self._planes: dict[str, NDArray[Any]] = {}

    def touch(self, plane: str, rect: Rect | None, revision: int) -> None:
        """A plane changed in `rect` (None: everywhere)."""
        cells = self._planes.setdefault(plane, np.zeros(self._cells, np.int64))
        whole = Rect.whole(self._size)
        seen = whole if rect is None else rect.grown(GUTTERS_REACH, within=self._size)
        cells[_cells(seen).slices] = revision

    def needed(self, planes: Iterable[str], rect: Rect) -> int:
        """The revision that a picture of `rect` made of these planes has to show."""
        slices = _cells(rect.intersected(Rect.whole(self._size))).slices
        return max((int(cells[slices].max(initial=0)) for cells in self._of(planes)), default=0)

    def _of(self, planes: Iterable[str]) -> list[NDArray[Any]]:
        return [self._planes[plane] for plane in planes if plane in self._planes]


def _cells(rect: Rect) -> Rect:
    if rect.empty:
        return Rect(0, 0, 0, 0)
    return Rect(
        rect.top // CELL, rect.left // CELL, -(-rect.bottom // CELL), -(-rect.right // CELL)
    )
