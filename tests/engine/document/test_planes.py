"""Planes behave as arrays that never change, and share what is equal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.document.planes import TILE, Plane
from engine.errors import BugError
from engine.imaging.types import Rect


@pytest.fixture
def array() -> np.ndarray:
    return np.random.default_rng(3).random((600, 700), dtype=np.float32)


@pytest.mark.parametrize("shape", [(1, 1), (256, 256), (257, 255), (600, 700), (300, 520, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_a_plane_gives_back_the_array_it_was_made_of(shape, dtype):
    values = np.random.default_rng(1).integers(0, 200, shape).astype(dtype)
    plane = Plane.from_array(values)
    assert plane.size == shape[:2] and plane.dtype == dtype
    np.testing.assert_array_equal(plane.read(), values)


def test_the_array_stays_the_callers(array):
    plane = Plane.from_array(array)
    before = array.copy()
    array[:] = 0
    np.testing.assert_array_equal(plane.read(), before)


def test_what_is_read_cannot_be_written(array):
    plane = Plane.from_array(array)
    for rect in (None, Rect(3, 3, 9, 9), Rect(200, 200, 300, 300)):
        with pytest.raises(ValueError, match="read-only"):
            plane.read(rect)[0, 0] = 1


def test_reading_within_a_tile_copies_nothing(array):
    plane = Plane.from_array(array)
    one, other = plane.read(Rect(260, 10, 300, 90)), plane.read(Rect(256, 0, 512, 256))
    assert np.shares_memory(one, other)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_writing_equals_writing_into_an_array(data):
    height, width = data.draw(st.tuples(st.integers(1, 600), st.integers(1, 600)))
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    bottom = data.draw(st.integers(top + 1, height))
    right = data.draw(st.integers(left + 1, width))
    before = np.random.default_rng(0).integers(0, 3, (height, width)).astype(np.uint8)
    patch = np.full((bottom - top, right - left), 7, np.uint8)
    expected = before.copy()
    expected[top:bottom, left:right] = patch
    plane = Plane.from_array(before)
    after = plane.written((top, left), patch)
    np.testing.assert_array_equal(after.read(), expected)
    np.testing.assert_array_equal(plane.read(), before)
    assert after.changed_rect(plane) == Rect(top, left, bottom, right)


def test_writing_copies_only_the_tiles_it_touches(array):
    plane = Plane.from_array(array)
    after = plane.written((10, 250), np.zeros((20, 20), np.float32))
    assert after.nbytes_unshared(plane) == 2 * TILE * TILE * 4
    assert after.nbytes_unshared(after) == 0


def test_writing_what_is_there_already_changes_nothing(array):
    plane = Plane.from_array(array)
    assert plane.written((5, 5), array[5:400, 5:400]) is plane
    one_tile = array.copy()
    one_tile[300, 300] = 2
    after = plane.written((0, 0), one_tile)
    assert after.nbytes_unshared(plane) == TILE * TILE * 4


def test_constant_tiles_share_one_small_array():
    matte = np.zeros((2048, 2048), np.float32)
    matte[:, 1024:] = 1
    assert Plane.from_array(matte).nbytes_unshared(None) == 2 * TILE * TILE * 4
    plane = Plane.full((2048, 2048), 0.5, np.float32)
    assert plane.nbytes_unshared(None) == TILE * TILE * 4
    assert plane.read(Rect(1000, 1000, 1001, 1001)) == np.float32(0.5)


def test_erasing_a_stroke_gives_its_memory_back():
    plane = Plane.full((1024, 1024), 0, np.uint8)
    painted = plane.written((100, 100), np.ones((50, 50), np.uint8))
    erased = painted.written((100, 100), np.zeros((50, 50), np.uint8))
    assert erased.nbytes_unshared(plane) == 0
    assert erased.changed_rect(plane).empty


def test_a_view_of_an_image_costs_nothing_and_says_what_it_keeps_alive(array):
    array.flags.writeable = False
    plane = Plane.viewing(array)
    assert np.shares_memory(plane.read(Rect(0, 0, 5, 5)), array)
    assert plane.nbytes_unshared(None) == array.nbytes
    changed = array.copy()
    changed[0, 0] = 3
    mostly_shared = Plane.from_array(changed, sharing=plane)
    assert mostly_shared.nbytes_unshared(plane) == TILE * TILE * 4
    with pytest.raises(BugError):
        Plane.viewing(changed)


@pytest.mark.parametrize(
    ("top_left", "patch"),
    [
        ((599, 0), np.zeros((2, 2), np.float32)),
        ((0, -1), np.zeros((2, 2), np.float32)),
        ((0, 0), np.zeros((2, 2), np.float64)),
        ((0, 0), np.zeros((2, 2, 3), np.float32)),
        ((0, 0), np.zeros((0, 2), np.float32)),
    ],
)
def test_writing_what_does_not_fit_is_refused(array, top_left, patch):
    with pytest.raises(BugError):
        Plane.from_array(array).written(top_left, patch)


def test_planes_of_other_sizes_differ_everywhere(array):
    plane = Plane.from_array(array)
    assert plane.changed_rect(Plane.full((3, 3), 0, np.float32)) == Rect(0, 0, 600, 700)


def test_a_small_change_is_told_exactly_a_large_one_by_its_tiles() -> None:
    before = Plane.from_array(np.zeros((2000, 2000, 3), np.uint8))
    small = before.written((300, 310), np.ones((4, 5, 3), np.uint8))
    assert small.roughly_changed_rect(before) == Rect(300, 310, 304, 315)
    large = before.written((300, 310), np.ones((1500, 1400, 3), np.uint8))
    assert large.roughly_changed_rect(before) == Rect(256, 256, 2000, 1792)
    assert before.roughly_changed_rect(before).empty
