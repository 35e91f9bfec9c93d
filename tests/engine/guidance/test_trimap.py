from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.errors import UserError
from engine.guidance.trimap import (
    check_solvable,
    default_radius,
    trimap_from_mask,
    trimap_from_strokes,
    with_strokes,
)
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    UNKNOWN,
    Image,
)


def half(size=(60, 100), col=50) -> np.ndarray:
    mask = np.zeros(size, np.float32)
    mask[:, col:] = 1
    return mask


def test_the_default_radius_scales_with_the_short_side():
    assert 16 <= default_radius((1080, 1920)) <= 20
    assert default_radius((1080, 9000)) == default_radius((1920, 1080))
    assert default_radius((4, 4)) >= 1


@pytest.mark.parametrize("radius", [1, 5, 20])
def test_the_band_reaches_radius_pixels_to_either_side(radius):
    row = trimap_from_mask(half(), radius=radius, smart=False)[30]
    assert (row[: 50 - radius] == BACKGROUND).all()
    assert (row[50 - radius : 50 + radius] == UNKNOWN).all()
    assert (row[50 + radius :] == FOREGROUND).all()


def test_a_radius_of_nothing_leaves_the_mask():
    assert set(np.unique(trimap_from_mask(half(), radius=0, smart=False))) == {0, 255}


def test_the_image_border_is_no_edge():
    trimap = trimap_from_mask(half(), radius=10, smart=False)
    assert (trimap[:, 99] == FOREGROUND).all()
    assert (trimap[:, 0] == BACKGROUND).all()


def test_soft_values_are_unknown_wherever_they_are():
    mask = half()
    mask[10:14, 90:94] = 0.5
    mask[20, 5] = 0.2
    mask[0, 0] = 0.004  # an 8-bit file's step above nothing
    trimap = trimap_from_mask(mask, radius=3, smart=False)
    assert (trimap[10:14, 90:94] == UNKNOWN).all()
    assert trimap[20, 5] == UNKNOWN
    assert trimap[0, 0] == BACKGROUND


def test_the_band_is_round_at_corners_and_the_same_over_tiles():
    mask = np.zeros((2100, 1100), np.float32)
    mask[1000:, 500:] = 1
    trimap = trimap_from_mask(mask, radius=50, smart=False)
    rows, cols = np.mgrid[:2100, :1100]
    away = np.hypot(np.maximum(1000 - rows, 0), np.maximum(500 - cols, 0))
    outside = mask == 0
    assert np.array_equal(trimap[outside] == UNKNOWN, away[outside] <= 50)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_mask_of_one_value_has_no_band(value):
    mask = np.full((50, 40), value, np.float32)
    image = Image(np.zeros((50, 40, 3), np.uint8))
    for smart in (False, True):
        trimap = trimap_from_mask(mask, image=image, smart=smart)
        assert (trimap == round(255 * value)).all()


def _crisp_above_hairy_below() -> tuple[np.ndarray, Image]:
    """A vertical edge: two even colours above row 150, strands across the edge below."""
    size = (300, 300)
    mask = half(size, 150)
    pixels = np.where(mask[..., None] > 0, (60, 40, 30), (200, 200, 210)).astype(np.uint8)
    rng = np.random.default_rng(3)
    for row in range(155, 300, 4):
        reach = int(rng.integers(15, 40))
        cv2.line(pixels, (150, row), (150 - reach, row + 3), (60, 40, 30), 2)
        cv2.line(pixels, (150, row + 2), (150 + reach, row + 4), (200, 200, 210), 2)
    return mask, Image(pixels)


def test_the_smart_radius_widens_at_hair_and_narrows_at_a_crisp_edge():
    mask, image = _crisp_above_hairy_below()
    width = (trimap_from_mask(mask, image=image, radius=10) == UNKNOWN).sum(axis=1)
    plain = (trimap_from_mask(mask, radius=10, smart=False) == UNKNOWN).sum(axis=1)
    assert (plain == 20).all()
    assert width[20:100].max() < 18
    assert width[200:280].min() > 28
    assert width.max() <= 3 * 20 + 4


def test_the_smart_band_always_covers_the_edge(astronaut):
    rng = np.random.default_rng(4)
    blobs = cv2.GaussianBlur(rng.random((512, 512)).astype(np.float32), (0, 0), 15)
    mask = (blobs > blobs.mean()).astype(np.float32)
    trimap = trimap_from_mask(mask, image=astronaut, radius=6)
    across = mask[:, 1:] != mask[:, :-1]
    assert (trimap[:, 1:][across] == UNKNOWN).all()
    assert (trimap[:, :-1][across] == UNKNOWN).all()


def test_a_large_smart_band_matches_the_small_one(astronaut):
    rows, cols = np.mgrid[:512, :512]
    mask = (np.hypot(rows - 250, cols - 230) < 150).astype(np.float32)
    small = trimap_from_mask(mask, image=astronaut, radius=8) == UNKNOWN
    large_image = Image(cv2.resize(astronaut.pixels, (2048, 2048), interpolation=cv2.INTER_LINEAR))
    large_mask = np.kron(mask, np.ones((4, 4), np.float32))
    large = trimap_from_mask(large_mask, image=large_image, radius=32) == UNKNOWN
    again = cv2.resize(large.astype(np.float32), (512, 512), interpolation=cv2.INTER_AREA) > 0.5
    assert (again != small).mean() < 0.03


def test_strokes_win_in_a_fresh_array():
    trimap = np.full((4, 4), UNKNOWN, np.uint8)
    strokes = np.zeros((4, 4), np.uint8)
    strokes[0], strokes[1], strokes[2] = STROKE_FOREGROUND, STROKE_BACKGROUND, STROKE_UNKNOWN
    trimap[2:] = FOREGROUND
    result = with_strokes(trimap, strokes)
    assert result[:, 0].tolist() == [FOREGROUND, BACKGROUND, UNKNOWN, FOREGROUND]
    assert result.dtype == np.uint8
    assert (trimap[:2] == UNKNOWN).all()
    assert not np.shares_memory(result, trimap)


def test_strokes_alone_leave_the_rest_unknown():
    strokes = np.zeros((3, 3), np.uint8)
    strokes[0, 0] = STROKE_FOREGROUND
    trimap = trimap_from_strokes(strokes)
    assert trimap[0, 0] == FOREGROUND
    assert (trimap.ravel()[1:] == UNKNOWN).all()


@pytest.mark.parametrize(
    ("values", "missing"), [((0, 128), "foreground"), ((255, 128), "background"), ((128,), "fore")]
)
def test_a_trimap_that_lacks_a_side_is_refused(values, missing):
    trimap = np.resize(np.array(values, np.uint8), (4, 4))
    with pytest.raises(UserError, match=missing):
        check_solvable(trimap)


def test_a_trimap_with_both_sides_is_solvable():
    check_solvable(np.array([[0, 255]], np.uint8))
