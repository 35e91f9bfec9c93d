from __future__ import annotations

import numpy as np
import pytest

from engine.guidance.figure import FIGURES, Figure, outline
from engine.guidance.search import find_figures, fitted


@pytest.mark.parametrize("figure", [Figure(0.42, 0.11, 0.115), Figure(0.58, 0.06, 0.36)])
def test_a_figure_on_an_even_ground_is_found_where_it_stands(figure):
    inside = outline(figure, (240, 200))[..., None] > 0
    pixels = np.where(inside, (180, 60, 70), (120, 130, 125)).astype(np.uint8)
    best = find_figures(pixels)[0].figure
    assert abs(best.col - figure.col) <= 0.08
    assert abs(best.top - figure.top) <= 0.08
    assert 0.7 < best.head / figure.head < 1.5


def test_every_figure_is_ranked_best_first():
    pixels = np.random.default_rng(1).integers(0, 256, (90, 70, 3), np.uint8)
    found = find_figures(pixels)
    scores = [one.score for one in found]
    assert {one.figure for one in found} == set(FIGURES)
    assert scores == sorted(scores, reverse=True)
    assert np.isfinite(scores).all()


def test_fitting_moves_a_figure_onto_a_mask():
    true = Figure(0.55, 0.08, 0.2)
    mask = outline(true, (256, 200)) > 0
    moved = fitted(Figure(0.45, 0.15, 0.25), mask)
    assert abs(moved.col - true.col) < 0.03
    assert abs(moved.top - true.top) < 0.03
    assert moved.head == pytest.approx(true.head, rel=0.1)
