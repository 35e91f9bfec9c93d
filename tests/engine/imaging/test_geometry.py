"""Resizing, padding, tiles and strips."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BugError
from engine.imaging.geometry import pad_to_multiple, resize, strips, tiles, upright
from engine.imaging.types import Rect

sides = st.integers(1, 90)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_resize_keeps_type_and_channels(dtype, shape):
    resized = resize(np.ones(shape, dtype), (7, 45))
    assert resized.shape == (7, 45, *shape[2:])
    assert resized.dtype == dtype
    assert (resized == 1).all()


def test_shrinking_averages_areas():
    checks = np.indices((8, 8)).sum(axis=0).astype(np.float32) % 2
    np.testing.assert_allclose(resize(checks, (4, 4)), 0.5)


def test_nearest_invents_no_values(rng):
    labels = rng.choice(np.array([0, 128, 255], np.uint8), (33, 21))
    assert set(np.unique(resize(labels, (50, 40), how="nearest"))) <= {0, 128, 255}


def test_resize_to_the_same_size_copies_nothing():
    array = np.zeros((4, 5), np.uint8)
    assert resize(array, (4, 5)) is array


def test_resize_to_nothing_is_a_bug():
    with pytest.raises(BugError):
        resize(np.zeros((4, 5), np.uint8), (0, 5))


@given(sides, sides, st.integers(1, 40))
def test_padding_mirrors_up_to_a_multiple(height, width, multiple):
    array = np.arange(height * width, dtype=np.float32).reshape(height, width)
    padded, inside = pad_to_multiple(array, multiple)
    assert padded.shape[0] % multiple == 0
    assert padded.shape[1] % multiple == 0
    assert padded.shape[0] - height < multiple
    np.testing.assert_array_equal(padded[inside.slices], array)


@given(sides, sides, st.integers(2, 40), st.integers(0, 39))
def test_tiles_cover_everything_and_overlap_enough(height, width, tile, overlap):
    overlap = min(overlap, tile - 1)
    found = list(tiles((height, width), tile=tile, overlap=overlap))
    cover = np.zeros((height, width), int)
    for rect in found:
        assert rect.height == min(tile, height)
        assert rect.width == min(tile, width)
        cover[rect.slices] += 1
    assert (cover > 0).all()
    lefts = sorted({rect.left for rect in found})
    assert all(b - a <= tile - overlap for a, b in pairwise(lefts))
    assert len(set(found)) == len(found)


def test_tiles_that_overlap_wholly_are_a_bug():
    with pytest.raises(BugError):
        list(tiles((10, 10), tile=4, overlap=4))


@given(sides, sides, st.integers(1, 50))
def test_strips_are_whole_rows_from_top_to_bottom(height, width, rows):
    found = list(strips((height, width), rows=rows))
    assert found[0].top == 0
    assert found[-1].bottom == height
    assert all(rect.width == width and rect.height <= rows for rect in found)
    assert all(a.bottom == b.top for a, b in pairwise(found))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_is_contiguous_and_turns_sides(orientation):
    turned = upright(np.zeros((4, 6, 3), np.uint8), orientation)
    assert turned.shape == ((6, 4, 3) if orientation >= 5 else (4, 6, 3))
    assert turned.flags.c_contiguous


def test_unknown_orientation_counts_as_upright():
    array = np.zeros((4, 6), np.uint8)
    assert upright(array, 99) is array


def test_whole_rect_indexes_everything():
    assert np.zeros((3, 4))[Rect.whole((3, 4)).slices].shape == (3, 4)
