from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.imaging.types import Rect
from matteapp.canvas.viewport import MAX_SCALE, Box, Viewport

IMAGE, VIEW = (4000, 6000), (1000, 1600)


@pytest.fixture
def fitted() -> Viewport:
    return Viewport(IMAGE, VIEW).fitted()


def test_a_fitted_photograph_is_all_in_sight_and_in_the_middle(fitted):
    assert fitted.scale == pytest.approx(0.25)
    assert fitted.rect_of(fitted.box) == Rect(0, 0, 4000, 6000)
    assert (fitted.x, fitted.y) == (50, 0)


def test_a_small_photograph_is_not_enlarged_to_fit():
    assert Viewport((50, 80), VIEW).fitted().scale == 1.0


@given(
    x=st.integers(60, 1540),
    y=st.integers(10, 990),
    steps=st.lists(st.floats(0.1, MAX_SCALE), min_size=1, max_size=6),
)
def test_the_point_below_the_cursor_stays_when_zooming(x, y, steps):
    viewport = Viewport(IMAGE, VIEW).fitted()
    for scale in steps:
        before = viewport.to_image(x, y)
        viewport = viewport.zoomed(scale, (x, y))
        there = viewport.to_device(*before)
        assert abs(there[0] - x) <= 0.5 + 1e-6
        assert abs(there[1] - y) <= 0.5 + 1e-6


def test_zoom_ends_at_3200_percent(fitted):
    assert fitted.zoomed(1000.0, (800, 500)).scale == 32.0


def test_whole_notches_land_on_100_percent(fitted):
    viewport = Viewport(IMAGE, VIEW).centred(0.27)
    seen = []
    for _ in range(12):
        viewport = viewport.zoomed(viewport.stepped(1), (800, 500))
        seen.append(viewport.scale)
    assert 0.5 in seen
    assert 1.0 in seen


def test_a_notch_in_and_out_is_where_it_was():
    viewport = Viewport(IMAGE, VIEW).centred(2.0)
    there = viewport.zoomed(viewport.stepped(1), (800, 500))
    assert there.zoomed(there.stepped(-1), (800, 500)).scale == 2.0


@given(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_a_pan_keeps_some_of_the_photograph_in_sight(across, down):
    moved = Viewport(IMAGE, VIEW).centred(0.5).panned(across, down)
    assert not moved.rect_of(moved.box).empty


def test_another_size_of_the_widget_keeps_the_middle():
    before = Viewport(IMAGE, VIEW).centred(1.0)
    after = before.resized((800, 1200), ratio=1.0)
    assert after.to_image(*after.middle) == before.to_image(*before.middle)


def test_image_and_device_rectangles_match():
    viewport = Viewport(IMAGE, VIEW).centred(4.0)
    box = viewport.box_of(Rect(2000, 3000, 2010, 3020))
    assert viewport.rect_of(box) == Rect(2000, 3000, 2010, 3020)
    assert viewport.box_of(Rect(0, 0, 10, 10)).empty


def test_boxes_meet_and_unite():
    assert Box(0, 0, 4, 4).intersected(Box(2, 2, 9, 9)) == Box(2, 2, 4, 4)
    assert Box(0, 0, 0, 0).united(Box(2, 2, 9, 9)) == Box(2, 2, 9, 9)
