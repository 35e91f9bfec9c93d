"""Marching ants and the edge band: on the outline, one pixel wide, and only while wanted."""

from __future__ import annotations

import numpy as np
import pytest

from engine.document import edits
from engine.imaging.types import STROKE_UNKNOWN, Rect
from matteapp.canvas.outline import MARCHING
from matteapp.canvas.outlines import ANTS, BAND

SUBJECT = Rect(300, 380, 400, 520)
YELLOW = (255, 210, 31)


@pytest.fixture
def cut(state):
    """Half covered in a rectangle, none of it outside, and unknown in a smaller one."""
    alpha = np.zeros((700, 900), np.float32)
    alpha[SUBJECT.slices] = 0.6
    alpha[340:360, 440:460] = 0.4  # a hole
    trimap = np.zeros((700, 900), np.uint8)
    trimap[320:380, 400:500] = 128
    return edits.set_alpha(edits.set_trimap(state, trimap), alpha)


def rim(rect: Rect, size=(700, 900)) -> np.ndarray:
    """The outermost pixels inside a rectangle."""
    where = np.zeros(size, bool)
    where[rect.slices] = True
    where[rect.top + 1 : rect.bottom - 1, rect.left + 1 : rect.right - 1] = False
    return where


def differs(canvas, drawn, photograph) -> np.ndarray:
    """Where the screen shows something else than the photograph, at 100 %."""
    shown = photograph[canvas.viewport.rect_of(canvas.viewport.box).slices]
    return (drawn != shown).any(-1)


def ants_of(canvas) -> np.ndarray:
    """The outline of the subject and its hole, where it is in sight."""
    hole = np.zeros((700, 900), bool)
    hole[339:361, 439:461] = True
    hole[340:360, 440:460] = False
    corners = np.zeros_like(hole)
    for row in (339, 360):
        corners[row, [439, 460]] = True  # touch the hole with a corner only
    whole = rim(SUBJECT) | (hole & ~corners)
    return whole[canvas.viewport.rect_of(canvas.viewport.box).slices]


@pytest.fixture
def marching(canvas, settle, cut):
    canvas.show_state(cut)
    canvas.set_view("ants")
    canvas.zoom_to(1.0)
    settle()
    return canvas


def test_ants_are_on_the_outline_in_black_and_white(marching, settle, photograph):
    drawn = settle()
    ants = ants_of(marching)
    assert not (differs(marching, drawn, photograph) & ~ants).any()
    assert {tuple(colour) for colour in drawn[ants]} == {(0, 0, 0), (255, 255, 255)}


def test_the_outline_moves_with_the_photograph(marching, settle, photograph):
    marching.pan(-70, 55)
    drawn = settle()
    ants = ants_of(marching)
    assert not (differs(marching, drawn, photograph) & ~ants).any()
    assert set(np.unique(drawn[ants])) == {0, 255}


def test_ants_march(marching, settle):
    assert marching._outlines.marching
    outline = next(one for one in marching._outlines._outlines if one.shape == ANTS)
    before = settle()
    for _ in MARCHING:
        outline.march()
        if np.array_equal(settle(), before):
            break
    else:
        pytest.fail("the pattern never came round")
    outline.march()
    assert not np.array_equal(settle(), before)


def test_ants_rest_where_nobody_sees_them(marching):
    marching.hide()
    assert not marching._outlines.marching
    marching.show()
    assert marching._outlines.marching
    marching.set_view("input")
    assert not marching._outlines.marching


@pytest.mark.parametrize("scale", [4.0, 0.4])
def test_the_outline_is_thin_at_every_zoom(marching, settle, photograph, scale):
    marching.set_view("input")
    marching.zoom_to(scale, at=(350, 450))
    bare = settle()
    marching.set_view("ants")
    marked = (settle() != bare).any(-1)
    where = np.argwhere(marked)
    assert len(where)
    deep = marked[:-2, :-2] & marked[1:-1, 1:-1] & marked[2:, 2:]
    solid = deep & marked[:-2, 2:] & marked[2:, :-2]
    assert not solid.any()


def test_the_matte_that_changes_takes_its_outline_along(marching, settle, cut, photograph):
    marching.show_state(edits.set_alpha(cut, np.zeros((700, 900), np.float32)))
    assert not differs(marching, settle(), photograph).any()


@pytest.mark.parametrize("view", ["input", "alpha", "on_white"])
def test_the_band_is_outlined_on_any_view(canvas, settle, cut, view):
    canvas.show_state(cut)
    canvas.set_view(view)
    canvas.zoom_to(1.0)
    bare = settle()
    canvas.set_band(True)
    drawn = settle()
    band = rim(Rect(320, 400, 380, 500))[canvas.viewport.rect_of(canvas.viewport.box).slices]
    assert not ((drawn != bare).any(-1) & ~band).any()
    assert {tuple(colour) for colour in drawn[band]} == {YELLOW, (0, 0, 0)}
    canvas.set_band(False)
    assert np.array_equal(settle(), bare)


def test_painting_unknown_moves_the_band(canvas, settle, cut):
    canvas.show_state(cut)
    canvas.set_band(True)
    canvas.zoom_to(1.0)
    settle()
    labels = np.full((40, 40), STROKE_UNKNOWN, np.uint8)
    canvas.show_state(edits.paint(cut, Rect(360, 480, 400, 520), labels))
    drawn = settle()
    rect = canvas.viewport.rect_of(canvas.viewport.box)
    inner = drawn[370 - rect.top, 500 - 1 - rect.left]  # was the band's border, lies inside now
    assert tuple(inner) not in (YELLOW, (0, 0, 0))
    assert tuple(drawn[390 - rect.top, 519 - rect.left]) in (YELLOW, (0, 0, 0))


def test_only_shapes_that_are_wanted_are_drawn(canvas, settle, cut):
    canvas.show_state(cut)
    settle()
    assert canvas._view.shapes == ()
    canvas.set_view("ants")
    assert canvas._view.shapes == (ANTS,)
    canvas.set_band(True)
    assert canvas._view.shapes == (ANTS, BAND)
