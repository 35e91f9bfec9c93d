"""Who is who in a mask."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.guidance.persons import persons

HEIGHT, WIDTH = 200, 240


def standing(*columns: int, scale: float = 1.0) -> np.ndarray:
    """People from head to foot: a head, a neck, a body and two legs each."""
    canvas = np.zeros((HEIGHT, WIDTH), np.uint8)
    for column in columns:
        _draw(canvas, column, scale)
    return canvas > 0


def _draw(canvas: np.ndarray, column: int, scale: float) -> None:
    def at(row: float, aside: float = 0) -> tuple[int, int]:
        return int(column + scale * aside), int(10 + scale * row)

    cv2.circle(canvas, at(12), int(12 * scale), 1, -1)
    cv2.rectangle(canvas, at(20, -5), at(32, 5), 1, -1)
    cv2.rectangle(canvas, at(30, -24), at(95, 24), 1, -1)
    for side in (-22, 4):
        cv2.rectangle(canvas, at(95, side), at(170, side + 18), 1, -1)


def test_one_person_stays_whole_at_the_neck_and_with_legs_apart() -> None:
    mask = standing(120)
    found = persons(mask)
    assert found.dtype == np.int32
    assert found.max() == 1
    assert np.array_equal(found == 1, mask)


def test_two_people_apart_are_two_the_larger_first() -> None:
    mask = standing(60) | standing(180, scale=0.8)
    found = persons(mask)
    assert found.max() == 2
    assert found[60, 60] == 1
    assert found[60, 180] == 2
    assert np.array_equal(found > 0, mask)


def test_two_people_hand_in_hand_are_divided() -> None:
    mask = standing(60, 180)
    mask[70:76, 60:180] = True
    found = persons(mask)
    assert found.max() == 2
    assert set(np.unique(found[40:160, 40:80])) <= {0, found[60, 60]}
    assert found[60, 60] != found[60, 180]
    assert np.array_equal(found > 0, mask)


def test_specks_are_nobody() -> None:
    mask = standing(120)
    mask[5:8, 5:8] = True
    found = persons(mask)
    assert found.max() == 1
    assert found[6, 6] == 0


@pytest.mark.parametrize("value", [False, True])
def test_empty_and_full_masks_are_survived(value: bool) -> None:
    found = persons(np.full((40, 30), value))
    assert (found == int(value)).all()


def test_a_line_divides_who_stand_shoulder_to_shoulder() -> None:
    mask = standing(100, 146)
    mask[45:100, 100:146] = True
    assert persons(mask).max() == 1
    middle = 123.5 / WIDTH
    found = persons(mask, ((0.05, middle, 0.98, middle),))
    assert found.max() == 2
    assert found[60, 90] != found[60, 156]
    assert np.array_equal(found > 0, mask)


def test_a_line_beside_everybody_changes_nothing() -> None:
    mask = standing(120)
    assert np.array_equal(persons(mask, ((0.0, 0.02, 1.0, 0.05),)), persons(mask))
