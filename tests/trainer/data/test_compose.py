"""Composing: exact, rounded once, over backgrounds of any size."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.data.compose import blended, compose, covering
from trainer.data.sample import Subject
from trainer.data.spread import spread_colours


def random_subject(rng: np.random.Generator, size=(37, 53)) -> Subject:
    foreground = rng.integers(0, 256, (*size, 3), np.uint8)
    return Subject(foreground, rng.random(size).astype(np.float32), "made", family="solid")


def test_the_photograph_is_the_equation_rounded_once() -> None:
    rng = np.random.default_rng(0)
    subject = random_subject(rng)
    background = rng.integers(0, 256, (37, 53, 3), np.uint8)
    photograph = compose(subject, background, rng)
    alpha = subject.alpha[..., None].astype(np.float64)
    exact = alpha * subject.foreground + (1 - alpha) * background
    assert np.abs(photograph.image - exact).max() <= 0.5 + 1e-4
    assert np.array_equal(photograph.background, background)
    assert photograph.foreground is subject.foreground
    assert photograph.family == "solid"


def test_opaque_and_empty_pixels_are_the_layers_themselves() -> None:
    rng = np.random.default_rng(1)
    layers = rng.integers(0, 256, (2, 20, 20, 3), np.uint8)
    alpha = np.zeros((20, 20), np.float32)
    alpha[:, 10:] = 1
    image = blended(layers[0], layers[1], alpha)
    assert np.array_equal(image[:, 10:], layers[0][:, 10:])
    assert np.array_equal(image[:, :10], layers[1][:, :10])


@pytest.mark.parametrize("size", [(10, 10), (64, 200), (200, 64), (37, 53), (1, 1)])
def test_any_background_covers_the_subject(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    background = np.full((*size, 3), 77, np.uint8)
    assert compose(random_subject(rng), background, rng).background.shape == (37, 53, 3)
    assert (covering(background, (37, 53), rng) == 77).all()


def test_a_background_larger_in_one_way_is_cropped_not_squeezed() -> None:
    columns = np.arange(100, dtype=np.uint8)
    background = np.broadcast_to(columns[None, :, None], (20, 100, 3))
    piece = covering(np.ascontiguousarray(background), (20, 30), np.random.default_rng(3))
    assert (np.diff(piece[0, :, 0].astype(int)) == 1).all()


def test_spreading_keeps_what_is_known_and_fills_smoothly() -> None:
    colours = np.zeros((64, 64, 3), np.uint8)
    colours[:, :20], colours[:, 44:] = 200, 100
    known = np.zeros((64, 64), bool)
    known[:, :20] = known[:, 44:] = True
    filled = spread_colours(colours, known)
    assert np.array_equal(filled[known], colours[known])
    assert (filled[~known] >= 95).all()
    assert (filled[~known] <= 205).all()
    assert filled[32, 22, 0] > filled[32, 41, 0]


def test_spreading_from_nothing_is_black_and_finite() -> None:
    filled = spread_colours(np.full((9, 7, 3), 50, np.uint8), np.zeros((9, 7), bool))
    assert filled.shape == (9, 7, 3)
    assert (filled == 0).all()
