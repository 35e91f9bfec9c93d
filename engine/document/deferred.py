"""A plane that is made where it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, overload

from numpy.typing import DTypeLike, NDArray

from engine.document.planes import Plane, Tile, places
from engine.imaging.types import Rect


class Readable(Protocol):
    """What a deferred plane is made of; every rectangle has to fit the others."""

    def read(self, rect: Rect) -> NDArray[Any]:
        """The pixels of a rectangle."""

    def at_level(self, rect: Rect, level: int) -> NDArray[Any]:
        """A rectangle, in pixels of a level that halves the size `level` times."""


class DeferredPlane(Plane):
    """A plane whose tiles are read when they are first asked for, and then kept.

    What is shown small needs no tiles: `at_level` asks the source.

    Args:
        size: (height, width).
        dtype: of what `source` gives.
        source: is asked on whatever thread reads.
    """

    deferred = True

    def __init__(self, size: tuple[int, int], dtype: DTypeLike, source: Readable) -> None:
        tiles: Any = _Tiles(tuple(places(size)), source)
        super().__init__(size, dtype, tiles)
        self._source = source

    def at_level(self, rect: Rect, level: int) -> NDArray[Any]:
        """A rectangle, in pixels of a level that halves the size `level` times."""
        return self._source.at_level(rect, level)


class _Tiles(Sequence[Tile]):
    def __init__(self, grid: tuple[Rect, ...], source: Readable) -> None:
        self._grid, self._source = grid, source
        self._read: dict[int, Tile] = {}

    def __len__(self) -> int:
        return len(self._grid)

    @overload
    def __getitem__(self, index: int) -> Tile: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Tile]: ...
    def __getitem__(self, index: int | slice) -> Tile | Sequence[Tile]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        tile = self._read.get(index)
        if tile is None:
            tile = self._source.read(self._grid[index])
            tile.flags.writeable = False
            tile = self._read.setdefault(index, tile)
        return tile
