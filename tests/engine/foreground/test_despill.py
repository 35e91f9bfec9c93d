from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.foreground.despill import despill
from engine.settings import ForegroundSettings

GREEN = ForegroundSettings(despill=1.0, despill_colour=(0.0, 1.0, 0.0), despill_inside=True)
_LUMA = np.array([0.2126, 0.7152, 0.0722])


def of(*colours: tuple[int, int, int]) -> np.ndarray:
    return np.array([colours], np.uint8)


def solid(pixels: np.ndarray) -> np.ndarray:
    return np.ones(pixels.shape[:2], np.float32)


def test_nothing_is_asked_for() -> None:
    pixels = of((100, 180, 100))
    for chosen in (ForegroundSettings(), replace(GREEN, despill_colour=(0.5, 0.5, 0.5))):
        assert despill(pixels, solid(pixels), chosen) is pixels


def test_green_hair_turns_grey_and_stays_as_bright() -> None:
    pixels = of((90, 140, 90))
    cleaned = despill(pixels, solid(pixels), GREEN)[0, 0].astype(float)
    assert np.ptp(cleaned) <= 1
    assert cleaned @ _LUMA == pytest.approx(pixels[0, 0] @ _LUMA, abs=1)


def test_skin_blond_hair_and_grey_stay() -> None:
    pixels = of((224, 172, 140), (200, 160, 90), (120, 120, 120), (40, 60, 160))
    assert np.abs(despill(pixels, solid(pixels), GREEN).astype(int) - pixels).max() <= 1


def test_half_is_half() -> None:
    pixels = of((90, 140, 90)).astype(np.float32) / 255
    whole = despill(pixels, solid(pixels), GREEN)
    half = despill(pixels, solid(pixels), replace(GREEN, despill=0.5))
    assert np.allclose(half, (pixels + whole) / 2, atol=1e-6)


def test_the_inside_stays_unless_it_is_asked_for() -> None:
    pixels = np.full((120, 120, 3), (90, 140, 90), np.uint8)
    alpha = np.zeros((120, 120), np.float32)
    alpha[:, 40:] = 1
    cleaned = despill(pixels, alpha, replace(GREEN, despill_inside=False))
    assert np.array_equal(cleaned[60, 100], pixels[60, 100])
    assert np.ptp(cleaned[60, 38].astype(int)) <= 2


def test_blue_works_like_green_and_16_bits_stay() -> None:
    pixels = (of((90, 100, 150)).astype(np.uint16)) * 257
    chosen = replace(GREEN, despill_colour=(0.0, 0.0, 1.0))
    cleaned = despill(pixels, solid(pixels), chosen)
    assert cleaned.dtype == np.uint16
    assert cleaned[0, 0, 2] < pixels[0, 0, 2]
