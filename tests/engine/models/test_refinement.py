"""Equations 2 and 3 against OpenCV and NumPy."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from engine.errors import BugError
from engine.models.refinement import TEST_WIDTHS, TOLERANCE, Heads, dilate, fuse, uncertain


def ellipse(width):
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))


def by_cv2(mask, width):
    return cv2.dilate(mask.astype(np.uint8), ellipse(width)).astype(np.float32)


@pytest.fixture
def masks(rng):
    """Specks everywhere, also in the corners and along the borders."""
    found = (rng.random((4, 1, 37, 52)) > 0.995).astype(np.float32)
    found[0, 0, 0, 0] = found[1, 0, -1, -1] = found[2, 0, 20, 0] = found[3, 0, -1, 30] = 1
    return found


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("width", [*range(1, 34), 60, 75])
def test_dilation_is_that_of_opencv_up_to_the_borders(masks, width):
    expected = np.stack([by_cv2(mask[0], width)[None] for mask in masks])
    np.testing.assert_array_equal(dilate(torch.from_numpy(masks), width).numpy(), expected)


def test_each_sample_may_have_its_own_width(masks):
    widths = [1, 29, 6, 15]
    found = dilate(torch.from_numpy(masks), torch.tensor(widths)).numpy()
    for mask, width, one in zip(masks, widths, found, strict=True):
        np.testing.assert_array_equal(one[0], by_cv2(mask[0], width))


def test_a_bool_mask_is_a_mask(masks):
    mask = torch.from_numpy(masks)
    assert torch.equal(dilate(mask.bool(), 7), dilate(mask, 7))


@pytest.mark.parametrize("widths", [0, -3, torch.tensor([3, 3]), torch.tensor([3, 3, 0, 3])])
def test_a_width_that_cannot_be_is_our_bug(masks, widths):
    with pytest.raises(BugError):
        dilate(torch.from_numpy(masks), widths)


def test_what_8_bits_can_tell_from_0_and_1_is_uncertain():
    levels = torch.arange(256) / 255
    assert uncertain(levels).tolist() == [0.0, *[1.0] * 254, 0.0]
    assert uncertain(torch.tensor([TOLERANCE * 0.99, 1 - TOLERANCE * 0.99])).sum() == 0


def fused_by_numpy(heads, widths):
    """The two equations in the words of the paper, sample by sample."""
    alpha, later = np.clip(heads[0], 0, 1), (np.clip(raw, 0, 1) for raw in heads[1:])
    steps = [alpha]
    for raw, width in zip(later, widths, strict=True):
        unsure = (alpha >= np.float32(1 / 255)) & (alpha <= np.float32(254 / 255))
        mask = by_cv2(unsure, width)
        alpha = raw * mask + alpha * (1 - mask)
        steps += [mask, alpha]
    return steps


def test_fusion_is_that_of_the_paper(rng):
    ramp = np.clip(rng.normal(0, 1, (3, 48, 40)).astype(np.float32) + 0.5, -0.3, 1.3)
    os8 = cv2.blur(np.tile(np.float32([0, 0, 0, 1, 1, 1]), (48, 8)), (5, 5))[:, :40]
    raw = [os8, ramp[1], ramp[2]]
    found = fuse(Heads(*(torch.from_numpy(one)[None, None] for one in raw)))
    alpha8, mask4, alpha4, mask1, alpha1 = fused_by_numpy(raw, TEST_WIDTHS)
    named = zip(found, (alpha8, alpha4, alpha1, mask4, mask1), strict=True)
    for one, expected in named:
        np.testing.assert_array_equal(one[0, 0].numpy(), expected)
    assert 0 < mask4.mean() <= 1


def test_a_certain_coarse_answer_is_kept():
    coarse = torch.zeros(1, 1, 64, 64)
    coarse[..., 32:, :] = 1
    finer = torch.full_like(coarse, 0.5)
    found = fuse(Heads(coarse, finer, finer))
    assert torch.equal(found.os1, coarse)
    assert found.refine4.sum() == found.refine1.sum() == 0


def test_an_overshooting_head_is_clamped_and_still_gets_a_gradient():
    raw = [torch.full((1, 1, 8, 8), value, requires_grad=True) for value in (0.5, 0.5, 3.7)]
    answer = fuse(Heads(*raw)).os1
    assert answer.max() == 1
    (answer - 0.2).abs().sum().backward()
    assert torch.equal(raw[2].grad, torch.ones(1, 1, 8, 8))


def test_half_precision_heads_are_fused_in_single():
    heads = Heads(*(torch.rand(1, 1, 16, 16).bfloat16() for _ in range(3)))
    assert all(plane.dtype == torch.float32 for plane in fuse(heads))
