"""Strands cover exactly what their width and length say."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.data.made.strand_kernels import draw_strands


def _line(angle: float, width: float, length: float, *, steps: int = 9) -> np.ndarray:
    canvas = np.zeros((160, 160, 4), np.float32)
    along = np.linspace(-length / 2, length / 2, steps)
    points = np.stack([80.3 + along * np.sin(angle), 79.6 + along * np.cos(angle)], 1)[None]
    colours = np.broadcast_to(np.array([0.9, 0.5, 0.2]), (1, steps, 3))
    _draw(canvas, points, np.full((1, steps), width), colours)
    return canvas


def _draw(canvas: np.ndarray, points: np.ndarray, widths: np.ndarray, colours: np.ndarray) -> None:
    arrays = (points, widths, colours, np.ones(len(points)))
    order = np.arange(len(points))
    draw_strands(canvas, *(np.ascontiguousarray(a, np.float32) for a in arrays), order)


@pytest.mark.parametrize("angle", [0.0, 0.1, 0.46, np.pi / 4, 1.2, np.pi / 2, 2.5])
@pytest.mark.parametrize("width", [0.1, 0.3, 1.0, 2.7, 6.0])
def test_coverage_is_width_times_length(angle: float, width: float) -> None:
    canvas = _line(angle, width, 100.0)
    assert canvas[..., 3].sum() == pytest.approx(100 * width, rel=0.02)


@pytest.mark.parametrize("angle", [0.0, 0.3, np.pi / 4, 1.0])
def test_a_thin_strand_is_even_not_dotted(angle: float) -> None:
    canvas = _line(angle, 0.3, 100.0)
    # What falls into each column is the strand's width over the cosine, everywhere along it.
    columns = canvas[..., 3].sum(axis=0)[60:100]
    np.testing.assert_allclose(columns, 0.3 / np.cos(angle), rtol=0.03)


def test_colour_is_premultiplied_by_coverage() -> None:
    canvas = _line(0.7, 0.6, 90.0)
    expected = canvas[..., 3:] * np.array([0.9, 0.5, 0.2], np.float32)
    np.testing.assert_allclose(canvas[..., :3], expected, atol=1e-6)


def test_first_strand_hides_the_second() -> None:
    canvas = np.zeros((32, 32, 4), np.float32)
    rows = np.array([[[16, 2], [16, 30]], [[2, 16], [30, 16]]], np.float32)
    colours = np.array([[[1, 0, 0]] * 2, [[0, 1, 0]] * 2], np.float32)
    _draw(canvas, rows, np.full((2, 2), 5.0), colours)
    np.testing.assert_allclose(canvas[16, 16], [1, 0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(canvas[8, 16], [0, 1, 0, 1], atol=1e-6)


def test_crossing_strands_multiply_what_they_let_through() -> None:
    canvas = np.zeros((32, 32, 4), np.float32)
    rows = np.array([[[16, 2], [16, 30]]] * 2, np.float32)
    _draw(canvas, rows, np.full((2, 2), 0.4), np.ones((2, 2, 3)))
    assert canvas[16, 16, 3] == pytest.approx(1 - 0.6**2, abs=1e-5)


def test_strands_outside_the_frame_do_nothing() -> None:
    canvas = np.zeros((16, 16, 4), np.float32)
    points = np.array([[[-40, -40], [-9, -3]], [[90, 4], [40, 30]]], np.float32)
    _draw(canvas, points, np.full((2, 2), 2.0), np.ones((2, 2, 3)))
    assert not canvas.any()
