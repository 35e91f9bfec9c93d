"""Background images that are turned, mirrored and moved; the lens that blurs the original."""

from __future__ import annotations

import numpy as np
import pytest

from engine.compositing.backgrounds import render_background
from engine.compositing.bokeh import bokeh, disc, light_for
from engine.compositing.placing import place_of
from engine.imaging.types import Image, Rect
from engine.settings import BackgroundSettings

FRAME = Image(np.full((90, 130, 3), 128, np.uint8))


@pytest.fixture(scope="module")
def backdrop() -> Image:
    return Image((np.random.default_rng(1).random((70, 100, 3)) * 255).astype(np.uint8))


def drawn(backdrop, *, rect=None, **chosen):
    settings = BackgroundSettings("image", path="x", **chosen)
    return render_background(settings, FRAME, backdrop=backdrop, rect=rect)


@pytest.mark.parametrize("angle", [17.0, 90.0, -133.0])
def test_any_rectangle_of_a_turned_image_is_the_same_part_of_the_whole(backdrop, angle):
    chosen = {"rotate": angle, "fit": "fit", "offset": (0.1, -0.2), "scale": 1.3}
    whole = drawn(backdrop, **chosen)
    for rect in (Rect(0, 0, 11, 130), Rect(20, 7, 21, 8), Rect(44, 60, 90, 130)):
        assert np.array_equal(drawn(backdrop, rect=rect, **chosen), whole[rect.slices])


@pytest.mark.parametrize("angle", [0.0, 10.0, 45.0, 90.0, 200.0])
def test_filling_leaves_no_corner_empty(angle):
    white = Image(np.full((70, 100, 3), 255, np.uint8))
    filled = drawn(white, rotate=angle, colour=(0.0, 0.0, 0.0))
    assert filled[1:-1, 1:-1].min() == 255


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0])
def test_fitting_shows_the_whole_image(angle):
    place = place_of(BackgroundSettings(fit="fit", rotate=angle), (90, 130), (70, 100))
    white = Image(np.full((70, 100, 3), 255, np.uint8))
    shown = drawn(white, rotate=angle, fit="fit", colour=(0.0, 0.0, 0.0))
    area = place.shown[0] * place.shown[1]
    assert abs((shown[..., 0] / 255).sum() - area) < 0.02 * area


def test_a_quarter_turn_is_clockwise(backdrop):
    square = Image(backdrop.pixels[:70, :70].copy())
    frame = Image(np.zeros((70, 70, 3), np.uint8))
    settings = BackgroundSettings("image", path="x", rotate=90.0)
    turned = render_background(settings, frame, backdrop=square)
    assert np.abs(turned.astype(int) - np.rot90(square.pixels, -1)).max() <= 1


@pytest.mark.parametrize(
    ("flip", "slices"),
    [
        ("across", (slice(None), slice(None, None, -1))),
        ("down", (slice(None, None, -1), slice(None))),
        ("both", (slice(None, None, -1), slice(None, None, -1))),
    ],
)
def test_mirrored(flip, slices):
    other = Image((np.random.default_rng(2).random((90, 130, 3)) * 255).astype(np.uint8))
    assert np.array_equal(drawn(other, flip=flip), other.pixels[slices])


def test_upside_down_is_a_half_turn(backdrop):
    turned, mirrored = drawn(backdrop, rotate=180.0), drawn(backdrop, flip="both")
    assert np.abs(turned.astype(int) - mirrored).max() <= 8  # a step of 1/32 pixel in noise


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_any_rectangle_out_of_focus_is_the_same_part_of_the_whole(dtype):
    scale = 1 if dtype == np.float32 else np.iinfo(dtype).max
    image = Image((np.random.default_rng(3).random((211, 303, 3)) * scale).astype(dtype))
    settings = BackgroundSettings("blurred", lens="disc", blur=0.07)
    whole = render_background(settings, image)
    assert whole.dtype == dtype
    for rect in (Rect(17, 33, 18, 34), Rect(50, 0, 207, 303)):
        assert np.array_equal(render_background(settings, image, rect=rect), whole[rect.slices])


def test_a_light_becomes_a_disc_that_highlights_brighten():
    dark = np.zeros((101, 101, 3), np.uint8)
    dark[49:52, 49:52] = 255
    quiet, bright = (bokeh(light_for(dark, 5.0, highlights=amount), 5.0) for amount in (0.0, 1.0))
    seen = bright[..., 0] > 0.5 * bright.max()
    radius = np.sqrt(seen.sum() / np.pi)
    assert abs(radius - 10) < 1.5
    assert bright.max() > 1.5 * quiet.max()
    assert bright[50, 50, 0] == pytest.approx(
        bright[50, 56, 0], rel=0.02
    )  # even, unlike a Gaussian


def test_an_even_surface_stays_what_it_is():
    even = np.full((60, 80, 3), 90, np.uint8)
    assert np.allclose(bokeh(light_for(even, 4.0, highlights=1.0), 4.0), 90 / 255, atol=1e-4)


def test_a_disc_has_the_standard_deviation_of_its_blur():
    kernel = disc(12.0)
    place = np.arange(len(kernel)) - len(kernel) // 2
    assert kernel.sum() == pytest.approx(1.0, abs=1e-5)
    assert np.sqrt((kernel.sum(axis=0) * place**2).sum()) == pytest.approx(6.0, rel=0.03)
