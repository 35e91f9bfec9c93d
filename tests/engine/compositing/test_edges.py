from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.compositing.edges import (
    EDGE_REACH,
    apply_edges,
    clean_black,
    clean_white,
    contrast,
    feather,
    fill_holes,
    remove_specks,
    shift_edge,
    smooth,
)
from engine.errors import Cancelled
from engine.settings import EdgeSettings
from tests.contexts import StoppedAfter

EVERYTHING = EdgeSettings(
    fill_holes=40,
    remove_specks=40,
    smooth=4,
    feather=3,
    contrast=0.3,
    shift=0.2,
    clean_black=0.05,
    clean_white=0.95,
)


def disc(size=(200, 200), radius=60.0, softness=6.0) -> np.ndarray:
    rows, cols = np.mgrid[: size[0], : size[1]]
    away = np.hypot(rows - size[0] / 2, cols - size[1] / 2)
    return np.clip((radius - away) / (2 * softness) + 0.5, 0, 1).astype(np.float32)


@pytest.fixture
def ramp() -> np.ndarray:
    return np.linspace(0, 1, 101, dtype=np.float32)[None, :].repeat(3, axis=0)


POINTWISE = [
    lambda a: contrast(a, 0.5),
    lambda a: contrast(a, 1.0),
    lambda a: shift_edge(a, 0.4),
    lambda a: shift_edge(a, -0.4),
    lambda a: shift_edge(a, 1.0),
    lambda a: shift_edge(a, -1.0),
    lambda a: clean_black(a, 0.2),
    lambda a: clean_black(a, 1.0),
    lambda a: clean_white(a, 0.7),
    lambda a: clean_white(a, 0.0),
]


@pytest.mark.parametrize("tool", POINTWISE)
def test_a_tool_on_values_is_monotone_in_range_and_keeps_0_and_1(ramp, tool):
    out = tool(ramp)[0]
    assert out.dtype == np.float32
    assert (np.diff(out) >= 0).all()
    assert out.min() >= 0
    assert out.max() <= 1
    assert out[0] == 0
    if tool(np.ones((1, 1), np.float32)) != 0:
        assert out[-1] == 1


OFF = [
    lambda a: smooth(a, 0),
    lambda a: feather(a, 0),
    lambda a: contrast(a, 0),
    lambda a: shift_edge(a, 0),
    lambda a: clean_black(a, 0),
    lambda a: clean_white(a, 1),
    lambda a: fill_holes(a, 0),
    lambda a: remove_specks(a, 0),
    lambda a: apply_edges(a, EdgeSettings()),
]


@pytest.mark.parametrize("tool", OFF)
def test_a_tool_that_is_off_returns_the_matte(tool):
    alpha = disc()
    assert tool(alpha) is alpha


def test_nothing_is_done_in_place():
    alpha = disc()
    before = alpha.copy()
    apply_edges(alpha, EVERYTHING)
    assert np.array_equal(alpha, before)


def test_contrast_steepens_around_one_half(ramp):
    out = contrast(ramp, 0.5)[0]
    assert out[50] == pytest.approx(0.5)
    assert out[40] == pytest.approx(0.3, abs=1e-5)
    assert out[60] == pytest.approx(0.7, abs=1e-5)


def test_shifting_out_and_in_are_mirror_images(ramp):
    out = shift_edge(ramp, 0.3)
    assert np.allclose(1 - shift_edge(1 - ramp, -0.3), out, atol=1e-6)
    assert shift_edge(disc(), 0.5).sum() > disc().sum() > shift_edge(disc(), -0.5).sum()


def test_cleaning_both_ends_stretches_between_the_two_levels(ramp):
    out = apply_edges(ramp, EdgeSettings(clean_black=0.2, clean_white=0.7))[0]
    assert (out[:21] == 0).all()
    assert (out[71:] == 1).all()
    assert out[45] == pytest.approx(0.5, abs=1e-5)


def test_black_above_white_is_a_threshold(ramp):
    out = apply_edges(ramp, EdgeSettings(clean_black=0.6, clean_white=0.4))[0]
    assert set(np.unique(out)) <= {0.0, 1.0}


def test_feather_blurs_and_keeps_the_area():
    alpha = (disc() > 0.5).astype(np.float32)
    soft = feather(alpha, 4)
    assert soft.sum() == pytest.approx(alpha.sum(), rel=1e-3)
    assert ((soft > 0) & (soft < 1)).sum() > 5000
    across = soft[100, 100:]
    assert across[60 - 4] - across[60 + 4] == pytest.approx(0.683, abs=0.06)


