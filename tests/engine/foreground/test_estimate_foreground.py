from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BugError, Cancelled
from engine.foreground import estimate
from engine.foreground.estimate import EXTEND, FOREGROUND_METHODS, estimate_foreground
from engine.imaging.types import Image, from_float, to_float
from engine.settings import ForegroundSettings, from_dict
from tests.contexts import StoppedAfter

FAST = ("multilevel", "blur_fusion")


@pytest.fixture(scope="module")
def blended(soft_disc, smooth_colours):
    """An exact F, B, α and the photograph they make."""
    size = (240, 300)
    alpha = soft_disc(size, 80, 12)
    over, under = smooth_colours(size, 1), 1 - smooth_colours(size, 1)
    image = alpha[..., None] * over + (1 - alpha[..., None]) * under
    return Image(image), alpha, over, under


def test_the_table_has_every_method_that_can_be_set():
    for name in FOREGROUND_METHODS:
        assert from_dict(ForegroundSettings, {"method": name}).method == name
    assert set(FOREGROUND_METHODS) == {"multilevel", "closed_form", "blur_fusion", "network"}


@pytest.mark.parametrize(("method", "least"), [("multilevel", 2.5), ("blur_fusion", 1.4)])
def test_the_colours_come_much_closer_to_the_true_ones(blended, method, least):
    image, alpha, over, _ = blended
    band = (alpha > 0.05) & (alpha < 0.95)
    before = np.abs(image.pixels - over)[band].mean()
    after = np.abs(estimate_foreground(image, alpha, method=method) - over)[band].mean()
    assert after * least < before


@pytest.mark.parametrize("method", FAST)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_where_alpha_is_one_the_photograph_stays_exactly(blended, method, dtype):
    image, alpha, _, _ = blended
    image = Image(from_float(image.pixels, dtype))
    before = image.pixels.copy()
    colours = estimate_foreground(image, alpha, method=method)
    assert colours.dtype == dtype
    assert np.array_equal(colours[alpha == 1], image.pixels[alpha == 1])
    assert np.array_equal(image.pixels, before)
    assert not np.shares_memory(colours, image.pixels)


def test_beyond_the_matte_the_foreground_is_extended_a_little_and_no_further(blended):
    image, alpha, over, under = blended
    colours = estimate_foreground(image, alpha)
    row = colours[120]
    edge = int((alpha[120] > 0).argmax())
    near, far = slice(edge - EXTEND + 2, edge), slice(0, edge - EXTEND - 1)
    assert np.array_equal(row[far], image.pixels[120][far])
    assert np.abs(row[near] - over[120][near]).mean() < np.abs(row[near] - under[120][near]).mean()


def test_the_amount_mixes(blended):
    image, alpha, _, _ = blended
    full = estimate_foreground(image, alpha)
    half = estimate_foreground(image, alpha, amount=0.5)
    none = estimate_foreground(image, alpha, amount=0.0)
    assert np.array_equal(none, image.pixels)
    assert np.allclose(half, 0.5 * (full + image.pixels), atol=1e-6)


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_the_depth_can_be_chosen(photograph, soft_disc, bits):
    alpha = soft_disc(photograph.size, 150, 8)
    same = estimate_foreground(photograph, alpha)
    deep = estimate_foreground(photograph, alpha, bits=bits)
    assert deep.dtype == {8: np.uint8, 16: np.uint16, 32: np.float32}[bits]
    assert np.abs(to_float(deep) - to_float(same)).max() <= 0.51 / 255
    assert np.allclose(to_float(deep)[alpha == 1], to_float(same)[alpha == 1], atol=1e-6)


def test_sixteen_bits_carry_more_than_eight(photograph, soft_disc):
    alpha = soft_disc(photograph.size, 150, 8)
    deep = estimate_foreground(photograph, alpha, bits=16)
    band = (alpha > 0) & (alpha < 1)
    assert (deep[band] % 257 != 0).mean() > 0.5


@pytest.mark.parametrize("method", FAST)
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_matte_without_an_edge_changes_nothing(photograph, method, value):
    alpha = np.full(photograph.size, value, np.float32)
    assert np.array_equal(estimate_foreground(photograph, alpha, method=method), photograph.pixels)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (33, 2)])
@pytest.mark.parametrize("method", FAST)
def test_slivers_work(size, method):
    image = Image(np.full((*size, 3), 90, np.uint8))
    alpha = np.linspace(0, 1, size[0] * size[1], dtype=np.float32).reshape(size)
    assert estimate_foreground(image, alpha, method=method).shape == (*size, 3)


@pytest.mark.parametrize(("method", "most"), [("multilevel", 0.002), ("blur_fusion", 1e-6)])
def test_tiles_leave_no_seams(soft_disc, smooth_colours, monkeypatch, method, most):
    size = (1300, 1500)
    alpha = soft_disc(size, 500, 25)
    grain = np.random.default_rng(5).normal(0, 0.03, (*size, 3)).astype(np.float32)
    image = Image(np.clip(0.5 * smooth_colours(size, 7) + 0.25 + grain, 0, 1))
    tiled = estimate_foreground(image, alpha, method=method)
    monkeypatch.setattr(estimate, "TILE", 4096)
    whole = estimate_foreground(image, alpha, method=method)
    seen = alpha[..., None] * np.abs(tiled - whole)
    assert seen.mean() < most / 20
    assert np.percentile(seen[(alpha > 0) & (alpha < 1)], 99.9) < most
    assert np.abs(tiled - whole).max() < 25 * most


def test_an_unknown_method_is_a_bug(photograph):
    alpha = np.ones(photograph.size, np.float32)
    with pytest.raises(BugError):
        estimate_foreground(photograph, alpha, method="guess")
    with pytest.raises(BugError):
        estimate_foreground(photograph, alpha, bits=12)


@pytest.mark.parametrize("checks", [0, 3, 9])
def test_it_can_be_cancelled(photograph, soft_disc, checks):
    alpha = soft_disc(photograph.size, 150, 8)
    with pytest.raises(Cancelled):
        estimate_foreground(photograph, alpha, ctx=StoppedAfter(checks))
