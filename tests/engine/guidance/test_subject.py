from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.errors import Cancelled, UserError
from engine.guidance.subject import automatic_mask
from engine.imaging.types import Image
from tests.contexts import StoppedAfter


def share(mask: np.ndarray, top: int, left: int, bottom: int, right: int) -> float:
    return float(mask[top:bottom, left:right].mean())


def test_the_astronauts_face_hair_and_suit_are_found(astronaut):
    mask = automatic_mask(astronaut)
    assert share(mask, 80, 195, 170, 255) > 0.98  # face
    assert share(mask, 30, 185, 70, 270) > 0.9  # hair
    assert share(mask, 300, 80, 440, 220) > 0.98  # suit
    assert share(mask, 0, 0, 200, 100) < 0.05  # flag
    assert share(mask, 0, 340, 280, 512) < 0.05  # shuttle


def test_grace_hoppers_face_cap_and_coat_are_found(hopper):
    mask = automatic_mask(hopper)
    assert share(mask, 140, 190, 320, 330) > 0.98
    assert share(mask, 80, 170, 120, 360) > 0.9
    assert share(mask, 420, 60, 590, 480) > 0.95
    assert share(mask, 0, 380, 340, 512) < 0.05
    assert share(mask, 0, 0, 250, 120) < 0.05


def test_a_mask_is_binary_and_of_the_photographs_size(hopper):
    mask = automatic_mask(hopper)
    assert mask.dtype == np.float32
    assert mask.shape == hopper.size
    assert set(np.unique(mask)) == {0.0, 1.0}


def test_the_same_photograph_gives_the_same_mask(astronaut):
    assert np.array_equal(automatic_mask(astronaut), automatic_mask(astronaut))


def test_the_depth_of_the_photograph_does_not_matter(astronaut):
    deep = Image(astronaut.pixels.astype(np.uint16) * 257)
    real = Image(astronaut.rgb())
    expected = automatic_mask(astronaut)
    assert np.abs(automatic_mask(deep) - expected).mean() < 0.01
    assert np.abs(automatic_mask(real) - expected).mean() < 0.01


def test_a_larger_copy_gives_the_same_subject(astronaut):
    large = cv2.resize(astronaut.pixels, (1900, 1900), interpolation=cv2.INTER_CUBIC)
    small = automatic_mask(astronaut)
    mask = automatic_mask(Image(large))
    back = cv2.resize(mask, (512, 512), interpolation=cv2.INTER_AREA)
    assert np.abs(back - small).mean() < 0.03


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (40, 40)])
def test_an_even_picture_has_no_subject_and_says_what_to_do(size):
    with pytest.raises(UserError, match="No subject was found") as caught:
        automatic_mask(Image(np.full((*size, 3), 127, np.uint8)))
    assert "box" in caught.value.remedy


def test_noise_has_no_subject():
    noise = np.random.default_rng(2).integers(0, 256, (200, 160, 3), np.uint8)
    with pytest.raises(UserError):
        automatic_mask(Image(noise))


def test_it_can_be_cancelled(astronaut):
    with pytest.raises(Cancelled):
        automatic_mask(astronaut, ctx=StoppedAfter(0))
