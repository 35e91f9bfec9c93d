"""What is blurred behind a subject holds nothing of the subject."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.compositing import clean_plate as clean_plate_room
from engine.compositing.backgrounds import render_background
from engine.compositing.clean_plate import Subject, clean_plate, without_subject
from engine.compositing.put_on import WholeMatte, put_on
from engine.imaging.types import Image, from_float, to_float
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


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pictures of these tests count as large ones."""
    monkeypatch.setattr(clean_plate_room, "FILLED_SAMPLES", 5_000)


def noisy(matte: np.ndarray, dtype: type) -> Image:
    """A red figure before blue noise."""
    noise = np.random.default_rng(7).uniform(0.2, 0.9, matte.shape).astype(np.float32)
    ground = np.zeros((*matte.shape, 3), np.float32)
    ground[..., 2] = noise
    red = np.array([0.9, 0.1, 0.1], np.float32)
    return Image(from_float(ground + matte[..., None] * (red - ground), dtype))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_a_large_copy_changes_around_the_subject_alone(large, matte, dtype) -> None:
    image = noisy(matte, dtype)
    plate = clean_plate(image.pixels, Subject(WholeMatte(matte), image.size))
    assert plate.dtype == dtype
    changed = (plate != image.pixels).any(axis=-1)
    rows, cols = np.mgrid[:240, :300]
    far = np.hypot(rows - 130, cols - 150) > 70 + 5 + 3 * 4 * 1.5  # three blocks of four pixels
    assert not changed[far].any(), "nothing loses detail"
    assert changed[matte > 0].all()
    assert to_float(plate)[matte > 0.01][:, 0].max() < 0.02, "nothing of the subject is left"


def test_a_thin_hair_is_taken_out_of_a_large_copy(large) -> None:
    hair = np.zeros((241, 303), np.float32)
    hair[40:200, 151] = 0.6
    image = noisy(hair, np.float32)
    plate = clean_plate(image.pixels, Subject(WholeMatte(hair), image.size))
    assert plate[..., 0].max() < 1e-4


@pytest.mark.parametrize("share", [0.83, 0.62])
def test_a_copy_that_is_a_little_smaller_is_filled_as_well(large, matte, share) -> None:
    image = noisy(matte, np.float32)
    size = round(300 * share), round(240 * share)
    copy = cv2.resize(image.pixels, size, interpolation=cv2.INTER_AREA)
    plate = clean_plate(copy, Subject(WholeMatte(matte), image.size))
    assert plate[..., 0].max() < 0.02
    assert np.array_equal(plate[:8], copy[:8])


@pytest.mark.parametrize("cover", [0.0, 1.0])
def test_without_a_gap_or_without_anything_around_a_large_copy_stays(large, matte, cover) -> None:
    image = noisy(matte, np.uint8)
    subject = Subject(WholeMatte(np.full_like(matte, cover)), image.size)
    assert clean_plate(image.pixels, subject) is image.pixels


@pytest.mark.parametrize("lens", ["gaussian", "disc"])
def test_a_fine_blur_of_a_large_photograph_holds_nothing_of_the_subject(large, matte, lens) -> None:
    image = noisy(matte, np.uint8)
    settings = BackgroundSettings("blurred", blur=0.008, lens=lens, highlights=0.0)
    plain = render_background(settings, image)
    ours = render_background(settings, image, subject=Subject(WholeMatte(matte), image.size))
    assert to_float(ours)[..., 0].max() < 0.03
    assert np.array_equal(ours[:25], plain[:25])


def test_lamps_stand_out_beside_a_subject_too(matte) -> None:
    pixels = np.full((*matte.shape, 3), 0.1, np.float32)
    pixels[20:24, 20:24] = 1.0
    settings = BackgroundSettings("blurred", blur=0.03, lens="disc", highlights=1.0)
    image = Image(pixels)
    plain = render_background(settings, image)
    ours = render_background(settings, image, subject=Subject(WholeMatte(matte), image.size))
    assert ours[22, 22].min() == pytest.approx(plain[22, 22].min(), abs=0.01)
