"""What is blurred behind a subject holds nothing of the subject."""

from __future__ import annotations

import numpy as np
import pytest

from engine.compositing.backgrounds import render_background
from engine.compositing.clean_plate import Subject, without_subject
from engine.compositing.put_on import WholeMatte, put_on
from engine.imaging.types import Image
from engine.settings import BackgroundSettings, HarmonySettings

LENSES = [
    BackgroundSettings("blurred", blur=0.03, lens="gaussian"),
    BackgroundSettings("blurred", blur=0.08, lens="gaussian"),
    BackgroundSettings("blurred", blur=0.03, lens="disc", highlights=1.0),
]


@pytest.fixture
def matte() -> np.ndarray:
    """A figure with a soft edge."""
    rows, cols = np.mgrid[:240, :300]
    apart = np.hypot(rows - 130, cols - 150)
    return np.clip((70 - apart) / 8 + 0.5, 0, 1).astype(np.float32)


def red_on_blue(matte: np.ndarray) -> Image:
    """Red figure, ground from dark to light blue."""
    ground = np.zeros((*matte.shape, 3), np.float32)
    ground[..., 2] = np.linspace(0.3, 0.9, matte.shape[1])
    subject = np.array([0.9, 0.1, 0.1], np.float32)
    return Image(ground + matte[..., None] * (subject - ground))


@pytest.mark.parametrize("settings", LENSES)
def test_nothing_of_the_subject_is_left_in_the_blur(matte, settings) -> None:
    image = red_on_blue(matte)
    with_it = render_background(settings, image)
    without = render_background(settings, image, subject=Subject(WholeMatte(matte), image.size))
    assert with_it[..., 0].max() > 0.5
    assert without[..., 0].max() < 0.02
    middle = without[130, 150, 2]
    assert without[130, 70, 2] < middle < without[130, 230, 2]


def test_the_fill_goes_on_with_what_is_around(matte) -> None:
    ground = np.broadcast_to(np.float32([0.2, 0.5, 0.7]), (*matte.shape, 3))
    holed = np.where(matte[..., None] > 0, np.float32(0.0), ground)
    assert np.allclose(without_subject(holed, matte), ground, atol=1e-5)


def test_a_subject_that_covers_everything_leaves_the_picture_as_it_is(matte) -> None:
    colours = red_on_blue(matte).pixels
    assert without_subject(colours, np.ones_like(matte)) is colours


def test_what_is_far_from_the_subject_is_blurred_as_ever(matte) -> None:
    image = red_on_blue(matte)
    subject = Subject(WholeMatte(matte), image.size)
    ours = render_background(LENSES[0], image, subject=subject)
    plain = render_background(LENSES[0], image)
    assert np.abs(ours - plain)[:20].max() < 0.01


def test_another_matte_gives_another_fill(matte) -> None:
    image = red_on_blue(matte)
    settings = LENSES[0]
    for given in (matte, np.zeros_like(matte)):
        dressed = put_on(settings, HarmonySettings(), image, foreground=image.pixels, alpha=given)
        assert dressed is not None
        assert (dressed.behind[..., 0].max() > 0.5) == (given is not matte)


def test_the_light_that_falls_on_the_subject_is_not_its_own(matte) -> None:
    image = red_on_blue(matte)
    dark = np.zeros_like(image.pixels)
    wrap = HarmonySettings(wrap=1.0, wrap_width=0.05)
    dressed = put_on(LENSES[1], wrap, image, foreground=dark, alpha=matte)
    assert dressed is not None
    assert dressed.colours[..., 2].max() > 0.2
    assert dressed.colours[..., 0].max() < 0.02
