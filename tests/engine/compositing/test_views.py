from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.compositing.backgrounds import render_background
from engine.compositing.blend import composite
from engine.compositing.clean_plate import Subject
from engine.compositing.put_on import WholeMatte
from engine.compositing.pyramid import Pyramid, eight_bits, reduced
from engine.compositing.view_look import Grade, Look
from engine.compositing.view_tiles import Scene, render_tile
from engine.compositing.views import PALETTES, SHAPES, VIEWS, caption, planes_of
from engine.document import edits
from engine.document.enhancement import Amount, Enhancement, EnhancementNote
from engine.document.state import DocumentState, SourceLink, new_document
from engine.imaging.types import (
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    Image,
    Rect,
)
from engine.settings import BackgroundSettings, CutSettings

SIZE = 203, 301
WHOLE = Rect.whole(SIZE)


@pytest.fixture
def pixels() -> np.ndarray:
    noise = np.random.default_rng(5).integers(0, 256, (*SIZE, 3), np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 2)


@pytest.fixture
def bare(pixels) -> DocumentState:
    return new_document(Image(pixels), SourceLink(None, "", False))


@pytest.fixture
def alpha() -> np.ndarray:
    rows, cols = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    distance = np.hypot(rows - 100, cols - 140)
    return np.clip((80 - distance) / 20 + 0.5, 0, 1).astype(np.float32)


SQUARE = Rect(40, 60, 168, 188)


def enhanced(state: DocumentState) -> DocumentState:
    """Brighter by 0 to 12 grey levels from the square's left to its right."""
    ramp = np.linspace(0, 12, SQUARE.width)[None, :, None]
    pixels = np.clip(state.image.pixels[SQUARE.slices] + ramp, 0, 255).astype(np.uint8)
    codes = np.full((SQUARE.height, SQUARE.width, 3), 32768, np.uint16)
    made = Enhancement(SQUARE, codes, 1.0, EnhancementNote())
    return edits.set_enhanced(edits.set_enhancement(state, made), pixels, Amount(12.0, 6.0))


@pytest.fixture
def full(bare, alpha, pixels) -> DocumentState:
    state = edits.set_mask(bare, (alpha > 0.5).astype(np.float32))
    trimap = np.where(alpha == 1, 255, np.where(alpha == 0, 0, 128)).astype(np.uint8)
    state = edits.set_alpha(edits.set_trimap(state, trimap), alpha)
    state = enhanced(edits.set_foreground(state, 255 - pixels))
    return edits.paint(state, Rect(0, 0, 4, 4), np.full((4, 4), STROKE_UNKNOWN, np.uint8))


def drawn(view: str, state: DocumentState, rect: Rect = WHOLE, level: int = 0, **more):
    return render_tile(view, Scene(state, Pyramid(state.image), **more), rect, level)


def rgb(view: str, state: DocumentState, rect: Rect = WHOLE, level: int = 0, **more):
    return drawn(view, state, rect, level, **more).pixels[..., 2::-1].astype(int)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("made", ["bare", "full"])
