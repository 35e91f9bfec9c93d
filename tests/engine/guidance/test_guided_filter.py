from __future__ import annotations

import numpy as np

from engine.guidance.refine import guided_filter, refine_mask
from engine.imaging.types import Image


def test_an_even_mask_stays_even():
    guide = np.random.default_rng(1).random((40, 50, 3), dtype=np.float32)
    filtered = guided_filter(guide, np.full((40, 50), 0.7, np.float32), radius=4)
    assert np.allclose(filtered, 0.7, atol=1e-3)


def test_a_mask_that_is_linear_in_the_colours_is_kept():
    guide = np.random.default_rng(2).random((60, 60, 3), dtype=np.float32)
    mask = guide @ np.array([0.5, 0.3, 0.1], np.float32) + np.float32(0.05)
    assert np.abs(guided_filter(guide, mask, radius=5, epsilon=1e-6) - mask).max() < 1e-3


def test_a_shifted_mask_moves_to_the_pictures_edge():
    pixels = np.zeros((1200, 1200, 3), np.uint8)
    pixels[:, 600:] = (200, 180, 160)
    small = np.zeros((300, 300), np.float32)
    small[:, 151:] = 1  # one small pixel, four large ones, beside the edge
    refined = refine_mask(Image(pixels), small)
    edge = (refined[600] > 0.5).argmax()
    assert abs(int(edge) - 600) <= 1
