"""EQ-T and EQ-R of pictures whose movement is known."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from engine.errors import BugError
from engine.models.stylegan3 import SMALL, Generator
from trainer.metrics.equivariance import drawing, equivariance, low_passed

SIDE = 64
KINDS = ["EQ-T", "EQ-T frac", "EQ-R"]


def waves(z, translation, degrees, *, error=0.0, stuck=False):
    """A plane of waves that moves and turns exactly, but for an error and what is stuck."""
    along = (torch.arange(SIDE) + 0.5) / SIDE - 0.5
    rows, cols = torch.meshgrid(along, along, indexing="ij")
    down, right = translation
    rows, cols = (rows, cols) if stuck else (rows - down, cols - right)
    angle = math.radians(0.0 if stuck else degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    rows, cols = sin * cols + cos * rows, cos * cols - sin * rows
    plane = torch.sin(2 * math.pi * (3 * rows + 5 * cols)) + torch.cos(2 * math.pi * 9 * rows)
    moved = degrees or any(translation)
    offset = error if moved else 0.0
    return 0.5 * plane.expand(len(z), 2, -1, -1) + offset


def measured(draw, kind, pictures=6):
    made = torch.Generator().manual_seed(0)
    return equivariance(draw, kind, latent=3, pictures=pictures, generator=made)


@pytest.mark.parametrize("kind", KINDS)
def test_what_moves_exactly_has_many_decibels_and_an_error_has_its_own(kind):
    assert measured(waves, kind).decibels > 65
    found = measured(lambda *how: waves(*how, error=0.02), kind)
    assert found.decibels == pytest.approx(10 * math.log10(4 / 0.02**2), abs=0.1)
    assert found.of_contrast == pytest.approx(10 * math.log10(found.variance / 0.02**2), abs=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_what_sticks_to_the_pixels_has_few(kind):
    assert measured(lambda *how: waves(*how, stuck=True), kind).of_contrast < 3


def test_the_low_pass_keeps_slow_waves_and_stops_those_of_two_pixels():
    places = torch.tensor([[0.3, -4.2], [7.75, 2.0], [-8.5, -0.5]])
    index = torch.arange(SIDE)
    slow = torch.cos(0.4 * (index + 0.5 - SIDE / 2)).expand(1, 1, SIDE, -1)
    found = low_passed(slow, places)[0, 0]
    torch.testing.assert_close(found, torch.cos(0.4 * places[:, 0]), atol=2e-3, rtol=0)
    quick = (1.0 - 2.0 * (index % 2)).expand(1, 1, SIDE, -1)
    assert low_passed(quick, places).abs().max() < 2e-3


def test_small_pictures_cannot_be_turned():
    with pytest.raises(BugError, match="too small"):
        measured(lambda z, way, degrees: torch.zeros(len(z), 1, 16, 16), "EQ-R")


def test_a_stylegan3_follows_and_is_left_as_it_was():
    torch.manual_seed(2)
    size = replace(SMALL, latent=3, style=4, base=192, most=8, layers=6, margin=8)
    network = Generator(size).eval()
    found = measured(drawing(network), "EQ-T", pictures=2)
    assert found.of_contrast > 30
    assert torch.equal(network.synthesis.input.transform, torch.eye(3))
