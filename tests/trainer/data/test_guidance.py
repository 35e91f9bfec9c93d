"""Guidance against hand-made cases, and what must hold for every matte and seed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN
from trainer.data.guidance import (
    GUIDANCE_KINDS,
    GuidanceSettings,
    MaskPerturbation,
    cut_mask,
    guidance_of,
    perturbed_mask,
    trimap_of,
)
from trainer.data.mask_errors import MASK_ERRORS, MaskErrors
from trainer.data.morphology import signed_distance
from trainer.data.soft_errors import SOFT_ERRORS, SoftErrors


def soft_disc(side: int = 120, *, radius: float = 35, soft: float = 6):
    """A disc whose edge is a ramp `soft` pixels wide."""
    rows, cols = np.mgrid[:side, :side]
    depth = radius - np.hypot(rows - side / 2, cols - side / 2)
    return np.clip(0.5 + depth / soft, 0, 1).astype(np.float32)


def test_width_one_trimap_marks_exactly_the_soft_pixels() -> None:
    alpha = soft_disc()
    trimap = trimap_of(alpha, 1)
    assert np.array_equal(trimap == UNKNOWN, (alpha > 0) & (alpha < 1))
    assert np.array_equal(trimap == FOREGROUND, alpha == 1)


def test_trimap_grows_by_half_the_ellipse_on_each_side() -> None:
    alpha = np.zeros((40, 40), np.float32)
    alpha[:, 20:] = 1
    trimap = trimap_of(alpha, 7)
    assert set(trimap[:, :17].ravel()) == {BACKGROUND}
    assert set(trimap[:, 17:23].ravel()) == {UNKNOWN}
    assert set(trimap[:, 23:].ravel()) == {FOREGROUND}


def test_p3m_rule_is_dilated_some_without_eroded_all() -> None:
    alpha = np.zeros((40, 40), np.float32)
    alpha[:, 20] = 0.5
    alpha[:, 21:] = 1
    trimap = trimap_of(alpha, 25, rule="p3m")
    unknown = np.flatnonzero(trimap[20] == UNKNOWN)
    assert (unknown[0], unknown[-1]) == (20 - 12, 20 + 12)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rule", ["erode", "p3m"])
def test_a_random_trimap_never_contradicts_the_matte(seed: int, rule) -> None:
    alpha = soft_disc()
    trimap = trimap_of(alpha, np.random.default_rng(seed), rule=rule)
    assert (alpha[trimap == FOREGROUND] == 1).all()
    assert (alpha[trimap == BACKGROUND] == 0).all()


def test_a_perturbed_mask_is_binary_and_near_the_matte() -> None:
    alpha = soft_disc(200, radius=60)
    settings = MaskPerturbation(cut_mask=0)
    for seed in range(20):
        mask = perturbed_mask(alpha, np.random.default_rng(seed), settings=settings)
        assert set(np.unique(mask)) <= {0.0, 1.0}
        assert (signed_distance((alpha > 0).astype(np.uint8))[mask > 0] > -18).all()
        assert (signed_distance((alpha >= 1).astype(np.uint8))[mask == 0] < 18).all()


def test_all_four_orders_of_morphology_happen() -> None:
    """An erosion lowers the area, a dilation raises it, and both orders stay near it."""
    alpha = (soft_disc(200, radius=60) > 0.5).astype(np.float32)
    alpha[100:102] = 1  # lost by eroding first, kept by dilating first
    settings = MaskPerturbation(cut_mask=0, width=12)
    masks = [perturbed_mask(alpha, np.random.default_rng(s), settings=settings) for s in range(60)]
    areas = np.array([mask.sum() for mask in masks]) / alpha.sum()
    assert areas.min() < 0.9
    assert areas.max() > 1.1
    assert any(abs(a - 1) < 0.1 and m[100, 5] == 0 for a, m in zip(areas, masks, strict=True))
    assert any(abs(a - 1) < 0.1 and m[100, 5] == 1 for a, m in zip(areas, masks, strict=True))


def test_kernels_grow_with_large_pictures() -> None:
    alpha = np.zeros((60, 60), np.float32)
    alpha[:, 30:] = 1

    def widest(settings: MaskPerturbation) -> int:
        masks = (
            perturbed_mask(alpha, np.random.default_rng(s), settings=settings) for s in range(40)
        )
        return int(max((mask[30] > 0).sum() for mask in masks)) - 30

    small = MaskPerturbation(cut_mask=0, width=4, threshold=(0.5, 0.5))
    assert widest(small) <= 2
    assert 5 <= widest(small.model_copy(update={"reference_side": 15})) <= 8


def test_cut_mask_moves_one_patch_of_a_quarter_to_half() -> None:
    numbered = np.arange(80 * 100, dtype=np.int64).reshape(80, 100)
    for seed in range(20):
        cut = cut_mask(numbered, np.random.default_rng(seed))
        rows, cols = np.nonzero(cut != numbered)
        if not len(rows):
            continue
        height, width = np.ptp(rows) + 1, np.ptp(cols) + 1
        assert height <= 40
        assert width <= 50
        assert len(np.unique((cut - numbered)[rows, cols])) == 1  # all from one place


@pytest.mark.parametrize("kind", sorted(GUIDANCE_KINDS))
@pytest.mark.parametrize("seed", range(4))
def test_guidance_has_the_values_of_its_kind(kind: str, seed: int) -> None:
    alpha = soft_disc(96, radius=28)
    found = guidance_of(alpha, kind, np.random.default_rng(seed))
    again = guidance_of(alpha, kind, np.random.default_rng(seed))
    assert found.dtype == np.float32
    assert found.shape == alpha.shape
    assert np.array_equal(found, again)
    allowed = {"trimap": {0.0, 0.5, 1.0}, "trimap_fg": {0.0, 1.0}, "mask": {0.0, 1.0}}
    if kind in allowed:
        assert set(np.unique(found)) <= allowed[kind]
    assert found.min() >= 0
    assert found.max() <= 1


def test_trimap_fg_is_the_trimaps_foreground() -> None:
    alpha = soft_disc()
    trimap = guidance_of(alpha, "trimap", np.random.default_rng(5))
    fg = guidance_of(alpha, "trimap_fg", np.random.default_rng(5))
    assert np.array_equal(fg == 1, trimap == 1)


@pytest.mark.parametrize("name", sorted(set(MASK_ERRORS) - {"blobs"}))
def test_a_mask_is_off_by_no_more_than_it_may(name: str) -> None:
    mask = (soft_disc(200, radius=60) > 0.5).astype(np.uint8)
    settings = MaskErrors(factor=(2, 6))
    distance = np.abs(signed_distance(mask))
    changed = 0
    for seed in range(15):
        spoilt = MASK_ERRORS[name](mask, np.random.default_rng(seed), settings)
        wrong = spoilt != mask
        changed += bool(wrong.any())
        assert set(np.unique(spoilt)) <= {0, 1}
        assert (distance[wrong] <= 0.02 * 200 + 2).all()
    assert changed > 3


def test_moving_the_edge_reaches_two_per_cent_of_the_short_side() -> None:
    mask = (soft_disc(300, radius=90) > 0.5).astype(np.uint8)
    distance = np.abs(signed_distance(mask))
    worst = max(
        distance[MASK_ERRORS["moved"](mask, np.random.default_rng(seed), MaskErrors()) != mask].max(
            initial=0
        )
        for seed in range(30)
    )
    assert 3.5 < worst <= 6.5


def test_a_grown_mask_is_off_by_the_same_everywhere() -> None:
    mask = (soft_disc(300, radius=90) > 0.5).astype(np.uint8)
    distance = signed_distance(mask)
    offsets = []
    for seed in range(20):
        found = MASK_ERRORS["grown"](mask, np.random.default_rng(seed), MaskErrors())
        inside, outside = -distance[found == 1].min(), -distance[found == 0].max()
        assert abs(inside - outside) <= 2
        offsets.append(inside)
    assert min(offsets) < -3
    assert max(offsets) > 3


@pytest.mark.parametrize("name", sorted(MASK_ERRORS))
@pytest.mark.parametrize("value", [0, 1])
def test_empty_and_full_masks_are_survived(name: str, value: int) -> None:
    mask = np.full((40, 50), value, np.uint8)
    found = MASK_ERRORS[name](mask, np.random.default_rng(0), MaskErrors())
    assert found.shape == mask.shape
    assert found.dtype == np.uint8


@pytest.mark.parametrize("name", sorted(SOFT_ERRORS))
def test_every_soft_error_changes_the_matte_and_keeps_it_one(name: str) -> None:
    alpha = soft_disc()
    found = SOFT_ERRORS[name](alpha, np.random.default_rng(1), SoftErrors())
    assert found.dtype == np.float32
    assert np.abs(found - alpha).max() > 0.01
    assert found.min() >= 0
    assert found.max() <= 1
    assert np.abs(found - alpha).mean() < 0.1


def test_the_share_of_larger_errors_is_a_setting() -> None:
    alpha = soft_disc(200, radius=60)
    exact = GuidanceSettings(
        perturbation=MaskPerturbation(width=1, cut_mask=0, threshold=(0.5, 0.5)),
        errors=MaskErrors(probability=0),
    )
    found = guidance_of(alpha, "mask", np.random.default_rng(0), settings=exact)
    assert np.array_equal(found, (alpha >= 0.5).astype(np.float32))
