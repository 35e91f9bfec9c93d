from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matteapp.canvas.spans import Dab, swept

SIZE = 48, 64
ROWS, COLS = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5


def drawn(start: Dab, end: Dab) -> np.ndarray:
    spans = swept(start, end, within=SIZE)
    plane = np.zeros(SIZE, bool)
    for row, (left, right) in enumerate(zip(spans.left, spans.right, strict=True)):
        plane[spans.top + row, left:right] = True
    return plane


def distance_outside(start: Dab, end: Dab) -> np.ndarray:
    """How far each pixel's centre lies outside the swept discs: the best over many in between."""
    best = np.full(SIZE, np.inf)
    for share in np.linspace(0, 1, 401):
        row, col, radius = (a + (b - a) * share for a, b in zip(start[:3], end[:3], strict=True))
        np.minimum(best, np.hypot(ROWS - row, COLS - col) - radius, out=best)
    return best


@pytest.mark.parametrize("dab", [Dab(20, 30, 7), Dab(10.3, 15.8, 4.6), Dab(0.5, 63.5, 9)])
def test_a_dab_is_exactly_the_pixels_whose_centre_lies_in_the_disc(dab):
    inside = (ROWS - dab.row) ** 2 + (COLS - dab.col) ** 2 <= dab.radius**2
    assert np.array_equal(drawn(dab, dab), inside)


def test_a_level_line_is_a_stadium():
    plane = drawn(Dab(20.5, 10.5, 3), Dab(20.5, 40.5, 3))
    along = np.clip(COLS, 10.5, 40.5)
    inside = (ROWS - 20.5) ** 2 + (COLS - along) ** 2 <= 9
    assert np.array_equal(plane, inside)


dabs = st.builds(Dab, st.floats(-10, 58), st.floats(-10, 74), st.floats(0.6, 20))


@settings(max_examples=20, deadline=None)
@given(dabs, dabs)
def test_a_line_between_two_pressures_is_the_sweep_of_the_disc(start, end):
    plane = drawn(start, end)
    outside = distance_outside(start, end)
    assert plane[outside < -0.05].all()
    pixels_below_the_ends = np.zeros(SIZE, bool)
    for dab in (start, end):
        row, col = int(np.floor(dab.row)), int(np.floor(dab.col))
        if 0 <= row < SIZE[0] and 0 <= col < SIZE[1]:
            pixels_below_the_ends[row, col] = True
    assert not plane[(outside > 0.05) & ~pixels_below_the_ends].any()


def test_a_dab_thinner_than_a_pixel_paints_the_pixel_below_it():
    plane = drawn(Dab(12.9, 7.1, 0.05), Dab(12.9, 7.1, 0.05))
    assert np.argwhere(plane).tolist() == [[12, 7]]


def test_a_thin_line_has_no_gap():
    plane = drawn(Dab(3.2, 4.7, 0.5), Dab(41.9, 58.3, 0.5))
    assert plane[3:42].any(axis=1).all()
    assert plane[:, 4:59].any(axis=0).all()


def test_what_lies_outside_the_photograph_is_left_out():
    assert not drawn(Dab(-30, 20, 5), Dab(-20, 40, 5)).any()
    assert drawn(Dab(-2, 20, 5), Dab(-2, 40, 5)).any()
