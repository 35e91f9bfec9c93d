"""The generator's square: what it shows, and that only its change comes back."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from engine.enhance.align import Alignment, from_box, from_landmarks
from engine.errors import UserError
from engine.imaging.types import Rect


def waves(height: int, width: int) -> np.ndarray:
    rows, cols = np.mgrid[:height, :width].astype(np.float32)
    planes = [np.sin(rows / 19), np.cos(cols / 23), np.sin((rows + cols) / 31)]
    return (0.5 + 0.4 * np.stack(planes, -1)).astype(np.float32)


def test_a_square_on_whole_pixels_is_the_mean_over_areas() -> None:
    pixels = np.random.default_rng(0).random((96, 120, 3), dtype=np.float32)
    crop = Alignment(row=48, col=64, side=64).crop(pixels, 16)
    want = pixels[16:80, 32:96].reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(crop, want, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_integers_are_read_at_their_own_depth(dtype) -> None:
    full = np.iinfo(dtype).max
    pixels = np.full((40, 40, 3), full // 2, dtype)
    crop = Alignment(20, 20, 32, 0.3).crop(pixels, 8)
    np.testing.assert_allclose(crop, (full // 2) / full, atol=1e-6)


def test_a_turned_square_shows_the_face_upright() -> None:
    """The crop of a picture that was turned is the crop of the picture before."""
    picture = waves(240, 240)
    turn = math.radians(25)
    matrix = cv2.getRotationMatrix2D((119.5, 119.5), -25, 1)
    turned = cv2.warpAffine(picture, matrix, (240, 240), flags=cv2.INTER_CUBIC)
    straight = Alignment(120, 120, 100).crop(picture, 50)
    found = Alignment(120, 120, 100, turn).crop(turned, 50)
    np.testing.assert_allclose(found, straight, atol=0.01)


def test_what_lies_beyond_the_photograph_is_its_reflection() -> None:
    picture = waves(100, 100)
    crop = Alignment(row=0, col=50, side=40).crop(picture, 40)
    np.testing.assert_allclose(crop[:20], crop[20:][::-1], atol=1e-4)
    with pytest.raises(UserError, match="outside of the picture"):
        Alignment(row=500, col=50, side=40).crop(picture, 40)


@pytest.mark.parametrize("side", [20.0, 64.0, 150.0])
@pytest.mark.parametrize("turn", [0.0, 0.4])
def test_a_smooth_change_comes_back_where_it_was(side: float, turn: float) -> None:
    """Of crop and return, only the feathered border and the square's outside differ."""
    at = Alignment(101.3, 98.7, side, turn)
    picture = waves(200, 200)
    back = at.bring_back(at.crop(picture, 64), picture.shape, feather=0.1)
    weights = at.weights(back.rect, feather=0.1)
    inside = weights == 1
    assert inside.any()
    np.testing.assert_allclose(back.values[inside], picture[back.rect.slices][inside], atol=0.02)
    assert not back.values[weights == 0].any()


def test_outside_of_the_square_nothing_changes_at_all() -> None:
    at = Alignment(90, 110, 60, 0.5)
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 65536, (200, 220, 3)).astype(np.uint16)
    change = at.bring_back(np.ones((32, 32, 3), np.float32) * 0.2, pixels.shape)
    out = change.added_to(pixels)
    rows, cols = np.mgrid[:200, :220] + 0.5
    cos, sin = math.cos(0.5), math.sin(0.5)
    down = cos * (rows - 90) - sin * (cols - 110)
    across = sin * (rows - 90) + cos * (cols - 110)
    outside = (np.abs(down) >= 30) | (np.abs(across) >= 30)
    assert np.array_equal(out[outside], pixels[outside])
    assert (out[~outside] != pixels[~outside]).mean() > 0.6


def test_the_change_fades_without_a_step() -> None:
    at = Alignment(100, 100, 80)
    values = at.bring_back(np.full((40, 40, 3), 0.1, np.float32), (200, 200, 3)).values
    steps = max(np.abs(np.diff(values, axis=axis)).max() for axis in (0, 1))
    assert steps < 0.1 * 1.6 / (0.08 * 80)  # a smooth step is at most 1.5 times as steep as a ramp


def test_landmarks_give_the_square_of_ffhq() -> None:
    """Eyes 100 apart and 100 above the mouth: 400 wide, a tenth below the eyes' line."""
    points = np.array([[0, -50], [0, 50], [60, 0], [100, -30], [100, 30]], np.float32) + 300
    found = from_landmarks(points)
    assert found.side == pytest.approx(400)
    assert (found.row, found.col) == pytest.approx((310, 300))
    assert found.turn == pytest.approx(0)
    cos, sin = math.cos(0.3), math.sin(0.3)
    turned = (points - 300) @ np.array([[cos, -sin], [sin, cos]], np.float32).T
    # (row, col) turned from col towards row: clockwise, as rows point down
    assert from_landmarks(turned.astype(np.float32) + 300).turn == pytest.approx(-0.3, abs=1e-5)
    assert from_landmarks(turned.astype(np.float32) + 300).side == pytest.approx(400, rel=1e-5)


def test_a_box_gives_the_square_around_it() -> None:
    found = from_box(Rect(10, 20, 110, 80))
    assert (found.row, found.col, found.side) == (60, 50, 100)
    with pytest.raises(UserError, match="too small"):
        from_box(Rect(0, 0, 4, 4))
