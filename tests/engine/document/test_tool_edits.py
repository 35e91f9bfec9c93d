"""Refining, restoring and labelling whole areas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.document import edits
from engine.document.planes import Plane
from engine.document.state import DocumentState, SourceLink, new_document
from engine.imaging.types import (
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    Image,
    Rect,
)

SIZE = 600, 700
PLACE = Rect(100, 120, 140, 180)


@pytest.fixture
def solved() -> DocumentState:
    """A document with a matte in which nothing was painted."""
    state = new_document(Image(np.full((*SIZE, 3), 90, np.uint8)), SourceLink(None, "", False))
    state = edits.set_trimap(state, np.full(SIZE, 128, np.uint8))
    alpha = np.random.default_rng(2).random(SIZE, np.float32)
    return edits.set_alpha(state, alpha)


def _painted(state: DocumentState, label: int, rect: Rect = PLACE) -> DocumentState:
    return edits.paint(state, rect, np.full((rect.height, rect.width), label, np.uint8))


def _resolved(state: DocumentState) -> DocumentState:
    """As if the matte was solved with the strokes: 1 where they are."""
    alpha = state.alpha.read().copy()
    alpha[state.strokes.read() > 0] = 1
    return edits.set_alpha(state, alpha)


def _all(rect: Rect = PLACE) -> np.ndarray:
    return np.ones((rect.height, rect.width), bool)


def test_restoring_brings_the_automatic_matte_back_at_once(solved) -> None:
    changed = _resolved(_painted(solved, STROKE_FOREGROUND))
    assert (changed.alpha.read(PLACE) == 1).all()
    back = edits.restore(changed, PLACE, _all())
    assert not back.strokes.read().any()
    assert np.array_equal(back.alpha.read(), solved.alpha.read())
    assert back.alpha_stale == PLACE  # its surroundings are solved again
    assert back.foreground_stale is not None


def test_only_what_was_gone_over_is_restored(solved) -> None:
    changed = _resolved(_painted(solved, STROKE_FOREGROUND))
    half = Rect(PLACE.top, PLACE.left, PLACE.bottom, PLACE.left + 20)
    back = edits.restore(changed, half, _all(half))
    strokes = back.strokes.read(PLACE)
    assert not strokes[:, :20].any()
    assert (strokes[:, 20:] == STROKE_FOREGROUND).all()
    assert (back.alpha.read(PLACE)[:, 20:] == 1).all()


def test_restoring_where_nothing_was_painted_changes_nothing(solved) -> None:
    changed = _resolved(_painted(solved, STROKE_FOREGROUND))
    elsewhere = Rect(300, 300, 320, 330)
    assert edits.restore(changed, elsewhere, _all(elsewhere)) is changed


@pytest.mark.parametrize(
    "change",
    [
        lambda s: edits.set_settings(s, replace(s.settings, method="knn")),
        lambda s: edits.set_trimap(s, np.full(SIZE, 255, np.uint8)),
        lambda s: edits.set_mask(s, np.ones(SIZE, np.float32)),
    ],
    ids=["method", "trimap", "mask"],
)
def test_another_way_of_solving_makes_the_kept_matte_worthless(solved, change) -> None:
    changed = change(_resolved(_painted(solved, STROKE_FOREGROUND)))
    assert changed.automatic is None
    back = edits.restore(changed, PLACE, _all())
    assert not back.strokes.read().any()
    assert back.alpha is changed.alpha  # it has to be solved again
    assert back.alpha_stale is not None


def test_settings_that_the_solver_does_not_see_leave_it(solved) -> None:
    changed = _painted(solved, STROKE_FOREGROUND)
    edge = replace(changed.settings.edge, feather=2.0)
    kept = edits.set_settings(changed, replace(changed.settings, edge=edge))
    assert kept.automatic is solved.alpha


def test_a_matte_that_is_not_solved_yet_is_not_kept(solved) -> None:
    stale = replace(solved, alpha_stale=Rect(0, 0, 10, 10))
    assert _painted(stale, STROKE_FOREGROUND).automatic is None


def test_keeping_it_takes_memory_for_what_differs_alone(solved) -> None:
    changed = _resolved(_painted(solved, STROKE_FOREGROUND))
    assert changed.automatic is solved.alpha
    assert changed.automatic.nbytes_unshared(changed.alpha) <= 2 * 256 * 256 * 4


def test_refining_leaves_what_was_painted_as_subject_or_background(solved) -> None:
    state = _painted(solved, STROKE_BACKGROUND)
    around = PLACE.grown(10, within=SIZE)
    refined = edits.refine(state, around, _all(around))
    strokes = refined.strokes.read()
    assert (strokes[PLACE.slices] == STROKE_BACKGROUND).all()
    assert (strokes[around.slices] == STROKE_UNKNOWN).sum() == (
        around.height * around.width - PLACE.height * PLACE.width
    )


def test_a_refined_area_is_clipped_to_the_photograph(solved) -> None:
    outside = Rect(-5, -5, 5, 5)
    refined = edits.refine(solved, outside, _all(outside))
    assert (refined.strokes.read() == STROKE_UNKNOWN).sum() == 25


@pytest.mark.parametrize("label", [STROKE_FOREGROUND, edits.ERASE])
def test_an_area_is_labelled_tile_by_tile(solved, label) -> None:
    before = _painted(solved, STROKE_BACKGROUND).strokes
    rect = Rect(90, 90, 400, 500)
    where = np.random.default_rng(4).random((rect.height, rect.width)) > 0.5
    after = edits.marked(before, rect, where, label)
    wanted = before.read().copy()
    wanted[rect.slices][where] = 0 if label == edits.ERASE else label
    assert np.array_equal(after.read(), wanted)


def test_labelling_all_of_a_photograph_takes_no_memory() -> None:
    strokes = Plane.full((1024, 1024), 0, np.uint8)
    whole = Rect(0, 0, 1024, 1024)
    after = edits.marked(strokes, whole, np.ones((1024, 1024), bool), STROKE_FOREGROUND)
    assert after.nbytes_unshared(None) <= 256 * 256
    assert edits.marked(after, whole, np.ones((1024, 1024), bool), STROKE_FOREGROUND) is after
