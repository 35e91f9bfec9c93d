"""The band solver against the reference, its tiles against the whole, its strokes against both."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.errors import Cancelled, UserError
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Alpha, Image, Rect, Trimap
from engine.matting import method as tiling
from engine.matting.band import RAMP, band_tiles, weights
from engine.matting.closed_form import solve_closed_form
from engine.matting.methods import METHODS
from engine.matting.solve import resolve_region, solve_alpha
from tests.contexts import Listener, StoppedAfter


def soft_disc(side: int, *, seed: int = 0) -> tuple[Image, Alpha, Trimap]:
    """A soft-edged disc of one colour family over another, with its exact matte and a trimap."""
    rng = np.random.default_rng(seed)
    rows, cols = np.mgrid[:side, :side].astype(np.float32)
    wobble = 0.03 * side * np.sin(7 * np.arctan2(rows - side / 2, cols - side / 2))
    depth = side * 0.3 + wobble - np.hypot(rows - side / 2, cols - side / 2)
    alpha = np.clip(0.5 + depth / 8, 0, 1)
    noise = cv2.resize(rng.random((8, 8, 3)).astype(np.float32), (side, side))
    warm = np.array([0.8, 0.4, 0.2]) + 0.15 * (noise - 0.5)
    cold = np.array([0.1, 0.3, 0.6]) + 0.15 * (noise[::-1] - 0.5)
    picture = alpha[..., None] * warm + (1 - alpha[..., None]) * cold
    picture += rng.normal(0, 0.004, picture.shape)
    trimap = np.where(alpha > 0.5, FOREGROUND, BACKGROUND).astype(np.uint8)
    trimap[np.abs(depth) < 10] = UNKNOWN
    pixels = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    return Image(pixels), alpha.astype(np.float32), trimap


@pytest.fixture
def always_tiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiling, "WHOLE", 0)


def test_equals_the_exact_solution_of_the_matting_laplacian() -> None:
    from scipy.sparse.linalg import spsolve

    image, _, trimap = soft_disc(64)
    unknown = trimap == UNKNOWN
    start = (trimap == FOREGROUND).astype(np.float32)
    laplacian = dense_laplacian(image.rgb().astype(np.float64))
    free = unknown.ravel()
    right = -laplacian[free][:, ~free] @ start.ravel()[~free]
    exact = np.clip(spsolve(laplacian[free][:, free].tocsc(), right), 0, 1)
    ours = solve_closed_form(image.rgb(), unknown, start, iterations=200)
    assert np.abs(ours[unknown] - exact).mean() < 2e-3
    assert np.quantile(np.abs(ours[unknown] - exact), 0.99) < 0.02


def dense_laplacian(rgb):
    """Levin's matrix written down window by window, as the paper has it."""
    from scipy.sparse import csr_matrix

    height, width, _ = rgb.shape
    index = np.arange(height * width).reshape(height, width)
    rows, cols, values = [], [], []
    for top in range(height - 2):
        for left in range(width - 2):
            window = rgb[top : top + 3, left : left + 3].reshape(9, 3)
            apart = window - window.mean(axis=0)
            inverse = np.linalg.inv(apart.T @ apart / 9 + 1e-7 / 9 * np.eye(3))
            term = np.eye(9) - (1 + apart @ inverse @ apart.T) / 9
            here = index[top : top + 3, left : left + 3].ravel()
            rows.append(np.repeat(here, 9))
            cols.append(np.tile(here, 9))
            values.append(term.ravel())
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))
    return csr_matrix(entries, shape=(index.size, index.size))


def test_finds_the_matte_of_a_soft_edge() -> None:
    image, alpha, trimap = soft_disc(160)
    found = solve_alpha(image, trimap)
    assert np.abs(found - alpha)[trimap == UNKNOWN].mean() < 0.01


def test_known_pixels_are_exact() -> None:
    image, _, trimap = soft_disc(96)
    found = solve_alpha(image, trimap)
    assert set(np.unique(found[trimap == FOREGROUND])) == {1.0}
    assert set(np.unique(found[trimap == BACKGROUND])) == {0.0}
    assert found.dtype == np.float32
    assert found.min() >= 0 and found.max() <= 1


