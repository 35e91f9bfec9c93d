"""Planes of pixels that never change: writing makes a new plane that shares all other tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache, reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.errors import BugError
from engine.imaging.types import Rect

TILE = 256
FEW_TILES = 16
"""A change of at most this many tiles is looked at pixel by pixel."""
Tile: TypeAlias = NDArray[Any]
"""Read-only H×W or H×W×C pixels, at most TILE pixels high and wide."""

_NOWHERE = Rect(0, 0, 0, 0)


class Plane:
    """Immutable H×W (or H×W×C) pixels in read-only tiles of 256×256.

    A tile whose pixels all have one value is shared with every other such tile, so that a matte
    which is mostly 0 and 1 takes little more memory than its edge.
    """

    tile_side = TILE
    deferred = False
    """Whether tiles are made when they are read, so that comparing them all would be slow."""

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike, tiles: tuple[Tile, ...]) -> None:
        self.shape = shape
        self.dtype = np.dtype(dtype)
        self._tiles = tiles
        self._cols = -(-shape[1] // TILE)

    @classmethod
    def full(
        cls, size: tuple[int, int], value: float, dtype: DTypeLike, *, channels: int | None = None
    ) -> Plane:
        """A plane of `size` (height, width) that has `value` everywhere."""
        shape = _shape(size, channels)
        tiles = tuple(
            _constant(_tile_shape(r, shape), np.dtype(dtype), value) for r in places(shape)
        )
        return cls(shape, dtype, tiles)

    @classmethod
    def from_array(cls, array: NDArray[Any], *, sharing: Plane | None = None) -> Plane:
        """A plane with a copy of the H×W or H×W×C `array`; the array stays the caller's.

        Args:
            sharing: tiles that equal this plane's are taken from it instead of being copied.
        """
        shape = tuple(array.shape)
        return cls.from_reader(shape, array.dtype, lambda r: array[r.slices], sharing=sharing)

    @classmethod
    def from_reader(
        cls,
        shape: tuple[int, ...],
        dtype: DTypeLike,
        read: Callable[[Rect], NDArray[Any]],
        *,
        sharing: Plane | None = None,
    ) -> Plane:
        """A plane whose tiles are copies of what `read(rect)` returns, asked for row by row."""
        _check_shape(shape)
        if sharing is not None and (sharing.shape != shape or sharing.dtype != dtype):
            sharing = None
        tiles = []
        for index, rect in enumerate(places(shape)):
            pixels = read(rect)
            kept = sharing._tiles[index] if sharing is not None else None
            same = kept is not None and np.array_equal(kept, pixels)
            tiles.append(kept if kept is not None and same else _frozen(pixels, copy=True))
        return cls(shape, dtype, tuple(tiles))

    @classmethod
    def viewing(cls, array: NDArray[Any]) -> Plane:
        """A plane over a read-only array without copying it; the whole array stays alive."""
        _check_shape(array.shape)
        if array.flags.writeable:
            raise BugError("a plane can only view a read-only array")
        return cls(array.shape, array.dtype, tuple(array[r.slices] for r in places(array.shape)))

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.shape[0], self.shape[1]

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """Row by row; those at the right and bottom edges may be smaller."""
        return self._tiles

    def read(self, rect: Rect | None = None) -> NDArray[Any]:
        """The pixels of `rect` (of everything) as a read-only array.

        Within one tile this is a view and costs nothing.
        """
        rect = self._checked(Rect.whole(self.shape) if rect is None else rect)
        places = list(self._touched(rect))
        if len(places) == 1:
            index, tile = places[0]
            return self._tiles[index][rect.moved(-tile.top, -tile.left).slices]
        out = np.empty((rect.height, rect.width, *self.shape[2:]), self.dtype)
        for index, tile in places:
            part = tile.intersected(rect)
            there = part.moved(-rect.top, -rect.left)
            out[there.slices] = self._tiles[index][part.moved(-tile.top, -tile.left).slices]
        out.flags.writeable = False
        return out

    def written(self, top_left: tuple[int, int], array: NDArray[Any]) -> Plane:
        """This plane with `array` at `top_left` (row, col); itself if that changes nothing.

        Only tiles in which a value changes are copied.

        Raises:
            BugError: if the array reaches outside the plane or has another dtype.
        """
        if array.dtype != self.dtype or array.shape[2:] != self.shape[2:]:
            raise BugError(
                f"cannot write {array.dtype} {array.shape} into {self.dtype} {self.shape}"
            )
        row, col = top_left
        rect = self._checked(Rect(row, col, row + array.shape[0], col + array.shape[1]))
        tiles = list(self._tiles)
        for index, tile in self._touched(rect):
            part = tile.intersected(rect)
            new = array[part.moved(-rect.top, -rect.left).slices]
            there = part.moved(-tile.top, -tile.left).slices
            if not np.array_equal(tiles[index][there], new):
                tiles[index] = _overwritten(tiles[index], there, new)
        return self._with(tiles)

    def mapped(self, rect: Rect, change: Callable[[Rect, NDArray[Any]], NDArray[Any]]) -> Plane:
        """This plane with `change(part, pixels)` in each part of `rect` that lies in one tile.

        Costs memory for the tiles alone that change; itself if none does.
        """
        tiles = list(self._tiles)
        for index, tile in self._touched(self._checked(rect)):
            part = tile.intersected(rect)
            there = part.moved(-tile.top, -tile.left).slices
            new = change(part, tiles[index][there])
            if not np.array_equal(tiles[index][there], new):
                tiles[index] = _overwritten(tiles[index], there, new)
        return self._with(tiles)

    def changed_rect(self, other: Plane) -> Rect:
        """The smallest rectangle outside of which both planes have the same values."""
        if not self._comparable(other):
            return Rect.whole(self.shape)
        changed = _NOWHERE
        pairs = zip(places(self.shape), self._tiles, other._tiles, strict=True)
        for rect, mine, theirs in pairs:
            if mine is theirs or changed.united(rect) == changed:
                continue
            changed = changed.united(_difference(mine, theirs).moved(rect.top, rect.left))
        return changed

    def roughly_changed_rect(self, other: Plane) -> Rect:
        """`changed_rect`, or for a large change whatever covers its tiles.

        Only few pixels are ever compared, so the window may ask.
        """
        if not self._comparable(other):
            return Rect.whole(self.shape)
        pairs = zip(places(self.shape), self._tiles, other._tiles, strict=True)
        replaced = [rect for rect, mine, theirs in pairs if mine is not theirs]
        if len(replaced) <= FEW_TILES:
            return self.changed_rect(other)
        return reduce(Rect.united, replaced)

    @cached_property
    def owners(self) -> dict[int, int]:
        """Which buffers this plane keeps alive: their identity, and their size in bytes."""
        roots = (_root(tile) for tile in self._tiles)
        return {id(root): root.nbytes for root in roots}

    def nbytes_unshared(self, other: Plane | None) -> int:
        """Bytes that this plane keeps alive and `other` doesn't."""
        theirs = other.owners if other is not None else {}
        return sum(size for owner, size in self.owners.items() if owner not in theirs)

    def _with(self, tiles: list[Tile]) -> Plane:
        """The plane of these tiles; itself if they are its own."""
        if all(new is old for new, old in zip(tiles, self._tiles, strict=True)):
            return self
        return Plane(self.shape, self.dtype, tuple(tiles))

    def _comparable(self, other: Plane) -> bool:
        same_kind = self.shape == other.shape and self.dtype == other.dtype
        return same_kind and not (self.deferred or other.deferred)

    def _checked(self, rect: Rect) -> Rect:
        height, width = self.size
        if rect.empty or rect.intersected(Rect(0, 0, height, width)) != rect:
            raise BugError(f"{rect} is not inside a plane of {height}×{width}")
        return rect

    def _touched(self, rect: Rect) -> Iterator[tuple[int, Rect]]:
        """Index and place of every tile that meets `rect`."""
        for row in range(rect.top // TILE, -(-rect.bottom // TILE)):
            for col in range(rect.left // TILE, -(-rect.right // TILE)):
                yield row * self._cols + col, _place(row, col, self.shape)


def _shape(size: tuple[int, int], channels: int | None) -> tuple[int, ...]:
    shape = (*size, channels) if channels is not None else tuple(size)
    _check_shape(shape)
    return shape


def _check_shape(shape: tuple[int, ...]) -> None:
    if len(shape) not in (2, 3) or 0 in shape:
        raise BugError(f"a plane is H×W or H×W×C, not {shape}")


def _place(row: int, col: int, shape: tuple[int, ...]) -> Rect:
    top, left = row * TILE, col * TILE
    return Rect(top, left, min(top + TILE, shape[0]), min(left + TILE, shape[1]))


def places(shape: tuple[int, ...]) -> Iterator[Rect]:
    """Where the tiles of a plane of this shape lie, row by row."""
    for row in range(-(-shape[0] // TILE)):
        for col in range(-(-shape[1] // TILE)):
            yield _place(row, col, shape)


def _tile_shape(rect: Rect, shape: tuple[int, ...]) -> tuple[int, ...]:
    return (rect.height, rect.width, *shape[2:])


@lru_cache(maxsize=64)
def _constant(shape: tuple[int, ...], dtype: np.dtype[Any], value: float) -> Tile:
    tile = np.full(shape, value, dtype)
    tile.flags.writeable = False
    return tile


def _frozen(pixels: NDArray[Any], *, copy: bool) -> Tile:
    """`pixels` as a read-only tile, the shared one if they all have one value."""
    if pixels.ndim == 2 and _is_constant(pixels):
        return _constant(pixels.shape, pixels.dtype, pixels[0, 0].item())
    tile = pixels.copy() if copy else pixels
    tile.flags.writeable = False
    return tile


def _is_constant(pixels: NDArray[Any]) -> bool:
    # The diagonal tells almost every textured tile apart without reading all of it.
    value = pixels[0, 0]
    return bool((np.diagonal(pixels) == value).all() and (pixels == value).all())


def _overwritten(tile: Tile, there: tuple[slice, slice], new: NDArray[Any]) -> Tile:
    fresh = tile.copy()
    fresh[there] = new
    return _frozen(fresh, copy=False)


def _difference(one: Tile, other: Tile) -> Rect:
    differs = one != other
    if differs.ndim == 3:
        # A reduction over three values a pixel is many times slower.
        differs = np.logical_or.reduce([differs[..., c] for c in range(differs.shape[2])])
    rows = np.flatnonzero(differs.any(axis=1))
    if rows.size == 0:
        return _NOWHERE
    cols = np.flatnonzero(differs.any(axis=0))
    return Rect(int(rows[0]), int(cols[0]), int(rows[-1]) + 1, int(cols[-1]) + 1)


def _root(array: NDArray[Any]) -> NDArray[Any]:
    """The array that owns the memory which `array` looks into."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
