"""The head by an outline alone: hair, hats, frames that cut, several people."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.enhance.heads import SIDE, find_head, from_head, head_square
from engine.errors import UserError
from engine.guidance.people import People
from engine.guidance.persons import persons

HALF, EYES, COL = 20.0, 64.0, 100.0
"""Of the drawn figure, in pixels."""
STANDING = 420


def figure(*more: str, shift: int = 0) -> np.ndarray:
    """Who stands: a head of 1.4×2.6 half heads, a neck, shoulders, arms and legs."""
    mask = np.zeros((STANDING, 220), np.uint8)
    col, eyes, half = int(COL) + shift, int(EYES), int(HALF)
    cv2.ellipse(mask, (col, eyes - 4), (int(0.9 * half), int(1.3 * half)), 0, 0, 360, 1, -1)
    cv2.rectangle(mask, (col - 10, eyes), (col + 10, eyes + 40), 1, -1)
    cv2.ellipse(mask, (col, eyes + 66), (46, 36), 0, 180, 360, 1, -1)
    cv2.rectangle(mask, (col - 46, eyes + 66), (col + 46, eyes + 180), 1, -1)
    for side in (-1, 1):
        leg = col + side * 20
        cv2.rectangle(mask, (leg - 14, eyes + 180), (leg + 14, eyes + 330), 1, -1)
    return np.asarray(sum((DRAWN[name](col, eyes) for name in more), mask) > 0)


def _blank() -> np.ndarray:
    return np.zeros((STANDING, 220), np.uint8)


def _long_hair(col: int, eyes: int) -> np.ndarray:
    hair = cv2.ellipse(_blank(), (col, eyes - 2), (25, 30), 0, 0, 360, 1, -1)
    return cv2.rectangle(hair, (col - 25, eyes), (col + 25, eyes + 90), 1, -1)


def _hat(col: int, eyes: int) -> np.ndarray:
    brim = cv2.rectangle(_blank(), (col - 32, eyes - 22), (col + 32, eyes - 16), 1, -1)
    return cv2.rectangle(brim, (col - 18, eyes - 42), (col + 18, eyes - 16), 1, -1)


def _arm(col: int, eyes: int) -> np.ndarray:
    return cv2.rectangle(_blank(), (col + 58, eyes - 60), (col + 70, eyes + 150), 1, -1)


DRAWN = {"hair": _long_hair, "hat": _hat, "arm": _arm}


@pytest.mark.parametrize("more", [(), ("hair",), ("hat",), ("arm",), ("hair", "hat")])
def test_the_eyes_are_found_and_how_large_the_head_is(more) -> None:
    row, col, half = find_head(figure(*more))
    assert row == pytest.approx(EYES, abs=0.5 * HALF)
    assert col == pytest.approx(COL + 0.5, abs=0.3 * HALF)
    assert half == pytest.approx(HALF, rel=0.2)


@pytest.mark.parametrize("bottom", [150, 170, 260])
@pytest.mark.parametrize("more", [(), ("hair",)])
def test_a_frame_that_cuts_the_body_makes_no_larger_head(more, bottom) -> None:
    row, col, half = find_head(figure(*more)[:bottom])
    assert row == pytest.approx(EYES, abs=0.5 * HALF)
    assert col == pytest.approx(COL + 0.5, abs=0.3 * HALF)
    assert half == pytest.approx(HALF, rel=0.3)


def test_a_frame_may_cut_the_hair_and_a_shoulder() -> None:
    row, col, half = find_head(figure()[44:240, 80:])
    assert row == pytest.approx(EYES - 44, abs=0.5 * HALF)
    assert col == pytest.approx(COL - 79.5, abs=0.5 * HALF)
    assert half == pytest.approx(HALF, rel=0.25)


def test_the_square_follows_the_head_at_any_size() -> None:
    plain = head_square(figure())
    aside = head_square(figure(shift=30))
    assert aside.col - plain.col == pytest.approx(30, abs=2)
    assert (aside.row, aside.side) == pytest.approx((plain.row, plain.side), rel=0.05)
    large = cv2.resize(figure().astype(np.uint8), None, fx=4, fy=4, interpolation=0) > 0
    four = head_square(large)
    assert four.side == pytest.approx(4 * plain.side, rel=0.08)
    assert four.row == pytest.approx(4 * plain.row, rel=0.08)
    assert plain.found == "head"


def test_of_several_people_it_is_the_largest() -> None:
    small = cv2.resize(figure().astype(np.uint8), None, fx=0.5, fy=0.5, interpolation=0)
    both = np.zeros((STANDING, 360), np.uint8)
    both[:, :220] = figure()
    both[210:420, 240:350] = small
    likely = both.astype(np.float32)
    found = from_head(People(likely, persons(likely > 0)), (2 * STANDING, 720))
    assert found.row == pytest.approx(2 * EYES, abs=HALF)
    assert found.col == pytest.approx(2 * COL, abs=HALF)
    assert found.side / SIDE == pytest.approx(2 * HALF, rel=0.2)


def test_too_little_of_a_person_is_refused() -> None:
    mask = np.zeros((60, 60), bool)
    mask[5:10, 10:20] = True
    with pytest.raises(UserError, match="too little of a person"):
        find_head(mask)
