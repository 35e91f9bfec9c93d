"""Edits are pure, know where guidance is newer than the matte, and check what they are given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.document import edits
from engine.document.edits import ERASE
from engine.document.planes import Plane
from engine.document.state import changed_rect
from engine.errors import BugError
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    UNKNOWN,
    Rect,
)
from engine.settings import CutSettings


def _labels(rect: Rect, label: int) -> np.ndarray:
    return np.full((rect.height, rect.width), label, np.uint8)


def test_strokes_lie_on_top_of_the_trimap(blank):
    state = edits.set_trimap(blank, np.full(blank.size, BACKGROUND, np.uint8))
    for row, label in enumerate((STROKE_BACKGROUND, STROKE_UNKNOWN, STROKE_FOREGROUND)):
        rect = Rect(row, 0, row + 1, 4)
        state = edits.paint(state, rect, _labels(rect, label))
    shown = state.effective_trimap(Rect(0, 0, 4, 5))
    np.testing.assert_array_equal(shown[:, 0], [BACKGROUND, UNKNOWN, FOREGROUND, BACKGROUND])
    np.testing.assert_array_equal(shown[:, 4], [BACKGROUND] * 4)
    np.testing.assert_array_equal(state.effective_trimap()[:4, :5], shown)


def test_without_a_trimap_all_that_is_not_painted_is_unknown(blank):
    rect = Rect(0, 0, 1, 1)
    state = edits.paint(blank, rect, _labels(rect, STROKE_FOREGROUND))
    assert state.effective_trimap()[0, 0] == FOREGROUND
    assert (state.effective_trimap()[1:] == UNKNOWN).all()


def test_painting_leaves_zeros_alone_and_erases(blank):
    rect = Rect(10, 10, 12, 12)
    state = edits.paint(blank, rect, _labels(rect, STROKE_FOREGROUND))
    state = edits.paint(state, rect, np.array([[0, ERASE], [1, 0]], np.uint8))
    np.testing.assert_array_equal(state.strokes.read(rect), [[3, 0], [1, 3]])
    assert blank.strokes.read(rect).sum() == 0


def test_painting_over_the_edge_of_the_image_is_clipped(blank):
    rect = Rect(-5, 690, 5, 720)
    state = edits.paint(blank, rect, _labels(rect, STROKE_UNKNOWN))
    assert state.alpha_stale == Rect(0, 690, 5, 700)
    outside = Rect(-9, -9, -1, -1)
    assert edits.paint(blank, outside, _labels(outside, STROKE_UNKNOWN)) is blank


def test_edits_that_change_nothing_return_the_same_state(portrait):
    state = portrait
    rect = Rect(0, 0, 5, 5)
    assert edits.paint(state, rect, _labels(rect, 0)) is state
    assert edits.set_settings(state, replace(state.settings)) is state
    assert edits.set_mask(state, state.mask.read().copy()) is state
    assert edits.set_trimap(state, state.trimap.read().copy()) is state
    assert edits.set_source(state, replace(state.source)) is state
    current = edits.set_alpha(state, state.alpha.read().copy())
    assert current.alpha is state.alpha and current.alpha_stale is None
    assert edits.set_alpha(current, state.alpha.read().copy()) is current


def test_a_stroke_makes_the_matte_stale_until_it_is_solved_there(blank):
    state = edits.set_alpha(blank, np.zeros(blank.size, np.float32))
    assert state.alpha_stale is None
    rect = Rect(20, 20, 40, 40)
    state = edits.paint(state, rect, _labels(rect, STROKE_FOREGROUND))
    assert state.alpha_stale == rect
    elsewhere = Rect(30, 30, 50, 50)
    partly = edits.set_alpha(state, np.ones((20, 20), np.float32), rect=elsewhere)
    assert partly.alpha_stale == rect
    solved = edits.set_alpha(state, np.ones((40, 40), np.float32), rect=Rect(10, 10, 50, 50))
    assert solved.alpha_stale is None
    assert solved.foreground_stale == Rect(0, 0, *blank.size)


def test_clearing_strokes_makes_stale_what_they_covered(blank):
    rect = Rect(20, 20, 40, 40)
    state = edits.paint(blank, rect, _labels(rect, STROKE_FOREGROUND))
    state = edits.set_alpha(state, np.zeros(blank.size, np.float32))
    cleared = edits.clear_strokes(state)
    assert cleared.alpha_stale == rect
    assert cleared.strokes.nbytes_unshared(blank.strokes) == 0
    assert edits.clear_strokes(cleared) is cleared


def test_a_foreground_shares_the_photograph_where_it_equals_it(blank):
    colours = blank.image.pixels.copy()
    colours[:10, :10] = 0
    state = edits.set_alpha(blank, np.zeros(blank.size, np.float32))
    state = edits.set_foreground(state, colours)
    photograph = Plane.viewing(blank.image.pixels)
    assert state.foreground.nbytes_unshared(photograph) == 256 * 256 * 3
    assert state.foreground_stale is None
    part = edits.set_foreground(blank, colours[:10, :10], rect=Rect(0, 0, 10, 10))
    np.testing.assert_array_equal(part.foreground.read(), colours)


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: edits.paint(s, Rect(0, 0, 2, 2), np.zeros((3, 3), np.uint8)),
        lambda s: edits.paint(s, Rect(0, 0, 1, 1), np.array([[9]], np.uint8)),
        lambda s: edits.set_mask(s, np.zeros((3, 3), np.float32)),
        lambda s: edits.set_trimap(s, np.zeros(s.size, np.float32)),
        lambda s: edits.set_alpha(s, np.zeros((4, 4), np.float32), rect=Rect(0, 0, 4, 4)),
        lambda s: edits.set_alpha(s, np.zeros(s.size, np.float64)),
        lambda s: edits.set_foreground(s, np.zeros((4, 4, 3), np.uint8)),
        lambda s: replace(s, alpha=Plane.full((5, 5), 0, np.float32)),
    ],
)
def test_what_does_not_fit_is_refused(blank, edit):
    with pytest.raises(BugError):
        edit(blank)


def test_where_states_differ(blank):
    rect = Rect(20, 20, 40, 40)
    painted = edits.paint(blank, rect, _labels(rect, STROKE_FOREGROUND))
    assert changed_rect(blank, painted) == rect
    assert changed_rect(blank, edits.set_mask(blank, np.zeros(blank.size, np.float32))) is None
    assert changed_rect(blank, edits.set_settings(blank, CutSettings(method="knn"))) is None
    assert changed_rect(blank, blank).empty
