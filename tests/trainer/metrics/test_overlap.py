"""Intersection over union and boundary F, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.metrics.overlap import boundary_f, overlap


def box(top: int, left: int, bottom: int, right: int, size=(40, 60)) -> np.ndarray:
    mask = np.zeros(size, bool)
    mask[top:bottom, left:right] = True
    return mask


def test_overlap_is_what_both_have_over_what_either_has() -> None:
    one, other = box(0, 0, 10, 10), box(5, 0, 15, 10)
    assert overlap(one, other) == pytest.approx(50 / 150)
    assert overlap(one, one) == 1.0
    assert overlap(one, box(20, 20, 30, 30)) == 0.0
    empty = box(0, 0, 0, 0)
    assert overlap(empty, empty) == 1.0
    assert overlap(empty, one) == 0.0


def test_boundaries_within_reach_agree_and_others_do_not() -> None:
    one = box(10, 10, 30, 40)
    assert boundary_f(one, one) == 1.0
    # 72 pixels of diagonal: a reach of 1 at the default, of 3.6 at 5 %
    moved = box(12, 12, 32, 42)
    assert boundary_f(moved, one, tolerance=0.05) == 1.0
    assert boundary_f(moved, one) < 0.3


def test_precision_and_recall_by_hand() -> None:
    # Left half and right half meet at a line of 40 rows; the found one lacks its upper 10 rows.
    true, found = box(0, 0, 40, 30), box(10, 0, 40, 30)
    # its boundary: 30 pixels of the line and 29 more along row 10, within reach of the line for the
    # one beside the corner; the frame is no boundary
    precision, recall = (30 + 1) / 59, (30 + 1) / 40
    wanted = 2 * precision * recall / (precision + recall)
    assert boundary_f(found, true, tolerance=0.0) == pytest.approx(wanted)


def test_masks_without_a_boundary() -> None:
    empty, full, one = box(0, 0, 0, 0), box(0, 0, 40, 60), box(10, 10, 30, 40)
    assert boundary_f(empty, empty) == 1.0
    assert boundary_f(full, empty) == 1.0  # only the frame bounds it
    assert boundary_f(one, empty) == 0.0
    assert boundary_f(empty, one) == 0.0
