"""Masks as soft as a segmentation network's answer, and the networks that want them so."""

from __future__ import annotations

import numpy as np
import pytest

from engine.device import Compute
from engine.errors import UserError
from engine.imaging.tensors import from_tensor, to_tensor
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Image, Rect
from engine.jobs.context import NOBODY
from engine.matting import network_tiles as tiler
from engine.matting.coarse_map import MAP_SIDE, map_factor, softened
from engine.matting.methods import looks_at_mask, method_named, network_methods
from engine.matting.solve import resolve_region, solve_alpha
from engine.models.loaded import LoadedNetwork, load_network
from engine.settings import CutSettings, TrimapSettings
from tests import made_networks as made

EXACT = Compute("cpu", "float32")
NAME = "pomagan_small"


@pytest.fixture
def network(weights) -> LoadedNetwork:
    """`pomagan_small` with random weights, as a user's."""
    made.save_pomagan(weights, NAME)
    return load_network(NAME, compute=EXACT)


def scene(height: int, width: int) -> tuple[Image, np.ndarray, np.ndarray]:
    """A soft disc before a noisy ground: photograph, hard mask, trimap."""
    rows, cols = np.mgrid[:height, :width]
    depth = 0.3 * height - np.hypot(rows - height / 2, cols - width / 2)
    share = np.clip(depth / 6 + 0.5, 0, 1)[..., None]
    rgb = share * [0.8, 0.5, 0.3] + (1 - share) * [0.2, 0.3, 0.6]
    rgb += np.random.default_rng(0).normal(0, 0.05, rgb.shape)
    trimap = np.where(depth > 0, FOREGROUND, BACKGROUND).astype(np.uint8)
    trimap[np.abs(depth) < 20] = UNKNOWN
    return Image(np.clip(rgb, 0, 1).astype(np.float32)), (depth > 0).astype(np.float32), trimap


def told(mask: np.ndarray, trimap: np.ndarray, factor: float) -> np.ndarray:
    known = (trimap == FOREGROUND).astype(np.float32)
    return softened(np.where(trimap == UNKNOWN, mask, known), factor)


def predicted(network: LoadedNetwork, rgb: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    return from_tensor(network.module.predict(to_tensor(rgb), to_tensor(coarse)))


def test_an_edge_becomes_as_wide_as_a_pixel_of_the_small_picture() -> None:
    hard = np.zeros((96, 100), np.float32)
    hard[:, 50:] = 1
    soft = softened(hard, 8.0)
    assert soft.dtype == np.float32 and soft.shape == hard.shape
    between = np.flatnonzero((soft[40] > 0) & (soft[40] < 1))
    assert 7 <= len(between) <= 17
    assert abs(soft.mean() - hard.mean()) < 0.01
    assert (np.diff(soft[40]) >= 0).all()
    assert softened(hard, 1.0) is hard


def test_small_photographs_keep_their_masks() -> None:
    assert map_factor((40, MAP_SIDE)) == map_factor((5, 7)) == 1
    assert map_factor((40, 3 * MAP_SIDE)) == 3


def test_the_mask_is_softened_with_what_the_trimap_knows_in_it(network) -> None:
    image, mask, trimap = scene(96, 480)
    trimap[:, 400:420] = FOREGROUND  # a stroke
    found = solve_alpha(image, trimap, method=NAME, mask=mask, compute=EXACT)
    unknown = trimap == UNKNOWN
    wanted = predicted(network, image.rgb(), told(mask, trimap, 480 / MAP_SIDE))
    assert np.abs(found - wanted)[unknown].max() < 1e-5
    hard = predicted(network, image.rgb(), told(mask, trimap, 1.0))
    assert np.abs(wanted - hard)[unknown].max() > 1e-4
    assert (found[trimap == FOREGROUND] == 1).all() and (found[trimap == BACKGROUND] == 0).all()
    drawn = solve_alpha(image, trimap, method=NAME, compute=EXACT)
    halves = np.full_like(mask, 0.5)
    wanted = predicted(network, image.rgb(), told(halves, trimap, 480 / MAP_SIDE))
    assert np.abs(drawn - wanted)[unknown].max() < 1e-5


def test_a_large_photograph_is_looked_at_small_first(network) -> None:
    """The mask guides the look at the whole, and what was seen there the pieces."""
    image, mask, trimap = scene(240, 900)
    asked: list[np.ndarray] = []
    module = network.module
    whole = module.predict

    def predict(rgb, coarse):
        asked.append(from_tensor(coarse))
        return whole(rgb, coarse)

    module.predict = predict
    try:
        solve_alpha(image, trimap, method=NAME, mask=mask, tile=128, compute=EXACT)
    finally:
        del module.predict
    first, *pieces = asked
    size = tiler.overview_size(image.size)
    known = (trimap == FOREGROUND).astype(np.float32)
    shrunk = tiler.shrunk(np.where(trimap == UNKNOWN, mask, known), size)
    height, width = size
    wanted = softened(shrunk, width / MAP_SIDE)
    assert np.abs(first[:height, :width] - wanted).max() < 1e-6
    assert pieces and max(piece.shape[0] * piece.shape[1] for piece in pieces) <= 400**2


def test_pieces_agree_with_the_whole(network) -> None:
    """Their strides begin at the same pixels, and what a piece doesn't see matters little."""
    image, mask, trimap = scene(400, 480)
    soft = softened(mask, 1.5)

    def compute(rect: Rect) -> np.ndarray:
        return network.run(image.rgb(rect), soft[rect.slices])

    alpha = (trimap == FOREGROUND).astype(np.float32)
    whole = tiler.solve_band(alpha, trimap, compute, tile=640, ctx=NOBODY)
    pieces = tiler.solve_band(alpha, trimap, compute, tile=128, ctx=NOBODY)
    unknown = trimap == UNKNOWN
    assert np.array_equal(pieces[~unknown], alpha[~unknown])
    apart = np.abs(pieces - whole)[unknown]
    assert 0 < apart.max() < 0.2 * whole[unknown].std(), (apart.max(), whole[unknown].std())


@pytest.mark.usefixtures("network")
def test_a_stroke_is_solved_again_with_the_mask() -> None:
    image, mask, trimap = scene(300, 320)
    before = solve_alpha(image, trimap, method=NAME, mask=mask, compute=EXACT)
    trimap[40:60, 150:170] = UNKNOWN
    changed = Rect(40, 150, 60, 170)
    rect, after = resolve_region(
        image, trimap, before, changed, method=NAME, mask=mask, compute=EXACT
    )
    assert after.shape == (rect.height, rect.width)
    assert after.min() >= 0 and after.max() <= 1
    assert np.abs(after[-1] - before[rect.slices][-1]).max() < 1 / 255  # fades into what was
    assert len(np.unique(after[40 - rect.top : 60 - rect.top, 150 - rect.left])) > 2


def test_weights_under_another_name_get_the_mask_too(weights) -> None:
    made.save_pomagan(weights, "mine", network=NAME)
    assert {"mine", "random"} <= set(network_methods())
    proposed = TrimapSettings(source="network")
    for name, wanted in (("mine", True), ("random", False), ("closed_form", False)):
        assert looks_at_mask(CutSettings(method=name, trimap=proposed)) is wanted
    band = TrimapSettings(source="radius")
    assert looks_at_mask(CutSettings(method="random", trimap=band))


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("name", ["pomagan", "pomagan_small"])
def test_without_weights_the_method_says_where_they_come_from(name: str) -> None:
    with pytest.raises(UserError, match=name) as told:
        method_named(name)
    assert "matte models add" in told.value.remedy
