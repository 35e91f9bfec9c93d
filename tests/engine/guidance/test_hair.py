"""Hair that leaves a mask's edge is found, and little else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.guidance.hair import with_hair
from engine.guidance.trimap import trimap_from_mask
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Image
from engine.jobs.trimaps import trimap_from
from engine.settings import TrimapSettings, from_dict, to_dict

SIDE = 500
MIDDLE, RADIUS = (250, 280), 110


def _strands(rng: np.random.Generator) -> np.ndarray:
    """Coverage 0 to 255 of a head with hair on its upper half."""
    cover = np.zeros((SIDE, SIDE), np.uint8)
    cv2.circle(cover, MIDDLE, RADIUS, 255, -1, cv2.LINE_AA)
    for _ in range(220):
        angle = rng.uniform(np.pi, 2 * np.pi)
        at = np.array(MIDDLE) + (RADIUS - 3) * np.array([np.cos(angle), np.sin(angle)])
        places = [at]
        for _ in range(8):
            angle += rng.normal(0, 0.12)
            places.append(places[-1] + rng.uniform(2, 5) * np.array([np.cos(angle), np.sin(angle)]))
        line = np.round(np.array(places) * 16).astype(np.int32)
        cv2.polylines(cover, [line], False, int(rng.uniform(100, 230)), 1, cv2.LINE_AA, 4)
    return cover


def _photograph(cover: np.ndarray, rng: np.random.Generator) -> Image:
    soft = cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE, 3)), (0, 0), 20) * 250
    ground = soft + np.array([120, 140, 160]) + rng.normal(0, 4, soft.shape)
    head = np.array([70, 45, 30]) + rng.normal(0, 8, soft.shape)
    share = cover[..., None] / 255
    return Image(np.clip(share * head + (1 - share) * ground, 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def mask() -> np.ndarray:
    """What a coarse mask has of it: the head alone."""
    head = np.zeros((SIDE, SIDE), np.uint8)
    cv2.circle(head, MIDDLE, RADIUS, 255, -1)
    return (head > 127).astype(np.float32)


@pytest.fixture(scope="module")
def haired() -> tuple[Image, np.ndarray]:
    rng = np.random.default_rng(3)
    cover = _strands(rng)
    return _photograph(cover, rng), cover


def test_strands_beyond_the_band_become_unknown(haired, mask) -> None:
    image, cover = haired
    before = trimap_from_mask(mask, image=image)
    after = with_hair(before, mask, image)
    missed = (cover > 40) & (before == BACKGROUND)
    assert missed.sum() > 500
    assert (after[missed] == UNKNOWN).mean() > 0.95
    opened = (after == UNKNOWN) & (before == BACKGROUND)
    near = cv2.dilate((cover > 25).view(np.uint8), np.ones((11, 11), np.uint8)) > 0
    assert near[opened].mean() > 0.95
    assert (after[before == UNKNOWN] == UNKNOWN).all()


def test_the_bald_side_stays_as_it_was(haired, mask) -> None:
    image, _ = haired
    before = trimap_from_mask(mask, image=image)
    after = with_hair(before, mask, image)
    chin = slice(MIDDLE[1] + 40, SIDE)
    assert np.array_equal(after[chin], before[chin])


def test_without_hair_the_trimap_is_the_same(mask) -> None:
    rng = np.random.default_rng(5)
    bald = np.asarray(mask * 255, np.uint8)
    image = _photograph(bald, rng)
    before = trimap_from_mask(mask, image=image)
    assert np.array_equal(with_hair(before, mask, image), before)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_mask_without_an_edge_has_no_hair(haired, value) -> None:
    trimap = np.full((SIDE, SIDE), BACKGROUND, np.uint8)
    mask = np.full((SIDE, SIDE), value, np.float32)
    assert with_hair(trimap, mask, haired[0]) is trimap


def test_a_large_photograph_has_its_hair_found_like_a_small_one(haired, mask) -> None:
    image, _ = haired
    small = with_hair(trimap_from_mask(mask, image=image), mask, image)
    twice = np.repeat(np.repeat(image.pixels, 4, axis=0), 4, axis=1)
    large_mask = np.repeat(np.repeat(mask, 4, axis=0), 4, axis=1)
    large_image = Image(twice)
    base = trimap_from_mask(large_mask, image=large_image)
    large = with_hair(base, large_mask, large_image)[2::4, 2::4]
    assert ((small == UNKNOWN) != (large == UNKNOWN)).mean() < 0.03


def test_it_is_a_choice_of_the_trimap_and_off_by_default(haired, mask) -> None:
    image, _ = haired
    plain = trimap_from(mask, image, TrimapSettings(source="radius"))
    haired_trimap = trimap_from(mask, image, TrimapSettings(source="radius", hair=True))
    assert np.array_equal(plain, trimap_from_mask(mask, image=image))
    assert (haired_trimap == UNKNOWN).sum() > 1.2 * (plain == UNKNOWN).sum()
    assert (haired_trimap == FOREGROUND).any()


def test_settings_from_before_there_was_hair_still_open() -> None:
    values = to_dict(TrimapSettings())
    del values["hair"]
    assert from_dict(TrimapSettings, values) == TrimapSettings()
