"""The one place that compares with pymatting's estimators: importing them compiles them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.foreground import estimate
from engine.foreground.closed_form import closed_form
from engine.foreground.estimate import estimate_foreground
from engine.foreground.multilevel import PUBLISHED_PASSES, multilevel
from engine.imaging.types import Image


@pytest.fixture(scope="module")
def matte(photograph, soft_disc):
    part = photograph.pixels[40:240, 100:330]
    return Image(np.ascontiguousarray(part)), soft_disc(part.shape[:2], 70, 9)


def test_the_multilevel_colours_are_pymattings(matte):
    from pymatting.foreground.estimate_foreground_ml import estimate_foreground_ml

    image, alpha = matte
    expected = estimate_foreground_ml(image.rgb(), alpha, return_background=True)
    published = multilevel(image.pixels, alpha, passes=PUBLISHED_PASSES)
    for ours, theirs in zip(published, expected, strict=True):
        assert np.abs(ours - theirs).max() < 2e-3
        assert np.abs(ours - theirs).mean() < 1e-5


def test_more_passes_to_and_fro_come_nearer_to_the_exact_solution(matte):
    image, alpha = matte
    exact = closed_form(image.rgb(), alpha)
    seen = alpha > 0
    apart = [
        np.square(multilevel(image.pixels, alpha, passes=passes)[0] - exact)[seen].mean()
        for passes in (PUBLISHED_PASSES, 6, 12)
    ]
    assert apart[1] < 0.8 * apart[0]
    assert apart[2] < 0.9 * apart[1]


def test_the_closed_form_colours_are_pymattings(matte):
    from pymatting.foreground.estimate_foreground_cf import estimate_foreground_cf

    image, alpha = matte
    band = (alpha > 0) & (alpha < 1)
    expected = np.clip(estimate_foreground_cf(image.rgb().astype(float), alpha.astype(float)), 0, 1)
    ours = estimate_foreground(image, alpha, method="closed_form", bits=32)
    assert np.abs(ours - expected)[band].max() < 1e-3


def test_closed_form_tiles_leave_no_visible_seams(matte, monkeypatch):
    image, alpha = matte
    whole = estimate_foreground(image, alpha, method="closed_form", bits=32)
    monkeypatch.setattr(estimate, "TILE", 96)
    tiled = estimate_foreground(image, alpha, method="closed_form", bits=32)
    seen = alpha[..., None] * np.abs(tiled - whole)
    assert np.percentile(seen[(alpha > 0) & (alpha < 1)], 99) < 2 / 255