def test_smooth_takes_bumps_off_and_keeps_the_edge_sharp():
    rows, cols = np.mgrid[:200, :200]
    angle = np.arctan2(rows - 100, cols - 100)
    away = np.hypot(rows - 100, cols - 100)
    bumpy = np.clip(60 + 3 * np.sin(40 * angle) - away + 0.5, 0, 1).astype(np.float32)
    plain = np.clip(60 - away + 0.5, 0, 1)
    out = smooth(bumpy, 10)
    assert np.abs(out - plain).sum() < 0.5 * np.abs(bumpy - plain).sum()
    assert ((out > 0.02) & (out < 0.98)).sum() < 6 * 2 * np.pi * 60


def matte_with_islands() -> np.ndarray:
    alpha = np.zeros((100, 120), np.float32)
    alpha[20:80, 20:100] = 1
    alpha[30:35, 30:36] = 0  # a hole of 30 pixels
    alpha[50:60, 50:60] = 0  # a hole of 100 pixels
    alpha[5:8, 5:10] = 1  # a speck of 15 pixels
    alpha[0:2, 118:120] = 1  # a speck at the corner
    return alpha


def test_holes_up_to_the_area_are_filled():
    alpha = matte_with_islands()
    for area, small, large in ((29, 0, 0), (30, 1, 0), (99, 1, 0), (100, 1, 1)):
        out = fill_holes(alpha, area)
        assert out[32, 32] == small
        assert out[55, 55] == large
        assert out[0, 0] == 0
        assert (out[5:8, 5:10] == 1).all()


def test_the_ground_around_the_subject_is_no_hole_however_small():
    alpha = np.ones((10, 10), np.float32)
    alpha[0:2, 0:2] = 0
    alpha[4, 4] = 0
    out = fill_holes(alpha, 50)
    assert (out[0:2, 0:2] == 0).all()
    assert out[4, 4] == 1


def test_specks_up_to_the_area_are_removed():
    alpha = matte_with_islands()
    for area, speck, corner in ((3, 1, 1), (4, 1, 0), (14, 1, 0), (15, 0, 0)):
        out = remove_specks(alpha, area)
        assert out[6, 7] == speck
        assert out[0, 119] == corner
        assert out[70, 70] == 1
        assert out[32, 32] == 0


def test_a_whole_subject_goes_if_it_is_no_larger_and_nothing_else_changes():
    alpha = matte_with_islands()
    assert remove_specks(alpha, 10**6).max() == 0
    assert np.array_equal(remove_specks(np.zeros((9, 9), np.float32), 10), np.zeros((9, 9)))
    assert np.array_equal(fill_holes(np.ones((9, 9), np.float32), 10), np.ones((9, 9)))


def test_the_soft_fringe_of_an_island_goes_with_it():
    alpha = np.zeros((60, 60), np.float32)
    alpha[20:30, 20:30] = 1
    soft = cv2.GaussianBlur(alpha, (0, 0), 1.0)
    assert remove_specks(soft, 400).max() < 1e-3
    assert fill_holes(1 - soft, 400).min() > 1 - 1e-3


def test_only_the_surroundings_of_the_edge_are_touched_and_tiles_leave_no_seam():
    alpha = disc((1300, 1200), 400, 8)
    settings = EdgeSettings(smooth=6, feather=5, contrast=0.2, shift=-0.1, clean_black=0.02)
    out = apply_edges(alpha, settings)
    whole = clean_black(
        shift_edge(contrast(feather(smooth(alpha, 6), 5), 0.2), -0.1), settings.clean_black
    )
    assert np.abs(out - whole).max() < 1e-6


def test_a_region_with_the_reach_around_it_gives_the_same_values():
    alpha = disc((300, 300), 90, 5)
    settings = EdgeSettings(smooth=5, feather=3, contrast=0.1)
    reach = EDGE_REACH(settings)
    part = apply_edges(alpha[100 - reach : 180 + reach, 20 - 20 : 140 + reach], settings)
    whole = apply_edges(alpha, settings)
    assert np.abs(part[reach:-reach, 20:-reach] - whole[100:180, 20:140]).max() < 1e-6


def test_the_reach_is_nothing_for_tools_on_values():
    assert EDGE_REACH(EdgeSettings(contrast=0.5, shift=0.3, clean_black=0.1)) == 0
    assert EDGE_REACH(EdgeSettings(feather=10)) >= 30


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1)])
def test_slivers_work_and_stay_in_range(size):
    alpha = np.random.default_rng(1).random(size, dtype=np.float32)
    out = apply_edges(alpha, EVERYTHING)
    assert out.shape == size
    assert out.dtype == np.float32
    assert 0 <= out.min() <= out.max() <= 1


def test_it_can_be_cancelled():
    with pytest.raises(Cancelled):
        apply_edges(disc(), EVERYTHING, ctx=StoppedAfter(0))
