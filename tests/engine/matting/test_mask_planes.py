"""What classical methods make of a coarse mask."""

from __future__ import annotations

import numpy as np
import pytest

from engine.imaging.types import UNKNOWN, Image
from engine.matting.mask_planes import band_of, mask_planes


@pytest.fixture(scope="module")
def scene():
    """A soft orange disc before blue, its matte, and a mask that is four pixels too small."""
    rows, cols = np.mgrid[:150, :170]
    depth = 45 - np.hypot(rows - 75, cols - 85)
    alpha = np.clip(depth / 4 + 0.5, 0, 1).astype(np.float32)
    rng = np.random.default_rng(2)
    rgb = alpha[..., None] * [0.9, 0.5, 0.2] + (1 - alpha[..., None]) * [0.1, 0.3, 0.7]
    pixels = np.rint(np.clip(rgb + rng.normal(0, 0.02, rgb.shape), 0, 1) * 255).astype(np.uint8)
    return Image(pixels), alpha, (depth > 4).astype(np.float32)


def test_both_methods_find_the_edge_that_the_mask_misses(scene) -> None:
    image, alpha, mask = scene
    planes = mask_planes(image, mask)
    assert planes.dtype == np.float32
    assert planes.shape == (*mask.shape, 3)
    wrong = [np.abs(planes[..., n] - alpha).mean() for n in range(3)]
    assert np.array_equal(planes[..., 0], mask)
    assert wrong[1] < 0.3 * wrong[0]
    assert wrong[2] < 0.5 * wrong[0]
    assert set(np.unique(planes[..., 2])) == {0.0, 1.0}


def test_nothing_changes_outside_of_the_band(scene) -> None:
    image, _, mask = scene
    known = band_of(mask) != UNKNOWN
    planes = mask_planes(image, mask)
    assert known.any()
    for plane in np.moveaxis(planes, -1, 0):
        assert np.array_equal(plane[known], mask[known])


def test_the_band_grows_with_the_picture() -> None:
    mask = np.zeros((1080, 1200), np.float32)
    mask[:, :600] = 1
    assert (band_of(mask)[540] == UNKNOWN).sum() == 100
    assert (band_of(mask[::4, ::4])[100] == UNKNOWN).sum() == 24


def test_where_one_side_is_all_band_the_mask_stands_for_the_matte() -> None:
    mask = np.zeros((60, 60), np.float32)
    mask[29:31, 29:31] = 1
    image = Image(np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8))
    assert np.array_equal(mask_planes(image, mask)[..., 1], mask)


def test_deep_pictures_and_float_ones_give_the_same(scene) -> None:
    image, _, mask = scene
    first = mask_planes(image, mask)
    deep = Image(image.pixels.astype(np.uint16) * 257)
    floats = Image((image.pixels / np.float32(255)).astype(np.float32))
    for other in (deep, floats):
        assert np.abs(mask_planes(other, mask) - first).mean() < 1e-3
