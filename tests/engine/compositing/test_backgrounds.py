from __future__ import annotations

import gc
import weakref
from typing import get_args

import numpy as np
import pytest

from engine.compositing.backgrounds import render_background
from engine.errors import UserError
from engine.imaging.types import Image, Rect
from engine.settings import BackgroundKind, BackgroundSettings


def textured(size, seed, dtype=np.uint8) -> Image:
    rng = np.random.default_rng(seed)
    scale = 1 if dtype == np.float32 else np.iinfo(dtype).max
    return Image((rng.random((*size, 3)) * scale).astype(dtype))


@pytest.fixture(scope="module")
def image() -> Image:
    return textured((211, 303), 1)


@pytest.fixture(scope="module")
def backdrop() -> Image:
    return textured((97, 180), 2)


SETTINGS = {
    "colour": BackgroundSettings("colour", colour=(0.2, 0.4, 0.9)),
    "gradient": BackgroundSettings("gradient", angle=33.0),
    "fill": BackgroundSettings("image"),
    "fit": BackgroundSettings("image", fit="fit"),
    "enlarged": BackgroundSettings("image", scale=3.3, offset=(0.1, -0.2)),
    "reduced": BackgroundSettings("image", scale=0.31, offset=(-0.3, 0.4)),
    "blurred": BackgroundSettings("blurred"),
    "much blurred": BackgroundSettings("blurred", blur=0.2),
    "hardly blurred": BackgroundSettings("blurred", blur=0.002),
}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_any_rectangle_is_the_same_part_of_the_whole(backdrop, name, dtype):
    image = textured((211, 303), 3, dtype)
    whole = render_background(SETTINGS[name], image, backdrop=backdrop)
    assert whole.shape == image.pixels.shape
    assert whole.dtype == dtype
    rects = (Rect(0, 0, 211, 303), Rect(17, 33, 18, 34), Rect(50, 0, 207, 303), Rect(3, 9, 200, 77))
    for rect in rects:
        part = render_background(SETTINGS[name], image, backdrop=backdrop, rect=rect)
        assert np.array_equal(part, whole[rect.slices])


def test_every_kind_is_rendered(image, backdrop):
    for kind in get_args(BackgroundKind):
        pixels = render_background(BackgroundSettings(kind), image, backdrop=backdrop)
        assert (pixels is None) == (kind == "transparent")


def test_a_colour_is_that_colour(image):
    pixels = render_background(BackgroundSettings("colour", colour=(1, 0.5, 0)), image)
    assert (pixels == (255, 128, 0)).all()


@pytest.mark.parametrize(
    ("angle", "start", "end"),
    [(0, (105, 0), (105, -1)), (90, (0, 150), (-1, 150)), (180, (105, -1), (105, 0))],
)
def test_a_gradient_runs_from_one_colour_to_the_other(image, angle, start, end):
    settings = BackgroundSettings("gradient", colour=(1, 0, 0), colour_end=(0, 0, 1), angle=angle)
    pixels = render_background(settings, image).astype(int)
    assert np.abs(pixels[start] - (255, 0, 0)).max() <= 2
    assert np.abs(pixels[end] - (0, 0, 255)).max() <= 2


def test_an_image_of_the_frames_size_is_itself(image):
    other = textured(image.size, 4)
    for fit in ("fill", "fit"):
        settings = BackgroundSettings("image", fit=fit)
        assert np.array_equal(render_background(settings, image, backdrop=other), other.pixels)


def test_fill_covers_and_fit_shows_everything_over_the_colour(image):
    white = Image(np.full((50, 100, 3), 255, np.uint8))
    black = (0.0, 0.0, 0.0)
    fill = render_background(BackgroundSettings("image", colour=black), image, backdrop=white)
    assert (fill == 255).all()
    settings = BackgroundSettings("image", colour=black, fit="fit")
    fitted = render_background(settings, image, backdrop=white)
    rows = np.flatnonzero(fitted[:, 150, 0] == 255)
    assert len(rows) == round(303 / 2)
    assert abs(rows[0] - (210 - rows[-1])) <= 1
    assert (fitted[rows] == 255).all()
    assert (np.delete(fitted, rows, axis=0) == 0).all()


def test_the_offset_moves_by_shares_of_the_frame(image):
    other = textured(image.size, 5)
    settings = BackgroundSettings("image", offset=(0.0, 1 / 3))
    moved = render_background(settings, image, backdrop=other)
    assert np.array_equal(moved[:, 101:], other.pixels[:, :-101])


def test_an_image_without_a_file_is_asked_for(image):
    with pytest.raises(UserError, match="no background image"):
        render_background(BackgroundSettings("image"), image)


def test_blurring_keeps_the_mean_and_takes_the_detail(image):
    pixels = render_background(BackgroundSettings("blurred", blur=0.05), image).astype(float)
    assert abs(pixels.mean() - image.pixels.mean()) < 1.5
    assert pixels.std() < 0.15 * image.pixels.std()


def test_no_blur_is_the_photograph(image):
    pixels = render_background(BackgroundSettings("blurred", blur=0.0), image)
    assert np.array_equal(pixels, image.pixels)


def test_a_large_blur_made_on_a_small_copy_matches_the_plain_one():
    import cv2

    soft = cv2.GaussianBlur(textured((400, 300), 6, np.float32).pixels, (0, 0), 3)
    image = Image(soft)
    ours = render_background(BackgroundSettings("blurred", blur=20 / 300), image)
    plain = cv2.GaussianBlur(soft, (0, 0), 20, borderType=cv2.BORDER_REFLECT)
    assert np.abs(ours - plain).max() < 0.01


def test_nothing_is_kept_of_a_photograph_that_is_gone():
    image = textured((40, 30), 7)
    render_background(BackgroundSettings("blurred"), image)
    gone = weakref.ref(image)
    del image
    gc.collect()
    assert gone() is None
