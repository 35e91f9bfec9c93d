from __future__ import annotations

import numpy as np
import pytest

from engine.imaging.types import STROKE_BACKGROUND, STROKE_FOREGROUND, STROKE_UNKNOWN, Rect
from matteapp.canvas.spans import Dab
from matteapp.canvas.strokes import ERASE, Scratch

SIZE = 40, 50
ROWS, COLS = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5


def disc(row: float, col: float, radius: float) -> np.ndarray:
    return (ROWS - row) ** 2 + (COLS - col) ** 2 <= radius**2


@pytest.fixture
def scratch() -> Scratch:
    return Scratch(SIZE)


def placed(scratch: Scratch) -> np.ndarray:
    stroke = scratch.finish()
    whole = np.zeros(SIZE, np.uint8)
    whole[stroke.rect.slices] = stroke.labels
    return whole


@pytest.mark.parametrize("label", [STROKE_BACKGROUND, STROKE_UNKNOWN, STROKE_FOREGROUND, ERASE])
def test_a_hard_brush_paints_its_label_and_nothing_else(scratch, label):
    scratch.begin(label)
    scratch.extend(Dab(20, 20, 8), Dab(20, 20, 8))
    assert np.array_equal(placed(scratch), np.where(disc(20, 20, 8), label, 0))


def test_the_rim_of_a_soft_brush_is_unknown(scratch):
    scratch.begin(STROKE_FOREGROUND, hardness=0.5)
    scratch.extend(Dab(20, 20, 10), Dab(20, 20, 10))
    wanted = np.where(disc(20, 20, 10), STROKE_UNKNOWN, 0)
    wanted[disc(20, 20, 5)] = STROKE_FOREGROUND
    assert np.array_equal(placed(scratch), wanted)


def test_the_rim_spares_what_the_same_stroke_has_painted(scratch):
    scratch.begin(STROKE_BACKGROUND, hardness=0.5)
    scratch.extend(Dab(20, 15, 10), Dab(20, 15, 10))
    scratch.extend(Dab(20, 15, 10), Dab(20, 27, 10))
    labels = placed(scratch)
    assert (labels[disc(20, 15, 5)] == STROKE_BACKGROUND).all()


@pytest.mark.parametrize("label", [STROKE_UNKNOWN, ERASE])
def test_the_unknown_brush_and_the_eraser_have_no_rim(scratch, label):
    scratch.begin(label, hardness=0.2)
    scratch.extend(Dab(20, 20, 8), Dab(20, 20, 8))
    assert np.array_equal(placed(scratch), np.where(disc(20, 20, 8), label, 0))


def test_the_stroke_is_as_large_as_what_it_covers(scratch):
    scratch.begin(STROKE_FOREGROUND)
    scratch.extend(Dab(10, 10, 3), Dab(10, 10, 3))
    scratch.extend(Dab(30, 40, 3), Dab(30, 40, 3))
    assert scratch.finish().rect == Rect(7, 7, 33, 43)


def test_after_a_stroke_the_plane_is_empty(scratch):
    scratch.begin(STROKE_FOREGROUND)
    scratch.extend(Dab(10, 10, 3), Dab(30, 40, 3))
    scratch.finish()
    assert not scratch.labels.any()
    assert not scratch.active
    assert scratch.finish() is None


def test_a_stroke_outside_the_photograph_is_none(scratch):
    scratch.begin(STROKE_FOREGROUND)
    scratch.extend(Dab(-30, 10, 3), Dab(-30, 20, 3))
    assert scratch.finish() is None


def test_each_step_tells_what_it_changed(scratch):
    scratch.begin(STROKE_FOREGROUND)
    scratch.extend(Dab(10, 10, 3), Dab(10, 10, 3))
    before = scratch.labels.copy()
    changed = scratch.extend(Dab(10, 10, 3), Dab(10, 20, 3))
    rest = np.ones(SIZE, bool)
    rest[changed.slices] = False
    assert np.array_equal(before[rest], scratch.labels[rest])
    assert changed == Rect(7, 7, 13, 23)
