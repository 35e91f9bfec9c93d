from __future__ import annotations

import numpy as np

from engine.compositing.view_outline import trace_outline


def test_an_outline_is_the_rim_in_order():
    inside = np.zeros((12, 14), bool)
    inside[3:8, 4:11] = True
    rows, cols, along = trace_outline(inside)
    rim = inside.copy()
    rim[4:7, 5:10] = False
    drawn = np.zeros_like(inside)
    drawn[rows, cols] = True
    assert np.array_equal(drawn, rim)
    assert sorted(along) == list(range(rim.sum()))
    order = np.argsort(along)
    steps = np.abs(np.diff(rows[order])) + np.abs(np.diff(cols[order]))
    assert (steps == 1).all()


def test_holes_have_an_outline_too():
    inside = np.ones((9, 9), bool)
    inside[4, 4] = False
    rows, cols, _ = trace_outline(inside)
    assert {(3, 4), (5, 4), (4, 3), (4, 5)} <= set(zip(rows.tolist(), cols.tolist(), strict=True))


def test_the_arrays_own_border_is_no_end_of_the_shape():
    inside = np.zeros((10, 10), bool)
    inside[:, 5:] = True
    rows, cols, _ = trace_outline(inside)
    assert set(cols.tolist()) == {5}
    assert set(rows.tolist()) == set(range(1, 9))


def test_what_is_nowhere_has_no_outline():
    assert trace_outline(np.zeros((4, 5), bool)).rows.size == 0
    assert trace_outline(np.ones((4, 5), bool)[:, ::2]).rows.size == 0