@pytest.mark.parametrize("level", [0, 1, 3])
def test_every_view_draws_every_document_at_every_level(request, view, made, level):
    state = request.getfixturevalue(made)
    size = tuple(-(-side // 2**level) for side in SIZE)
    tile = drawn(view, state, Rect.whole(size), level)
    assert tile.pixels.shape == (*size, 4)
    assert tile.pixels.dtype == np.uint8
    assert tile.opaque != (view in ("composite", "layers", "onion"))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_piece_is_the_same_as_in_the_whole(view, full, level):
    size = tuple(-(-side // 2**level) for side in SIZE)
    piece = Rect(size[0] // 3, size[1] // 4, size[0], size[1] - 7)
    whole = rgb(view, full, Rect.whole(size), level)[piece.slices]
    assert np.abs(rgb(view, full, piece, level) - whole).max() <= 1


@pytest.mark.parametrize("view", [*VIEWS, *SHAPES])
@pytest.mark.parametrize("level", [0, 2])
def test_a_piece_of_one_pixel_is_drawn(view, full, level):
    piece = Rect(8, 9, 9, 10)
    assert drawn(view, full, piece, level).pixels.shape == (1, 1, 4)


def test_the_input_is_the_photograph(full, pixels):
    assert np.array_equal(rgb("input", full), pixels)


@pytest.mark.parametrize(("dtype", "scale"), [(np.uint16, 257), (np.float32, 1 / 255)])
def test_deeper_photographs_show_the_nearest_8_bit_colour(pixels, dtype, scale):
    deep = (pixels * np.float64(scale)).astype(dtype)
    assert np.array_equal(eight_bits(deep), pixels)


def test_the_alpha_view_is_the_matte_rounded(full, alpha):
    grey = np.rint(alpha * 255)
    assert np.array_equal(rgb("alpha", full), np.repeat(grey[..., None], 3, 2))


def test_on_black_and_on_white_are_the_foreground_over_them(full, alpha, pixels):
    for view, behind in (("on_black", 0), ("on_white", 255), ("on_grey", 128)):
        wanted = (255 - pixels) * alpha[..., None] + behind * (1 - alpha[..., None])
        assert np.abs(rgb(view, full) - wanted).max() <= 1


def test_what_is_behind_lets_the_photograph_through(full, alpha, pixels):
    look = Look(strengths={"on_black": 0.75})
    wanted = (255 - pixels) * alpha[..., None] + pixels * 0.25 * (1 - alpha[..., None])
    assert np.abs(rgb("on_black", full, look=look) - wanted).max() <= 1.5


@pytest.mark.parametrize("fading", [0.0, 0.3, 1.0])
def test_onion_skin_is_the_photograph_that_fades_around_the_subject(full, alpha, pixels, fading):
    tile = drawn("onion", full, look=Look(strengths={"onion": fading}))
    cover = 1 - (1 - alpha) * fading
    assert np.abs(tile.pixels[..., 3] - cover * 255).max() <= 0.51
    assert np.abs(tile.pixels[..., 2::-1] - pixels * cover[..., None]).max() <= 1


def test_the_overlay_takes_the_colour_that_is_chosen(full, pixels):
    look = Look(overlay=(10, 250, 90), strengths={"overlay": 1.0})
    assert rgb("overlay", full, look=look)[200, 3].tolist() == [10, 250, 90]
    assert rgb("overlay", full, look=Look(palette="colour_safe"))[200, 3].argmax() == 0


def test_ants_run_over_the_bare_photograph(full, pixels):
    assert np.array_equal(rgb("ants", full), pixels)
    assert VIEWS["ants"].outline == "matte"
    assert {spec.outline for spec in VIEWS.values()} <= {"", *SHAPES}


def test_shapes_are_white_inside(bare, full, alpha):
    assert np.array_equal(rgb("matte", full)[..., 0], np.rint(alpha * 255))
    unknown = (alpha > 0) & (alpha < 1)
    unknown[:4, :4] = True  # painted
    assert np.array_equal(rgb("unknown", full)[..., 0], np.where(unknown, 255, 0))
    assert not rgb("unknown", bare).any()


def test_planes_of_views_and_shapes_are_found_by_name():
    assert planes_of("input") == {"image"}
    assert planes_of("unknown") == {"trimap", "strokes"}


@pytest.mark.parametrize("view", [*VIEWS, *SHAPES])
def test_the_viewer_shows_more_and_changes_no_shape(full, view):
    tile, bright = drawn(view, full), drawn(view, full, look=Look(grade=Grade(gain=4.0)))
    assert np.array_equal(bright.pixels[..., 3], tile.pixels[..., 3])
    assert (bright.pixels >= tile.pixels).all()
    assert np.array_equal(bright.pixels, tile.pixels) == (view in SHAPES)


def test_gamma_opens_what_is_nearly_white_before_it_is_rounded(full, alpha):
    state = edits.set_alpha(full, np.full(SIZE, 0.999, np.float32))
    assert (rgb("alpha", state) == 255).all()
    dark = rgb("alpha", state, look=Look(grade=Grade(gamma=0.1)))
    assert (dark == round(0.999**10 * 255)).all()


def test_a_graded_cut_out_has_graded_colours_and_its_own_cover(full, alpha):
    tile = drawn("layers", full, look=Look(grade=Grade(gain=2.0)))
    colours = np.minimum(full.foreground.read().astype(int) * 2, 255)
    inside = alpha == 1
    assert np.array_equal(tile.pixels[inside][:, 2::-1], colours[inside])
    assert (tile.pixels[..., :3] <= tile.pixels[..., 3:]).all()


@pytest.mark.parametrize("view", ["composite", "layers"])
def test_a_transparent_composite_is_premultiplied(full, alpha, pixels, view):
    tile = drawn(view, full)
    assert not tile.opaque
    assert np.array_equal(tile.pixels[..., 3], np.rint(alpha * 255))
    assert np.abs(tile.pixels[..., 2::-1] - (255 - pixels) * alpha[..., None]).max() <= 1
    assert (tile.pixels[..., :3] <= tile.pixels[..., 3:]).all()


@pytest.mark.parametrize(
    "background",
    [
        BackgroundSettings("colour", colour=(0.2, 0.4, 0.6)),
        BackgroundSettings("gradient", linear_light=True),
        BackgroundSettings("blurred"),
    ],
)
def test_the_composite_is_what_is_saved(full, alpha, pixels, background):
    state = replace(full, settings=CutSettings(background=background))
    subject = Subject(WholeMatte(alpha), state.size)
    behind = render_background(background, state.image, subject=subject)
    wanted = composite(255 - pixels, alpha, behind, linear_light=background.linear_light)
    assert np.array_equal(rgb("composite", state), wanted)


def test_a_background_image_that_is_not_loaded_is_said(full):
    state = replace(full, settings=CutSettings(background=BackgroundSettings("image", path="x")))
    assert not drawn("composite", state).opaque
    assert "not loaded" in caption("composite", state)
    backdrop = Image(np.full((10, 10, 3), 9, np.uint8))
    assert drawn("composite", state, backdrop=backdrop).opaque
    assert caption("composite", state, backdrop) == ""


@pytest.mark.parametrize("strength", [0.5, 0.2])
def test_the_trimap_view_has_the_three_colours(full, pixels, strength):
    colours, look = PALETTES["standard"], Look(strengths={"trimap": strength})
    for place, label in (
        ((100, 140), STROKE_FOREGROUND),
        ((200, 3), STROKE_BACKGROUND),
        ((2, 2), STROKE_UNKNOWN),
    ):
        wanted = np.array(colours[label]) * strength + pixels[place] * (1 - strength)
        assert np.abs(rgb("trimap", full, look=look)[place] - wanted).max() <= 1


def test_the_other_palette_has_no_red_and_green(full):
    one, other = (rgb("trimap", full, look=Look(palette=name)) for name in PALETTES)
    assert not np.array_equal(one, other)


def test_guidance_shows_the_photograph_where_the_mask_keeps_it(full, pixels):
    view = rgb("guidance", full)
    assert np.array_equal(view[100, 140], pixels[100, 140])
    assert view[200, 3].max() < 110


def test_overlay_leaves_the_subject_clear(full, pixels):
    view = rgb("overlay", full)
    assert np.array_equal(view[100, 140], pixels[100, 140])
    assert view[200, 3, 0] > view[200, 3, 2]


@pytest.mark.parametrize("view", VIEWS)
def test_captions_are_only_there_when_something_stands_in(bare, full, view):
    assert (caption(view, full) == "") == (view != "change")  # which says how bright is how much
    assert (caption(view, bare) == "") == (view == "input")


def test_the_enhanced_view_is_the_enhanced_picture(bare, full, pixels):
    view = rgb("enhanced", full)
    assert np.array_equal(view, full.enhanced.read())
    assert np.array_equal(view[:40], pixels[:40])
    assert np.array_equal(rgb("enhanced", bare), pixels)


def test_the_change_map_glows_where_the_picture_changes(full):
    view = rgb("change", full).sum(-1)
    assert view[50:150, 180].min() > 2 * view[50:150, 100].max()
    outside = rgb("change", full)[:30, :30]
    assert outside.max() <= 0.3 * 255
    assert (outside == outside[..., :1]).all()


def test_views_are_compared_with_views():
    assert {spec.before for spec in VIEWS.values()} <= {"", *VIEWS}
    assert VIEWS["enhanced"].before == "input"


def test_titles_and_keys_of_views_differ():
    assert len({spec.key for spec in VIEWS.values()}) == len(VIEWS)
    assert len({spec.title for spec in VIEWS.values()}) == len(VIEWS)


def test_levels_lie_exactly_on_top_of_each_other(pixels):
    pyramid = Pyramid(Image(pixels))
    assert pyramid.level(3).size == (26, 38)
    once = pixels[:200, :296].reshape(100, 2, 148, 2, 3).mean((1, 3))
    assert np.abs(pyramid.level(1).pixels[:100, :148] - once).max() <= 0.51
    thrice = pixels[:200, :296].reshape(25, 8, 37, 8, 3).mean((1, 3))
    assert np.abs(pyramid.level(3).pixels[:25, :37] - thrice).max() <= 1.6


def test_levels_of_tall_photographs_are_made_in_strips():
    tall = np.random.default_rng(2).integers(0, 256, (1201, 9, 3), np.uint8)
    level = Pyramid(Image(tall)).level(1).pixels
    means = tall[:1200, :8].reshape(600, 2, 4, 2, 3).mean((1, 3))
    assert np.abs(level[:600, :4] - means).max() <= 0.51


def test_a_started_block_is_the_mean_of_its_edge_repeated():
    assert reduced(np.array([[2, 4, 6]], np.float32), 2).tolist() == [[3, 6]]


def test_the_table_of_views_loads_no_opencv():
    code = "import sys, engine.compositing.views; sys.exit('cv2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert done.returncode == 0
