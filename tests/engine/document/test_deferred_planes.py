"""Planes that are made where they are looked at."""

from __future__ import annotations

import numpy as np
import pytest

from engine.document.deferred import DeferredPlane
from engine.document.planes import TILE, Plane
from engine.imaging.types import Rect

SIZE = 2 * TILE + 30, TILE + 20


class Slope:
    """Rises from 0 to 1 downwards; knows what was read of it."""

    def __init__(self) -> None:
        self.read_of: list[Rect] = []

    def read(self, rect: Rect) -> np.ndarray:
        self.read_of.append(rect)
        return self.at_level(rect, 0)

    def at_level(self, rect: Rect, level: int) -> np.ndarray:
        rows = (np.arange(rect.top, rect.bottom, dtype=np.float32) * 2**level) / SIZE[0]
        return np.repeat(rows[:, None], rect.width, axis=1)


@pytest.fixture
def slope() -> Slope:
    return Slope()


@pytest.fixture
def plane(slope: Slope) -> DeferredPlane:
    return DeferredPlane(SIZE, np.float32, slope)


def test_nothing_is_read_before_it_is_asked_for(plane: DeferredPlane, slope: Slope) -> None:
    assert (plane.size, len(plane.tiles), slope.read_of) == (SIZE, 6, [])


def test_a_tile_is_read_once(plane: DeferredPlane, slope: Slope) -> None:
    inside = Rect(3, 5, 40, 60)
    assert np.array_equal(plane.read(inside), slope.at_level(inside, 0))
    plane.read(Rect(100, 100, 120, 120))
    assert slope.read_of == [Rect(0, 0, TILE, TILE)]
    assert plane.tiles[0] is plane.tiles[0]


def test_the_whole_is_the_sum_of_its_tiles(plane: DeferredPlane, slope: Slope) -> None:
    assert np.array_equal(plane.read(), slope.at_level(Rect.whole(SIZE), 0))


def test_levels_come_from_the_source(plane: DeferredPlane, slope: Slope) -> None:
    rect = Rect(4, 0, 9, 7)
    assert np.array_equal(plane.at_level(rect, 2), slope.at_level(rect, 2))
    assert slope.read_of == []


def test_comparing_reads_nothing(plane: DeferredPlane, slope: Slope) -> None:
    other = Plane.full(SIZE, 0.0, np.float32)
    assert other.roughly_changed_rect(plane) == Rect.whole(SIZE)
    assert plane.changed_rect(other) == Rect.whole(SIZE)
    assert slope.read_of == []


def test_it_is_written_like_any_plane(plane: DeferredPlane, slope: Slope) -> None:
    written = plane.written((0, 0), np.full((2, 2), 0.5, np.float32))
    assert not written.deferred
    assert np.array_equal(written.read(Rect(0, 0, 2, 2)), np.full((2, 2), 0.5, np.float32))
    assert np.array_equal(plane.read(Rect(2, 2, 9, 9)), written.read(Rect(2, 2, 9, 9)))
