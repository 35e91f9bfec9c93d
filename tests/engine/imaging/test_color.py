"""sRGB's curve and ICC profiles."""

from __future__ import annotations

import logging

import imagecodecs
import numpy as np
import pytest

from engine.imaging.color import (
    linear_to_srgb,
    profile_model,
    srgb_to_linear,
    to_linear,
    to_srgb,
)


def test_srgb_curve_has_the_standards_values():
    encoded = np.array([0.0, 0.04045, 0.5, 1.0], np.float32)
    np.testing.assert_allclose(
        srgb_to_linear(encoded), [0.0, 0.0031308, 0.2140411, 1.0], rtol=1e-4, atol=1e-7
    )


def test_curve_and_inverse_agree_also_beyond_the_range():
    values = np.linspace(-0.5, 8.0, 5001, dtype=np.float32)
    back = linear_to_srgb(srgb_to_linear(values))
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, values, rtol=2e-5, atol=2e-6)


def test_curve_is_monotonic_and_mirrors_at_zero():
    values = np.linspace(0, 1, 4096, dtype=np.float32)
    linear = srgb_to_linear(values)
    assert (np.diff(linear) > 0).all()
    np.testing.assert_array_equal(srgb_to_linear(-values), -linear)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_profile_becomes_srgb_at_its_own_depth(dtype):
    full = np.iinfo(dtype).max
    ramp = np.linspace(0, full, 256).astype(dtype).reshape(16, 16)
    flat = imagecodecs.cms_profile("gray", gamma=1.0)
    converted = to_srgb(ramp, flat, model="grey")
    wanted = linear_to_srgb((ramp / full).astype(np.float32)) * full
    assert converted.dtype == dtype
    assert converted.shape == (16, 16, 3)
    assert np.abs(converted[..., 1] - wanted).max() <= full * 0.003 + 1


def test_unusable_profile_is_said_and_gives_nothing(caplog):
    with caplog.at_level(logging.WARNING):
        assert to_srgb(np.zeros((4, 4), np.uint8), b"no profile" * 40, model="grey") is None
    assert "can't be used" in caplog.text


def test_to_linear_of_the_srgb_profile_is_the_srgb_curve(rng):
    values = rng.random((20, 20, 3), dtype=np.float32)
    linear = to_linear(values, imagecodecs.cms_profile("srgb"))
    np.testing.assert_allclose(linear, srgb_to_linear(values), atol=2e-5)


def test_to_linear_keeps_colours_beyond_srgb(adobe_like_icc):
    green = np.array([[[0, 1, 0]]], np.float32)
    linear = to_linear(green, adobe_like_icc)
    assert linear[0, 0, 0] < -0.3
    assert linear[0, 0, 1] == pytest.approx(1.0, abs=1e-3)


def test_profile_model_tells_kinds_and_refuses_what_is_cut_short(adobe_like_icc):
    assert profile_model(adobe_like_icc) == "rgb"
    assert profile_model(imagecodecs.cms_profile("gray", gamma=2.2)) == "grey"
    assert profile_model(adobe_like_icc[:200]) is None
    assert profile_model(b"") is None
    assert profile_model(None) is None
