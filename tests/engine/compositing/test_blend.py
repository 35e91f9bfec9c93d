from __future__ import annotations

import numpy as np
import pytest

from engine.compositing import blend
from engine.compositing.blend import composite
from engine.errors import BugError
from engine.imaging.color import linear_to_srgb, srgb_to_linear
from engine.imaging.types import from_float, to_float

SIZE = (300, 70)


@pytest.fixture
def parts():
    rng = np.random.default_rng(1)
    foreground, background = rng.random((2, *SIZE, 3), dtype=np.float32)
    alpha = rng.random(SIZE, dtype=np.float32)
    alpha[:40], alpha[40:80] = 0, 1
    return foreground, alpha, background


def test_it_is_the_compositing_equation(parts):
    foreground, alpha, background = parts
    share = alpha[..., None]
    expected = share * foreground + (1 - share) * background
    assert np.allclose(composite(foreground, alpha, background), expected, atol=1e-6)


def test_over_the_original_background_it_is_the_original(parts):
    foreground, alpha, background = (parts[0], parts[1], parts[2])
    image = alpha[..., None] * foreground + (1 - alpha[..., None]) * background
    for dtype, most in ((np.float32, 1e-6), (np.uint16, 1), (np.uint8, 1)):
        stored = [from_float(a, dtype) for a in (foreground, background, image)]
        back = composite(stored[0], alpha, stored[1])
        assert back.dtype == dtype
        assert np.abs(back.astype(float) - stored[2].astype(float)).max() <= most


@pytest.mark.parametrize("linear_light", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_where_alpha_is_0_or_1_nothing_is_lost(parts, dtype, linear_light):
    foreground, background = from_float(parts[0], dtype), from_float(parts[2], dtype)
    alpha = (parts[1] > 0.5).astype(np.float32)
    out = composite(foreground, alpha, background, linear_light=linear_light)
    assert np.array_equal(out, np.where(alpha[..., None] > 0, foreground, background))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_linear_light_blends_light(parts, dtype):
    foreground, background = from_float(parts[0], dtype), from_float(parts[2], dtype)
    out = composite(foreground, parts[1], background, linear_light=True)
    over, under = srgb_to_linear(to_float(foreground)), srgb_to_linear(to_float(background))
    expected = linear_to_srgb(under + parts[1][..., None] * (over - under))
    assert np.abs(to_float(out) - expected).max() < 0.6 / 255


def test_half_of_white_over_black_is_lighter_in_linear_light():
    white, black = np.full((1, 1, 3), 255, np.uint8), np.zeros((1, 1, 3), np.uint8)
    alpha = np.full((1, 1), 0.5, np.float32)
    assert composite(white, alpha, black)[0, 0, 0] == 128
    assert composite(white, alpha, black, linear_light=True)[0, 0, 0] == 188


def test_depths_may_differ_and_the_foregrounds_is_kept(parts):
    foreground, alpha, background = parts
    deep, coarse = from_float(foreground, np.uint16), from_float(background, np.uint8)
    out = composite(deep, alpha, coarse)
    assert out.dtype == np.uint16
    assert np.abs(to_float(out) - composite(foreground, alpha, background)).max() < 1 / 255


@pytest.mark.parametrize("linear_light", [False, True])
def test_strips_make_no_difference(parts, monkeypatch, linear_light):
    whole = composite(*parts, linear_light=linear_light)
    monkeypatch.setattr(blend, "ROWS", 7)
    assert np.array_equal(composite(*parts, linear_light=linear_light), whole)


def test_inputs_are_left_alone(parts):
    before = [part.copy() for part in parts]
    composite(*parts)
    assert all(np.array_equal(a, b) for a, b in zip(parts, before, strict=True))


def test_sizes_that_differ_are_a_bug(parts):
    with pytest.raises(BugError):
        composite(parts[0], parts[1], parts[2][:-1])
    with pytest.raises(BugError):
        composite(parts[0], parts[1][:-1], parts[2])
