"""Augmentations against what they promise: ranges, invariants, hand-made cases."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.imaging.types import UNKNOWN
from trainer.data.affine import Affine, random_matrix, transformed
from trainer.data.augment import DEGRADATIONS, RealWorld, degraded
from trainer.data.colour import Jitter, jittered
from trainer.data.crops import crop_around_unknown, large_enough
from trainer.data.pairs import Pairing, paired, resized
from trainer.data.random_alpha import random_alpha_blend
from trainer.data.sample import Subject


def flat_subject(colour, alpha: np.ndarray, name: str = "flat") -> Subject:
    foreground = np.full((*alpha.shape, 3), colour, np.uint8)
    return Subject(foreground, alpha.astype(np.float32), name, "solid")


def half(value: float, side: int = 40) -> np.ndarray:
    alpha = np.zeros((side, side))
    alpha[:, side // 2 :] = value
    return alpha


def test_a_pairs_alpha_is_one_minus_the_product_of_what_is_seen_through() -> None:
    rng = np.random.default_rng(0)
    first, second = (flat_subject(0, rng.random((30, 30)), str(n)) for n in range(2))
    pair = paired(first, second, rng, settings=Pairing(resize=0))
    expected = 1 - (1 - first.alpha) * (1 - second.alpha)
    assert np.abs(pair.alpha - expected).max() < 1e-6
    assert pair.name == "0+1"


def test_over_gives_the_colours_that_composing_twice_gives() -> None:
    rng = np.random.default_rng(1)
    front, behind = rng.random((2, 20, 20)).astype(np.float32)
    first, second = flat_subject((200, 10, 90), front), flat_subject((20, 250, 60), behind)
    pair = paired(first, second, rng, settings=Pairing(resize=0))
    for background in (0.0, 255.0):
        under = behind[..., None] * second.foreground + (1 - behind[..., None]) * background
        twice = front[..., None] * first.foreground + (1 - front[..., None]) * under
        once = pair.alpha[..., None] * pair.foreground + (1 - pair.alpha[..., None]) * background
        assert np.abs(once - twice).max() <= 0.51


def test_released_colours_show_the_second_where_the_first_is_not() -> None:
    first, second = flat_subject(200, half(0.5)), flat_subject(100, np.full((40, 40), 0.5))
    settings = Pairing(resize=0, colours="released")
    pair = paired(first, second, np.random.default_rng(0), settings=settings)
    assert set(np.unique(pair.foreground[:, :20])) == {100}
    assert set(np.unique(pair.foreground[:, 20:])) == {150}


def test_an_opaque_pair_is_the_first_alone() -> None:
    first, second = flat_subject(9, half(1.0)), flat_subject(7, np.ones((40, 40)))
    assert paired(first, second, np.random.default_rng(0)) is first


def test_a_quarter_of_the_pairs_is_resized() -> None:
    first, second = flat_subject(9, half(0.5)), flat_subject(7, half(0.5))
    sizes = [
        paired(first, second, np.random.default_rng(seed), settings=Pairing(side=16)).size
        for seed in range(200)
    ]
    assert set(sizes) == {(40, 40), (16, 16)}
    assert 25 < sizes.count((16, 16)) < 80


def test_resizing_keeps_alpha_a_matte_and_detail_beside_it() -> None:
    detail = half(1.0) > 0
    subject = Subject(
        np.zeros((40, 40, 3), np.uint8), half(1.0).astype(np.float32), "s", "", detail
    )
    for seed in range(8):
        large = resized(subject, (90, 70), np.random.default_rng(seed))
        assert large.size == (90, 70)
        assert large.alpha.min() >= 0
        assert large.alpha.max() <= 1
        assert large.detail is not None
        assert abs(large.detail.mean() - 0.5) < 0.03


def test_an_affine_map_keeps_the_middle_and_its_ranges() -> None:
    settings = Affine()
    for seed in range(60):
        matrix = random_matrix((1200, 900), np.random.default_rng(seed), settings=settings)
        middle = np.array([449.5, 599.5, 1])
        assert np.allclose(matrix @ middle, middle[:2])
        area = abs(np.linalg.det(matrix[:, :2]))
        assert 0.8**2 - 1e-9 <= area <= 1.25**2 + 1e-9  # shear and rotation keep areas


def test_small_pictures_are_not_rotated() -> None:
    still = Affine(scale=(1, 1), shear=0, mirror=0, upset=0)
    rng = np.random.default_rng(3)
    small, large = (random_matrix((side, side), rng, settings=still) for side in (512, 1024))
    assert np.allclose(small, np.eye(2, 3))
    assert not np.allclose(large, np.eye(2, 3), atol=0.01)


def test_both_mirrors_turn_the_picture_around() -> None:
    subject = flat_subject(5, half(1.0))
    around = Affine(scale=(1, 1), shear=0, mirror=1, upset=1)
    turned = transformed(subject, np.random.default_rng(0), settings=around)
    assert np.array_equal(turned.alpha, subject.alpha[::-1, ::-1])
    assert transformed(subject, np.random.default_rng(0), settings=Affine(probability=0)) is subject


def test_colours_outside_the_picture_are_carried_on_and_alpha_is_empty() -> None:
    subject = flat_subject((10, 20, 30), np.ones((40, 40)))
    smaller = Affine(scale=(0.8, 0.8), shear=0)
    found = transformed(subject, np.random.default_rng(0), settings=smaller)
    assert (found.foreground == (10, 20, 30)).all()
    assert found.alpha[0, 0] == 0
    assert found.alpha[20, 20] == 1


def test_jitter_turns_the_hue_by_forty_degrees_at_most() -> None:
    foreground = np.full((8, 8, 3), (200, 60, 60), np.uint8)  # hue 0
    hues = []
    for seed in range(60):
        found = jittered(foreground, np.ones((8, 8), np.float32), np.random.default_rng(seed))
        hsv = cv2.cvtColor(found.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
        hues.append((float(hsv[0, 0, 0]) + 180) % 360 - 180)
        assert abs(float(hsv[0, 0, 2]) - 200 / 255) <= (1.1 - 200 / 255) / 10 + 0.01
    assert max(np.abs(hues)) <= 41.5
    assert max(hues) > 20
    assert min(hues) < -20


def test_jitter_leaves_what_it_should() -> None:
    foreground = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    alpha = np.ones((8, 8), np.float32)
    rng = np.random.default_rng(0)
    assert jittered(foreground, alpha, rng, settings=Jitter(probability=0)) is foreground
    assert jittered(foreground, 0 * alpha, rng) is foreground


def test_a_linear_contrast_keeps_mid_grey() -> None:
    image = np.array([[[0, 128, 255]]], np.uint8)
    halved = DEGRADATIONS["contrast"](image, 0.5, np.random.default_rng(0))
    assert halved.tolist() == [[[64, 128, 192]]]


def test_noise_has_the_deviation_asked_for() -> None:
    grey = np.full((200, 200, 3), 128, np.uint8)
    found = DEGRADATIONS["noise"](grey, 10.0, np.random.default_rng(0)).astype(float)
    assert abs(found.std() - 10) < 0.2
    assert abs(np.corrcoef(found[..., 0].ravel(), found[..., 1].ravel())[0, 1]) < 0.05


@pytest.mark.parametrize(("name", "mild", "strong"), [("jpeg", 5, 60), ("blur", 0.7, 3)])
def test_a_stronger_degradation_is_further_off(name: str, mild: float, strong: float) -> None:
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    image = np.asarray(cv2.GaussianBlur(image, (0, 0), 1.0))
    off = [
        np.abs(DEGRADATIONS[name](image, s, np.random.default_rng(0)).astype(int) - image).mean()
        for s in (mild, strong)
    ]
    assert 0 < off[0] < off[1]


def test_degradation_happens_as_often_as_its_setting_says() -> None:
    image = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    settings = RealWorld(probability=0.5)
    same = [
        degraded(image, np.random.default_rng(seed), settings=settings) is image
        for seed in range(200)
    ]
    assert 70 < sum(same) < 130
    assert degraded(image, np.random.default_rng(0)) is image


def test_a_crop_is_centred_on_something_unknown() -> None:
    trimap = np.zeros((300, 400), np.uint8)
    trimap[140:148, 200:208] = UNKNOWN
    for seed in range(10):
        rect = crop_around_unknown(trimap, 100, np.random.default_rng(seed))
        assert (rect.height, rect.width) == (100, 100)
        assert trimap[(rect.top + rect.bottom) // 2, (rect.left + rect.right) // 2] == UNKNOWN


@pytest.mark.parametrize("corner", [(0, 0), (296, 396)])
def test_a_crop_stays_inside(corner: tuple[int, int]) -> None:
    trimap = np.zeros((300, 400), np.uint8)
    trimap[corner[0] : corner[0] + 4, corner[1] : corner[1] + 4] = UNKNOWN
    rect = crop_around_unknown(trimap, 128, np.random.default_rng(0))
    assert rect.top >= 0
    assert rect.bottom <= 300
    assert trimap[rect.slices].max() == UNKNOWN


def test_without_anything_unknown_a_crop_is_anywhere() -> None:
    empty = np.zeros((128, 200), np.uint8)
    lefts = {crop_around_unknown(empty, 128, np.random.default_rng(s)).left for s in range(20)}
    assert len(lefts) > 4


def test_small_subjects_are_enlarged_in_shape() -> None:
    small = flat_subject(3, np.ones((30, 45)))
    assert large_enough(small, 64, np.random.default_rng(0)).size == (64, 96)
    assert large_enough(small, 30, np.random.default_rng(0)) is small


def test_random_alpha_knows_both_layers_everywhere() -> None:
    rng = np.random.default_rng(0)
    alpha = rng.random((30, 40)).astype(np.float32)
    pictures = [rng.integers(0, 256, (50, 60, 3), np.uint8) for _ in range(2)]
    made = random_alpha_blend(alpha, pictures[0], pictures[1], rng)
    exact = alpha[..., None] * made.foreground + (1 - alpha[..., None]) * made.background
    assert np.abs(made.image - exact).max() <= 0.5 + 1e-4
    assert np.isin(made.foreground, pictures[0]).all()
    assert len(np.unique(made.foreground[alpha < 0.05])) > 10