@pytest.mark.usefixtures("always_tiled")
def test_tiles_agree_with_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    image, _, trimap = soft_disc(420)
    tiled = solve_alpha(image, trimap, tile=128)
    monkeypatch.setattr(tiling, "WHOLE", 10**9)
    whole = solve_alpha(image, trimap)
    apart = np.abs(tiled - whole)[trimap == UNKNOWN]
    assert apart.mean() < 2e-3
    assert np.quantile(apart, 0.99) < 0.02


@pytest.mark.usefixtures("always_tiled")
def test_no_seam_on_a_smooth_ramp() -> None:
    """A matte that is a ramp across tile borders steps nowhere by more than it should."""
    side = 400
    ramp = np.linspace(0, 1, side, dtype=np.float32)
    alpha = np.clip((ramp - 0.1) / 0.8, 0, 1)[None].repeat(200, axis=0)
    colours = np.array([0.9, 0.5, 0.2]), np.array([0.1, 0.2, 0.7])
    picture = alpha[..., None] * colours[0] + (1 - alpha[..., None]) * colours[1]
    image = Image(np.rint(picture * 65535).astype(np.uint16))
    trimap = np.full(alpha.shape, UNKNOWN, np.uint8)
    trimap[:, :40], trimap[:, -40:] = BACKGROUND, FOREGROUND
    found = solve_alpha(image, trimap, tile=96)
    steps = np.diff(found[:, 45:-45], axis=1)
    assert np.abs(steps - np.diff(alpha[:, 45:-45], axis=1)).max() < 1 / 255


def test_weights_of_all_tiles_add_up_to_one() -> None:
    _, _, trimap = soft_disc(300)
    total = np.zeros(trimap.shape)
    for tile in band_tiles(trimap, tile=96):
        total[tile.support.slices] += weights(tile, trimap.shape)
    assert np.allclose(total[trimap == UNKNOWN], 1, atol=1e-6)


def test_tiles_without_band_are_left_out() -> None:
    trimap = np.zeros((1000, 1000), np.uint8)
    trimap[500:520, 500:520] = UNKNOWN
    (tile,) = band_tiles(trimap, tile=400)
    assert tile.core == Rect(400, 400, 800, 800)
    assert tile.support == Rect(400 - RAMP, 400 - RAMP, 800 + RAMP, 800 + RAMP)


def test_a_stroke_changes_only_its_surroundings_and_leaves_no_seam() -> None:
    image, _, trimap = soft_disc(420)
    before = solve_alpha(image, trimap)
    stroke = Rect(80, 200, 100, 220)
    trimap[stroke.slices] = FOREGROUND
    rect, after = resolve_region(image, trimap, before, stroke)
    patched = before.copy()
    patched[rect.slices] = after
    assert (patched[stroke.slices] == 1).all()
    again = solve_alpha(image, trimap)
    apart = np.abs(patched - again)
    assert np.mean(apart <= 1 / 255) > 0.99
    edge = np.abs(patched[rect.top] - before[rect.top])
    assert edge.max() <= 1 / 255


def test_lack_of_memory_is_met_with_smaller_tiles_and_said(monkeypatch) -> None:
    from engine.matting import solve as solving
    from engine.matting.methods import MethodSpec

    image, _, trimap = soft_disc(200)
    real = METHODS["closed_form"].load()

    class Greedy:
        """Asks for far more than there is while tiles are large."""

        def solve(self, image, trimap, *, tile, ctx):
            if tile > 200:
                np.empty(2**60, np.uint8)
            return real.solve(image, trimap, tile=tile, ctx=ctx)

    greedy = MethodSpec("greedy", "Greedy", "", lambda conditions: Greedy())
    monkeypatch.setitem(METHODS, "greedy", greedy)
    listener = Listener()
    found = solving.solve_alpha(image, trimap, method="greedy", ctx=listener)
    assert np.array_equal(found, solve_alpha(image, trimap, tile=160))
    said = [text for text in listener.messages if "Out of memory" in text]
    assert said[-1].count("160-pixel tiles") == 1


