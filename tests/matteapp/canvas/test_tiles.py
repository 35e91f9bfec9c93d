from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage

from engine.imaging.types import Rect
from matteapp.canvas.tiles import (
    TILE,
    Freshness,
    Tile,
    TileCache,
    TileKey,
    keys_in,
    level_for,
    level_size,
    top_level,
)

SIZE = 4000, 6000


def tile(revision: int = 1, side: int = 8) -> Tile:
    return Tile(QImage(), (0, 0), revision, np.zeros((side, side, 4), np.uint8))


@pytest.mark.parametrize(
    ("scale", "level"), [(32, 0), (1, 0), (0.9, 0), (0.5, 1), (0.3, 1), (0.25, 2), (0.001, 4)]
)
def test_a_level_has_at_least_the_pixels_that_are_shown(scale, level):
    assert level_for(scale, top_level(SIZE)) == level


def test_the_top_level_is_one_tile():
    size = level_size(SIZE, top_level(SIZE))
    assert max(size) <= TILE
    assert max(level_size(SIZE, top_level(SIZE) - 1)) > TILE


def test_tiles_of_a_level_cover_the_photograph():
    keys = keys_in("input", 1, Rect.whole(SIZE), SIZE)
    assert len(keys) == 4 * 6
    assert keys_in("input", 0, Rect(600, 10, 700, 20), SIZE) == [TileKey("input", 0, 1, 0)]


def test_parents_and_children_are_each_others():
    key = TileKey("alpha", 1, 3, 5)
    assert all(child.parent == key for child in key.children)


def test_the_cache_forgets_what_was_not_used_for_longest():
    cache = TileCache(budget=3 * 256)
    keys = [TileKey("input", 0, 0, col) for col in range(4)]
    for key in keys[:3]:
        cache.put(key, tile())
    cache.get(keys[0])
    cache.put(keys[3], tile())
    assert [cache.get(key) is not None for key in keys] == [True, False, True, True]
    assert cache.nbytes == 3 * 256


def test_replacing_a_tile_does_not_count_twice():
    cache = TileCache(budget=10_000)
    key = TileKey("input", 0, 0, 0)
    cache.put(key, tile())
    cache.put(key, tile(revision=2))
    assert (len(cache), cache.nbytes) == (1, 256)


def test_only_what_changed_needs_the_newer_revision():
    fresh = Freshness(SIZE)
    fresh.touch("strokes", Rect(1000, 1000, 1010, 1010), 7)
    assert fresh.needed(["strokes", "image"], Rect(900, 900, 1100, 1100)) == 7
    assert fresh.needed(["strokes"], Rect(0, 0, 512, 512)) == 0
    assert fresh.needed(["alpha"], Rect(900, 900, 1100, 1100)) == 0


def test_a_change_everywhere_reaches_every_tile():
    fresh = Freshness(SIZE)
    fresh.touch("alpha", None, 3)
    for key in keys_in("alpha", 2, Rect.whole(SIZE), SIZE):
        assert fresh.needed(["alpha"], key.source_rect) == 3
