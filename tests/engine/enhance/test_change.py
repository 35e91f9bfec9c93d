"""A change is bounded, measured and added, and leaves the rest alone."""

from __future__ import annotations

import numpy as np
import pytest

from engine.enhance.change import Change, ChangeBounds
from engine.errors import UserError
from engine.imaging.types import Rect

RECT = Rect(2, 3, 6, 8)
WIDE = ChangeBounds(most=255, mean=255)


def change(value: float) -> Change:
    return Change(RECT, np.full((4, 5, 3), value, np.float32))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_it_is_added_at_the_photographs_depth(dtype) -> None:
    full = 1.0 if dtype == np.float32 else np.iinfo(dtype).max
    pixels = np.full((10, 10, 3), 0.5 * full).astype(dtype)
    out = change(0.1).added_to(pixels)
    assert out.dtype == dtype
    assert out[3, 4, 0] == pytest.approx(0.6 * full, abs=1e-5 if full == 1 else 1)
    out[RECT.slices] = pixels[RECT.slices]
    assert np.array_equal(out, pixels)


def test_no_change_is_no_change_to_the_last_bit() -> None:
    for dtype in (np.uint8, np.uint16):
        pixels = np.resize(np.arange(np.iinfo(dtype).max + 1, dtype=dtype), (10, 10, 3))
        assert np.array_equal(change(0.0).added_to(pixels), pixels)
    everything = np.arange(65536 * 3, dtype=np.uint32).astype(np.uint16).reshape(256, 256, 3)
    none = Change(Rect(0, 0, 256, 256), np.zeros((256, 256, 3), np.float32))
    assert np.array_equal(none.added_to(everything), everything)


def test_integers_stay_within_their_range_and_highlights_survive() -> None:
    white = np.full((10, 10, 3), 255, np.uint8)
    assert np.array_equal(change(0.1).added_to(white), white)
    bright = np.full((10, 10, 3), 4.0, np.float32)
    assert change(0.1).added_to(bright)[3, 4, 0] == pytest.approx(4.1)


def test_strength_scales_it_and_bounds_hold() -> None:
    half, size = change(0.02).bounded(0.5, WIDE)
    np.testing.assert_allclose(half.values, 0.01, rtol=1e-6)
    assert (size.most, size.mean, size.held_back) == pytest.approx((2.55, 2.55, 0))
    values = np.full((4, 5, 3), 0.01, np.float32)
    values[0, 0] = 0.5
    kept, size = Change(RECT, values).bounded(1.5, ChangeBounds(most=20, mean=255))
    assert size.most == pytest.approx(20)
    assert kept.values[1, 1, 0] == pytest.approx(0.015)
    assert 0 < size.held_back < 1
    kept, size = change(0.1).bounded(1.0, ChangeBounds(most=255, mean=5))
    assert size.mean == pytest.approx(5)
    np.testing.assert_allclose(kept.values * 255, 5, rtol=1e-5)
    assert size.held_back == pytest.approx(1 - 5 / 25.5)


def test_nothing_at_all_and_impossible_strengths() -> None:
    _, size = change(0.3).bounded(0.0, WIDE)
    assert (size.most, size.mean, size.held_back) == (0, 0, 0)
    for strength in (-0.1, 1.6):
        with pytest.raises(UserError, match="strength"):
            change(0.1).bounded(strength, WIDE)
    with pytest.raises(UserError, match="bounds"):
        ChangeBounds(most=0)


def test_the_map_shows_the_largest_channel() -> None:
    values = np.zeros((4, 5, 3), np.float32)
    values[1, 2] = (0.0, -4 / 255, 1 / 255)
    values[2, 2] = 1.0
    shown = Change(RECT, values).map(full=8)
    assert shown[1, 2] == pytest.approx(0.5)
    assert shown[2, 2] == 1
    assert shown.sum() == pytest.approx(1.5)
