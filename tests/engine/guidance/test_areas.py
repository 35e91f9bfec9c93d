"""Areas inside a line, of like colour, or enclosed by strokes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.guidance.areas import alike, enclosed, inside_line
from engine.imaging.types import Image, Rect

SIZE = 40, 50


def _whole(area) -> np.ndarray:
    found = np.zeros(SIZE, bool)
    if area is not None:
        found[area.rect.slices] = area.where
    return found


def test_a_square_encloses_the_pixels_whose_middle_it_does() -> None:
    wanted = np.zeros(SIZE, bool)
    wanted[10:20, 5:30] = True
    line = [(9.6, 4.6), (9.6, 30.4), (20.4, 30.4), (20.4, 4.6)]
    assert np.array_equal(_whole(inside_line(line, within=SIZE)), wanted)


def test_what_is_enclosed_twice_is_not_inside() -> None:
    outer = [(2, 2), (2, 40), (35, 40), (35, 2), (2, 2)]
    inner = [(10, 10), (10, 20), (20, 20), (20, 10), (10, 10), (2, 2)]
    found = _whole(inside_line(outer + inner, within=SIZE))
    assert found[5, 5]
    assert not found[15, 15]


@pytest.mark.parametrize("line", [[(1, 1), (5, 5)], [(-9, -9), (-9, -2), (-2, -2)], [(3, 3)] * 5])
def test_a_line_around_nothing_gives_no_area(line) -> None:
    assert inside_line(line, within=SIZE) is None


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-20, 60), st.floats(-20, 70)), min_size=3, max_size=9, unique=True)
)
def test_any_line_agrees_with_counting_crossings_at_each_pixel(line) -> None:
    def crossed(row: float, col: float) -> bool:
        odd = False
        for (r0, c0), (r1, c1) in zip(line, [*line[1:], line[0]], strict=True):
            if (r0 <= row) != (r1 <= row):
                odd ^= c0 + (row - r0) * (c1 - c0) / (r1 - r0) <= col
        return odd

    found = _whole(inside_line(line, within=SIZE))
    rng = np.random.default_rng(0)
    for row, col in rng.integers(0, SIZE, (60, 2)):
        assert found[row, col] == crossed(row + 0.5, col + 0.5)


def test_like_colours_are_those_that_hang_together() -> None:
    pixels = np.full((*SIZE, 3), 100, np.uint8)
    pixels[:, 20:25] = 200
    pixels[:, 25:] = 104
    area = alike(Image(pixels), (10, 5), tolerance=0.05)
    wanted = np.zeros(SIZE, bool)
    wanted[:, :20] = True
    assert np.array_equal(_whole(area), wanted)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_tolerance_is_a_share_of_the_full_range(dtype) -> None:
    levels = np.repeat(np.arange(50)[None, :, None], 40, axis=0) / 100
    scale = {np.uint8: 255, np.uint16: 65535, np.float32: 1}[dtype]
    pixels = np.repeat(np.asarray(levels * scale, dtype), 3, axis=2)
    found = _whole(alike(Image(pixels), (10, 20), tolerance=0.1))
    cols = np.flatnonzero(found[10])
    assert abs(int(cols[0]) - 10) <= 1
    assert abs(int(cols[-1]) - 30) <= 1


def test_grain_leaves_no_holes() -> None:
    pixels = np.full((*SIZE, 3), 100, np.uint8)
    pixels[20, 20] = 255
    assert _whole(alike(Image(pixels), (5, 5), tolerance=0.1)).all()


def test_an_enclosed_area_ends_at_strokes() -> None:
    strokes = np.zeros(SIZE, np.uint8)
    strokes[10, 10:30] = strokes[30, 10:30] = strokes[10:31, 10] = strokes[10:31, 29] = 3
    area = enclosed(strokes, (20, 20))
    assert area.rect == Rect(11, 11, 30, 29)
    assert area.where.all()
