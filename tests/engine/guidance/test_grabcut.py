from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.errors import UserError
from engine.guidance.grabcut import grabcut
from engine.guidance.proxy import proxy_strokes
from engine.imaging.types import (
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    Image,
    Rect,
)


def overlap(one, other) -> float:
    return float((one * other).sum() / np.maximum(one, other).sum())


def test_a_box_finds_what_is_in_it(disc_image, disc):
    assert overlap(grabcut(disc_image, box=Rect(30, 70, 170, 230)), disc) > 0.97


def test_nothing_outside_the_box_is_subject(disc_image):
    mask = grabcut(disc_image, box=Rect(30, 100, 170, 230))
    assert mask[:, :98].max() == 0
    assert mask[100, 180] == 1


def test_strokes_find_the_disc_and_stay_exact(disc_image, disc):
    strokes = np.zeros((200, 300), np.uint8)
    strokes[95:105, 120:180] = STROKE_FOREGROUND
    strokes[5:12, 10:290] = STROKE_BACKGROUND
    strokes[100, 140:150] = STROKE_BACKGROUND  # a wrong one: the user wins
    mask = grabcut(disc_image, strokes=strokes)
    assert mask[strokes == STROKE_FOREGROUND].min() == 1
    assert mask[strokes == STROKE_BACKGROUND].max() == 0
    assert overlap(mask, disc) > 0.9


def test_a_seed_mask_is_pulled_to_the_edge(disc_image, disc):
    seed = np.zeros_like(disc)
    seed[60:150, 100:210] = 1
    assert overlap(grabcut(disc_image, seed=seed), disc) > 0.97


def test_a_large_photograph_gets_an_edge_of_its_own_size(disc_image):
    large = cv2.resize(disc_image.pixels, (1800, 1200), interpolation=cv2.INTER_CUBIC)
    mask = grabcut(Image(large), box=Rect(180, 420, 1020, 1380))
    rows, cols = np.mgrid[:1200, :1800]
    away = np.hypot(rows - 602.5, cols - 902.5)
    assert mask[away < 352].min() == 1
    assert mask[away > 372].max() == 0


def test_it_is_repeatable(disc_image):
    box = Rect(30, 70, 170, 230)
    assert np.array_equal(grabcut(disc_image, box=box), grabcut(disc_image, box=box))


@pytest.mark.parametrize("label", [None, STROKE_BACKGROUND, STROKE_UNKNOWN])
def test_without_a_place_to_start_it_asks_for_one(disc_image, label):
    strokes = None if label is None else np.full((200, 300), label, np.uint8)
    with pytest.raises(UserError, match="Nothing says where"):
        grabcut(disc_image, strokes=strokes)


def test_background_strokes_over_everything_leave_no_subject(disc_image):
    strokes = np.full((200, 300), STROKE_BACKGROUND, np.uint8)
    with pytest.raises(UserError, match="No subject"):
        grabcut(disc_image, box=Rect(30, 70, 170, 230), strokes=strokes)


def test_an_empty_box_leaves_no_subject(disc_image):
    with pytest.raises(UserError, match="No subject"):
        grabcut(disc_image, box=Rect(50, 50, 50, 80))


def test_a_thin_stroke_survives_shrinking():
    strokes = np.zeros((400, 400), np.uint8)
    strokes[:, 201] = STROKE_FOREGROUND
    small = proxy_strokes(strokes, (40, 40))
    assert (small[:, 20] == STROKE_FOREGROUND).all()
    assert (small[:, :20] == 0).all()
