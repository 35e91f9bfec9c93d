from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.compositing.blend import composite
from engine.compositing.colour_match import FURTHEST, match_of, statistics
from engine.compositing.harmony import Harmony
from engine.compositing.oklab import linear_from_oklab, oklab_from_linear
from engine.compositing.put_on import WholeMatte, on_nothing, put_on
from engine.compositing.pyramid import Pyramid
from engine.compositing.shadow import lying
from engine.imaging.types import Image, Rect
from engine.settings import BackgroundSettings, HarmonySettings

SIZE = (120, 160)
WHITE = BackgroundSettings("colour")
RED = BackgroundSettings("colour", colour=(1.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def alpha():
    """A standing block with a soft edge at its left."""
    matte = np.zeros(SIZE, np.float32)
    matte[30:100, 60:100] = 1
    matte[30:100, 59] = 0.5
    return matte


def photo(dtype=np.uint8) -> Image:
    scale = 1 if dtype == np.float32 else np.iinfo(dtype).max
    noise = np.random.default_rng(3).random((*SIZE, 3)) * 0.4 + 0.3
    return Image((noise * scale).astype(dtype))


def put(chosen, alpha, background=WHITE, dtype=np.uint8):
    image = photo(dtype)
    return image.pixels, put_on(background, chosen, image, foreground=image.pixels, alpha=alpha)


def test_off_leaves_everything(alpha):
    pixels, dressed = put(HarmonySettings(), alpha)
    assert dressed.colours is pixels
    assert (dressed.behind == 255).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_any_rectangle_is_the_same_part_of_the_whole(alpha, dtype):
    chosen = HarmonySettings(
        wrap=0.7, match=0.5, match_light=0.5, shadow="drop", shadow_distance=0.1
    )
    pixels, whole = put(chosen, alpha, RED, dtype)
    made = Harmony(chosen, RED, Pyramid(Image(pixels)), WholeMatte(alpha))
    for rect in (Rect(0, 0, 7, 160), Rect(33, 41, 90, 42), Rect(50, 50, 120, 160)):
        under = np.broadcast_to(np.array([1, 0, 0]), (rect.height, rect.width, 3))
        under = (under * (1 if dtype == np.float32 else np.iinfo(dtype).max)).astype(dtype)
        part = made.dressed(pixels[rect.slices], under, rect=rect)
        assert part.colours.dtype == part.behind.dtype == dtype
        # Products of matrices may round in the last place as the shape has it.
        least = 1e-5 if dtype == np.float32 else 1
        for one, other in zip(part, whole, strict=True):
            assert np.abs(one.astype(float) - other[rect.slices]).max() <= least


def test_half_the_size_shows_the_same(alpha):
    chosen = HarmonySettings(wrap=1.0, wrap_width=0.05, shadow="drop", shadow_distance=0.1)
    image = photo()
    made = Harmony(chosen, RED, Pyramid(image), WholeMatte(alpha))
    grey = np.full((*SIZE, 3), 100, np.uint8)
    whole = made.dressed(grey, grey, rect=Rect(0, 0, *SIZE))
    half = made.dressed(grey[::2, ::2], grey[::2, ::2], rect=Rect(0, 0, 60, 80), level=1)
    for one, other in zip(whole, half, strict=True):
        mean = one.reshape(60, 2, 80, 2, 3).mean(axis=(1, 3))
        assert np.abs(mean - other).max() < 8


def test_light_wraps_over_the_edge_and_not_into_the_middle(alpha):
    chosen = HarmonySettings(wrap=1.0, wrap_width=0.02)
    pixels, dressed = put(chosen, alpha, RED)
    gained = dressed.colours.astype(int) - pixels
    assert gained[60:70, 60, 0].min() > 30
    assert np.abs(gained[65, 80]).max() <= 1
    assert np.abs(gained[60:70, 60, 1:]).max() <= 1  # red light has no green and no blue


def test_wrap_of_black_is_nothing(alpha):
    black = replace(WHITE, colour=(0.0, 0.0, 0.0))
    pixels, dressed = put(HarmonySettings(wrap=1.0), alpha, black)
    assert np.array_equal(dressed.colours, pixels)


@pytest.mark.parametrize(
    ("angle", "where"), [(0, (65, 110)), (90, (112, 80)), (180, (65, 48)), (270, (20, 80))]
)
def test_a_drop_shadow_falls_where_it_is_told_to(alpha, angle, where):
    chosen = HarmonySettings(
        shadow="drop", shadow_angle=angle, shadow_distance=0.15, shadow_blur=0.0
    )
    dark = 255 - put(chosen, alpha)[1].behind[..., 0].astype(int)
    assert abs(dark[where] - 127) <= 2
    opposite = (130 - where[0], 160 - where[1])
    assert dark[opposite] == 0


def test_a_contact_shadow_lies_below_the_subject_that_throws_it(alpha):
    flat = lying(alpha, angle=90.0, length=0.2)
    rows = np.flatnonzero((flat > 0.5).any(axis=1))
    assert rows[0] in (99, 100)
    assert abs(len(rows) - 0.2 * 70) <= 2
    behind = lying(alpha, angle=270.0, length=0.5)
    rows = np.flatnonzero((behind > 0.5).any(axis=1))
    assert rows[-1] in (98, 99)
    assert abs(len(rows) - 35) <= 2
    aside = lying(alpha, angle=45.0, length=0.25)
    assert np.flatnonzero(aside[110] > 0.5).min() > 65


def test_nobody_throws_no_shadow():
    assert not lying(np.zeros((20, 30), np.float32), angle=90.0, length=1.0).any()


def test_opacity_and_colour_of_a_shadow(alpha):
    chosen = HarmonySettings(
        shadow="drop",
        shadow_opacity=1.0,
        shadow_blur=0.0,
        shadow_distance=0.0,
        shadow_colour=(0.2, 0.4, 0.6),
    )
    behind = put(chosen, alpha)[1].behind
    assert np.abs(behind[65, 80] - np.array([51, 102, 153])).max() <= 1
    assert (behind[5, 5] == 255).all()


def test_on_nothing_the_shadow_is_part_of_the_cutout(alpha):
    chosen = HarmonySettings(shadow="drop", shadow_angle=0, shadow_distance=0.2, shadow_blur=0.01)
    image = photo()
    colours, cover = on_nothing(chosen, image, foreground=image.pixels, alpha=alpha)
    assert (cover >= alpha).all()
    assert abs(cover[65, 110] - 0.5) < 0.01
    assert (colours[65, 110] == 0).all()
    assert np.array_equal(colours[65, 80], image.pixels[65, 80])
    # Over white it is what a white background with that shadow gives.
    over_white = put_on(WHITE, chosen, image, foreground=image.pixels, alpha=alpha)
    direct = composite(over_white.colours, alpha, over_white.behind)
    white = np.full_like(image.pixels, 255)
    assert np.abs(composite(colours, cover, white).astype(int) - direct).max() <= 2


def test_without_a_shadow_a_cutout_stays_as_it_is(alpha):
    image = photo()
    colours, cover = on_nothing(HarmonySettings(), image, foreground=image.pixels, alpha=alpha)
    assert colours is image.pixels
    assert cover is alpha


def test_matching_moves_towards_the_background_and_keeps_bounds(alpha):
    blue = replace(WHITE, colour=(0.1, 0.2, 0.8))
    means = []
    for amount in (0.0, 0.5, 1.0):
        chosen = HarmonySettings(match=amount, wrap=0.0)
        colours = put(chosen, alpha, blue)[1].colours[30:100, 60:100] / np.float32(255)
        means.append(np.array(statistics(colours.astype(np.float32)).mean))
    assert means[0][2] > means[1][2] > means[2][2]
    assert abs(means[2][0] - means[0][0]) < 0.01
    assert (np.abs(means[2] - means[0]) <= FURTHEST + 0.01).all()


def test_matching_itself_changes_nothing():
    rng = np.random.default_rng(4)
    colours = rng.random((30, 30, 3)).astype(np.float32)
    own = statistics(colours)
    same = match_of(own, own, colours=1.0, light=1.0).of(colours)
    assert np.abs(same - colours).max() < 1e-3


def test_statistics_of_nothing_are_none():
    colours = np.ones((3, 3, 3), np.float32)
    assert statistics(colours, np.zeros((3, 3), np.float32)) is None


def test_oklab_of_white_and_back():
    white = np.ones((1, 1, 3), np.float32)
    assert np.allclose(oklab_from_linear(white), [1, 0, 0], atol=1e-4)
    red = oklab_from_linear(np.array([[[1, 0, 0]]], np.float32))
    assert np.allclose(red, [0.62796, 0.22486, 0.12585], atol=1e-4)  # Ottosson's own table
    colours = np.random.default_rng(5).random((9, 9, 3)).astype(np.float32)
    assert np.allclose(linear_from_oklab(oklab_from_linear(colours)), colours, atol=1e-5)
