"""The head in an automatic mask: above a neck, or where none can be seen, as tall as heads are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.enhance.heads import HEAD_TALL, SQUARE, from_head, head_runs
from engine.errors import UserError
from engine.guidance.people import People
from engine.guidance.persons import persons


def person(*, neck: bool = True, shift: int = 0, arm: bool = False) -> People:
    """A head of 80×100 from row 40, and shoulders from row 160."""
    mask = np.zeros((300, 240), np.uint8)
    cv2.ellipse(mask, (120 + shift, 90), (40, 50), 0, 0, 360, 1, -1)
    cv2.ellipse(mask, (120 + shift, 300), (95, 140), 0, 0, 360, 1, -1)
    cv2.rectangle(mask, (100 + shift, 120), (140 + shift, 180), 1, -1)
    if not neck:
        cv2.rectangle(mask, (80 + shift, 90), (160 + shift, 299), 1, -1)
    if arm:
        cv2.rectangle(mask, (200 + shift, 60), (215 + shift, 299), 1, -1)
    return People(mask.astype(np.float32), persons(mask > 0))


def test_the_head_ends_at_the_neck() -> None:
    found = from_head(person(), (1200, 960))
    assert found.found == "head"
    head = found.side / SQUARE / 4
    assert 90 < head < 130
    assert found.col == pytest.approx(4 * 120.5, abs=4)
    assert 4 * 85 < found.row < 4 * 115


def test_long_hair_hides_the_neck_and_the_width_says_how_tall() -> None:
    found = from_head(person(neck=False), (300, 240))
    assert found.side / SQUARE == pytest.approx(HEAD_TALL * 80, rel=0.1)


def test_an_arm_beside_the_head_does_not_widen_it() -> None:
    plain, with_arm = (from_head(person(arm=arm), (300, 240)) for arm in (False, True))
    assert with_arm.side == pytest.approx(plain.side, rel=0.05)
    assert with_arm.col == pytest.approx(plain.col, abs=2)


def test_the_square_follows_the_head() -> None:
    left, right = (from_head(person(shift=shift), (300, 240)) for shift in (-20, 20))
    assert right.col - left.col == pytest.approx(40, abs=1)


def test_too_little_of_a_person_is_refused() -> None:
    mask = np.zeros((60, 60), bool)
    mask[5:10, 10:20] = True
    with pytest.raises(UserError, match="too little of a person"):
        head_runs(mask)
