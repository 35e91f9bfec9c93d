from __future__ import annotations

import numpy as np
import pytest

from engine.foreground.multilevel import covering, level_sizes, multilevel
from engine.imaging.types import Rect


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (700, 500), (5464, 8192)])
def test_levels_grow_from_one_pixel_to_the_image(size):
    sizes = level_sizes(size)
    assert sizes[-1] == size
    assert max(sizes[0]) == 1 or len(sizes) == 1
    assert sizes == sorted(sizes)


def test_colours_of_even_sides_are_recovered_and_add_up(soft_disc):
    alpha = soft_disc((90, 80), 25, 8)
    over, under = np.array([0.9, 0.5, 0.1]), np.array([0.1, 0.3, 0.7])
    image = (alpha[..., None] * over + (1 - alpha[..., None]) * under).astype(np.float32)
    foreground, background = multilevel(image, alpha)
    assert np.abs(foreground - over)[alpha > 0.02].max() < 0.03
    assert np.abs(background - under)[alpha < 0.98].max() < 0.03
    blended = alpha[..., None] * foreground + (1 - alpha[..., None]) * background
    assert np.abs(blended - image).max() < 0.01


def test_a_tiles_coarser_rectangle_covers_it():
    size, coarser = (1000, 777), (512, 401)
    for rect in (Rect(0, 0, 64, 64), Rect(900, 700, 1000, 777), Rect(333, 111, 334, 112)):
        around = covering(rect, size, coarser, 3)
        assert around.top <= rect.top * 512 // 1000
        assert around.bottom > (rect.bottom - 1) * 512 // 1000
        assert around.left <= rect.left * 401 // 777
        assert around.right > (rect.right - 1) * 401 // 777
        assert Rect.whole(coarser).intersected(around) == around
