"""A stroke grows over its own colours and stops at edges."""

from __future__ import annotations

import numpy as np

from engine.guidance.growth import grow

SIZE = 160, 200
ROWS, COLS = np.mgrid[: SIZE[0], : SIZE[1]]


def _disc(row: float, col: float, radius: float) -> np.ndarray:
    return np.hypot(ROWS - row, COLS - col) <= radius


def _scene(inside: np.ndarray) -> np.ndarray:
    grain = np.random.default_rng(1).normal(0, 4, (*SIZE, 3))
    colours = np.where(inside[..., None], (220, 130, 40), (40, 80, 160)) + grain
    return np.clip(colours, 0, 255).astype(np.uint8)


def test_a_stroke_fills_what_it_is_in_and_stops_at_its_edge() -> None:
    inside = _disc(80, 100, 50)
    seeds = _disc(80, 100, 8)
    found = grow(_scene(inside), seeds, reach=70, tolerance=8)
    assert (found.inside & inside).sum() > 0.94 * inside.sum()
    assert (found.inside & ~_disc(80, 100, 52)).sum() == 0


def test_even_ground_is_grown_over_as_far_as_the_reach() -> None:
    flat = np.full((*SIZE, 3), 128, np.uint8)
    found = grow(flat, _disc(80, 100, 5), reach=30, tolerance=8)
    assert found.inside[_disc(80, 100, 30)].all()
    assert not found.inside[~_disc(80, 100, 40)].any()
    assert not found.rim.any()  # nothing but the reach has stopped it


def test_an_edge_that_stops_it_has_a_rim_on_both_sides() -> None:
    inside = COLS < 100
    found = grow(_scene(inside), _disc(80, 85, 6), reach=60, tolerance=8)
    row = found.rim[80]
    assert row[98:102].any()
    assert not row[60:92].any()
    assert not row[108:].any()


def test_it_never_grows_over_what_is_barred() -> None:
    flat = np.full((*SIZE, 3), 128, np.uint8)
    barred = (COLS > 110) & (COLS < 114)
    found = grow(flat, _disc(80, 100, 5), reach=40, tolerance=8, barred=barred)
    assert not (found.inside & barred).any()
    assert not found.inside[80, 118:].any()


def test_a_line_thinner_than_a_pixel_of_the_copy_grows_as_well() -> None:
    flat = np.full((900, 900, 3), 90, np.uint8)
    seeds = np.zeros((900, 900), bool)
    seeds[450, 450] = True
    assert grow(flat, seeds, reach=100, tolerance=8).inside[450, 520]


def test_nothing_grows_from_nothing() -> None:
    none = np.zeros(SIZE, bool)
    found = grow(np.zeros((*SIZE, 3), np.uint8), none, reach=40, tolerance=8)
    assert not found.inside.any()


def test_sixteen_bits_grow_as_eight_do() -> None:
    scene, seeds = _scene(_disc(80, 100, 50)), _disc(80, 100, 8)
    eight = grow(scene, seeds, reach=60, tolerance=8).inside
    sixteen = grow(scene.astype(np.uint16) * 257, seeds, reach=60, tolerance=8).inside
    assert (eight != sixteen).mean() < 0.001