def test_a_live_matte_is_the_full_one() -> None:
    """After strokes solved region by region, 99.9 % of pixels are within 1/255 of a full solve."""
    from importlib.resources import files

    from engine.imaging.read import read_image

    image = read_image(files("resources") / "samples" / "astronaut.png")
    rows, cols = np.mgrid[:512, :512]
    inside = np.hypot(rows - 420, (cols - 230) * 0.8) < 200
    inside |= np.hypot(rows - 110, cols - 225) < 80
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5)
    trimap = np.where(inside, FOREGROUND, BACKGROUND).astype(np.uint8)
    trimap[(depth < 14) & (outside < 14)] = UNKNOWN
    live = solve_alpha(image, trimap)
    for row, col, label in ((40, 210, FOREGROUND), (60, 300, BACKGROUND), (250, 60, UNKNOWN)):
        stroke = Rect(row, col, row + 12, col + 12)
        trimap[stroke.slices] = label
        rect, values = resolve_region(image, trimap, live, stroke)
        live[rect.slices] = values
    full = solve_alpha(image, trimap)
    assert np.mean(np.abs(live - full) <= 1 / 255) >= 0.999


@pytest.mark.usefixtures("always_tiled")
def test_cancel_stops_inside_the_solve() -> None:
    image, _, trimap = soft_disc(300)
    with pytest.raises(Cancelled):
        solve_alpha(image, trimap, tile=96, ctx=StoppedAfter(3))


@pytest.mark.usefixtures("always_tiled")
def test_progress_rises_to_one() -> None:
    image, _, trimap = soft_disc(300)
    listener = Listener()
    solve_alpha(image, trimap, tile=96, ctx=listener)
    assert listener.fractions == sorted(listener.fractions)
    assert listener.fractions[-1] == 1.0


def test_the_same_input_gives_the_same_bytes() -> None:
    image, _, trimap = soft_disc(300)
    assert np.array_equal(solve_alpha(image, trimap), solve_alpha(image, trimap))


@pytest.mark.parametrize("side", [1, 2, 3, 5])
def test_tiny_photographs_are_solved(side: int) -> None:
    rng = np.random.default_rng(side)
    pixels = rng.integers(0, 255, (side, 4, 3), np.uint8)
    trimap = np.full((side, 4), UNKNOWN, np.uint8)
    trimap[:, 0], trimap[:, 3] = BACKGROUND, FOREGROUND
    found = solve_alpha(Image(pixels), trimap)
    assert np.isfinite(found).all()


def test_flat_colour_is_solved() -> None:
    pixels = np.full((60, 60, 3), 90, np.uint8)
    trimap = np.full((60, 60), UNKNOWN, np.uint8)
    trimap[:10], trimap[-10:] = BACKGROUND, FOREGROUND
    found = solve_alpha(Image(pixels), trimap)
    assert np.isfinite(found).all()
    assert (np.diff(found.mean(axis=1)) > -1e-3).all()


@pytest.mark.parametrize("missing", [BACKGROUND, FOREGROUND])
def test_a_trimap_without_one_side_is_refused(missing: int) -> None:
    image, _, trimap = soft_disc(64)
    trimap[trimap == missing] = UNKNOWN
    with pytest.raises(UserError, match=r"background|foreground"):
        solve_alpha(image, trimap)


def test_an_unknown_method_is_named() -> None:
    image, _, trimap = soft_disc(64)
    with pytest.raises(UserError, match="no matting method 'magic'"):
        solve_alpha(image, trimap, method="magic")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("method", sorted(set(METHODS) - {"closed_form"}))
def test_every_other_method_finds_the_soft_edge(method: str) -> None:
    image, alpha, trimap = soft_disc(120)
    found = solve_alpha(image, trimap, method=method)
    assert np.abs(found - alpha)[trimap == UNKNOWN].mean() < 0.06
    assert set(np.unique(found[trimap == FOREGROUND])) == {1.0}
