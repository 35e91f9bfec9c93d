"""Networks as matting methods: sizes, seams, guidance, refinement, strokes, missing weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.device import Compute
from engine.errors import Cancelled, UserError
from engine.imaging.tensors import from_tensor, to_tensor
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Image, Rect
from engine.jobs.context import NOBODY
from engine.matting import network_tiles as tiler
from engine.matting.mask_guided import refine
from engine.matting.mask_planes import mask_planes
from engine.matting.methods import METHODS, method_named, network_methods
from engine.matting.proposal import UNSURE, propose_trimap
from engine.matting.solve import resolve_region, solve_alpha
from engine.models.loaded import load_network
from engine.models.registry import MODELS
from tests import made_networks as made
from tests.contexts import Listener, StoppedAfter

EXACT = Compute("cpu", "float32")
LABELS = np.zeros(256, np.float32)
LABELS[UNKNOWN], LABELS[FOREGROUND] = 0.5, 1.0


def ramp_picture(size: tuple[int, int]) -> tuple[Image, np.ndarray]:
    """A smooth ramp of colour from left to right, unknown but for its two ends."""
    height, width = size
    ramp = np.linspace(0, 1, width, dtype=np.float32)
    rgb = np.stack([ramp, 0.7 * ramp, 0.5 * ramp + 0.3], axis=-1)[None].repeat(height, axis=0)
    trimap = np.full(size, UNKNOWN, np.uint8)
    trimap[:, :20], trimap[:, -20:] = BACKGROUND, FOREGROUND
    return Image(np.rint(rgb * 65535).astype(np.uint16)), trimap


def disc(side: int, *, seed: int = 0) -> tuple[Image, np.ndarray, np.ndarray]:
    """A disc before a noisy ground: photograph, binary mask, trimap."""
    rng = np.random.default_rng(seed)
    rows, cols = np.mgrid[:side, :side]
    depth = 0.3 * side - np.hypot(rows - side / 2, cols - side / 2)
    share = np.clip(depth / 6 + 0.5, 0, 1)[..., None]
    rgb = share * [0.8, 0.5, 0.3] + (1 - share) * [0.2, 0.3, 0.6]
    rgb += rng.normal(0, 0.02, rgb.shape)
    trimap = np.where(depth > 0, FOREGROUND, BACKGROUND).astype(np.uint8)
    trimap[np.abs(depth) < 8] = UNKNOWN
    pixels = np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
    return Image(pixels), (depth > 0).astype(np.float32), trimap


def predicted(name: str, rgb, *planes) -> np.ndarray:
    """What the network says by itself."""
    module = load_network(name, compute=EXACT).module
    guidance = to_tensor(np.stack(planes, axis=-1))
    return from_tensor(module.predict(to_tensor(rgb), guidance))


@pytest.mark.usefixtures("weights")
def test_a_small_photograph_is_what_the_network_predicts() -> None:
    image, _, trimap = disc(96)
    found = solve_alpha(image, trimap, method="random", compute=EXACT)
    wanted = predicted("random", image.rgb(), LABELS[trimap], LABELS[trimap])
    unknown = trimap == UNKNOWN
    assert np.abs(found - wanted)[unknown].max() < 1e-5
    assert np.array_equal(found[~unknown], LABELS[trimap][~unknown])
    assert np.abs(wanted - LABELS[trimap])[~unknown].max() > 0.01  # it would have said otherwise


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("method", ["random", "single"])
def test_the_mask_is_the_guidance_if_there_is_one(method) -> None:
    image, mask, trimap = disc(64)
    found = solve_alpha(image, trimap, method=method, mask=mask, compute=EXACT)
    planes = [mask] * load_network(method, compute=EXACT).planes
    wanted = predicted(method, image.rgb(), *planes)
    assert np.abs(found - wanted)[trimap == UNKNOWN].max() < 1e-5


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("size", [(33, 70), (1, 40), (61, 3)])
def test_any_size_will_do(size) -> None:
    rng = np.random.default_rng(1)
    image = Image(rng.integers(0, 255, (*size, 3), dtype=np.uint8))
    trimap = np.full(size, UNKNOWN, np.uint8)
    trimap.ravel()[0], trimap.ravel()[-1] = BACKGROUND, FOREGROUND
    found = solve_alpha(image, trimap, method="random", compute=EXACT)
    assert found.shape == size and found.dtype == np.float32
    assert found.min() >= 0 and found.max() <= 1


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize(("method", "refiner"), [("random", ""), ("single", "")])
def test_no_seam_on_a_smooth_ramp(method, refiner) -> None:
    """Pieces that disagree by several hundredths step nowhere by more than 1/255."""
    image, trimap = ramp_picture((200, 900))
    found = solve_alpha(image, trimap, method=method, refine=refiner, tile=128, compute=EXACT)
    steps = np.abs(np.diff(found[:, 24:-24], axis=1))
    assert steps.max() < 1 / 255
    assert np.abs(np.diff(found[:, 24:-24], axis=0)).max() < 1 / 255
    pieces = [
        predicted(method, image.rgb(rect), *[LABELS[trimap[rect.slices]]] * planes)
        for planes in [load_network(method, compute=EXACT).planes]
        for rect in (Rect(0, 224, 192, 480), Rect(0, 352, 192, 608))
    ]
    assert np.abs(pieces[0][:, 128:] - pieces[1][:, :128]).max() > 0.02  # they do disagree


@pytest.mark.usefixtures("weights")
def test_pieces_cover_the_band_alone_and_stay_small(monkeypatch) -> None:
    image, _, trimap = disc(700)
    trimap[200:] = FOREGROUND  # the upper arc of the band is left
    asked: list[Rect] = []
    whole = Image.rgb

    def rgb(self, rect=None):
        assert rect is not None
        asked.append(rect)
        return whole(self, rect)

    monkeypatch.setattr(Image, "rgb", rgb)
    found = solve_alpha(image, trimap, method="random", tile=160, compute=EXACT)
    most = 160 + 2 * (tiler.RAMP + tiler.CONTEXT) + tiler.GRID
    assert all(rect.height < most and rect.width < most for rect in asked)
    assert all(rect.top % tiler.GRID == rect.left % tiler.GRID == 0 for rect in asked)
    assert len(asked) > 2
    assert max(rect.bottom for rect in asked) <= 200 + tiler.CONTEXT
    assert (found[200:] == 1).all()


def test_networks_see_the_same_grid_in_every_piece() -> None:
    multiples = {name: spec.size_multiple for name, spec in MODELS.items()}
    assert all(tiler.GRID % multiple == 0 for multiple in multiples.values()), multiples


def test_pieces_of_something_smooth_give_it_back() -> None:
    """What every piece agrees on comes out as it is: the weights add up to one."""
    size = (700, 500)
    smooth = np.outer(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1])).astype(np.float32)
    trimap = np.full(size, UNKNOWN, np.uint8)
    trimap[:50], trimap[-50:, :80] = BACKGROUND, FOREGROUND
    out = tiler.solve_band(
        LABELS[trimap], trimap, lambda rect: smooth[rect.slices], tile=150, ctx=NOBODY
    )
    wanted = np.where(trimap == UNKNOWN, smooth, LABELS[trimap])
    assert np.abs(out - wanted).max() < 1e-6


@pytest.mark.usefixtures("weights")
def test_a_large_photograph_is_looked_at_as_a_whole_first() -> None:
    """The prior of the pieces is what the network found on a small copy."""
    image, trimap = ramp_picture((300, 900))
    found = solve_alpha(image, trimap, method="random", tile=128, compute=EXACT)
    alone = predicted("random", image.rgb(Rect(0, 0, 288, 896)), *[LABELS[trimap[:288, :896]]] * 2)
    assert np.abs(found[:288, :896] - alone)[20:-20, 300:600].max() > 0.02


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("refiner", ["random", "single"])
def test_refinement_starts_from_the_other_methods_matte(refiner) -> None:
    image, _, trimap = disc(96)
    prior = solve_alpha(image, trimap)
    found = solve_alpha(image, trimap, refine=refiner, compute=EXACT)
    planes = (LABELS[trimap], prior) if refiner == "random" else (prior,)
    wanted = predicted(refiner, image.rgb(), *planes)
    assert np.abs(found - wanted)[trimap == UNKNOWN].max() < 1e-5
    again = refine(image, prior, trimap, model=refiner, compute=EXACT)
    assert np.array_equal(found, again)


@pytest.mark.usefixtures("weights")
def test_refinement_without_trimap_leaves_what_is_sure() -> None:
    image, mask, trimap = disc(160)
    matte = solve_alpha(image, trimap)
    found = refine(image, matte, model="random", compute=EXACT)
    assert np.array_equal(found[mask == 0][:500], matte[mask == 0][:500])
    far = np.zeros(found.shape, bool)
    far[:15], far[72:88, 72:88] = True, True
    assert np.array_equal(found[far], matte[far])
    assert not np.array_equal(found, matte)


@pytest.mark.usefixtures("weights")
def test_refinement_is_no_maximum() -> None:
    """A network that says less than the matte before it is believed."""
    image, _, trimap = disc(96)
    prior = np.where(trimap == UNKNOWN, np.float32(0.9), LABELS[trimap])
    found = refine(image, prior, trimap, model="random", compute=EXACT)
    assert (found < prior - 0.01)[trimap == UNKNOWN].any()


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize(("method", "refiner"), [("random", ""), ("closed_form", "random")])
def test_a_stroke_changes_only_its_surroundings_and_leaves_no_seam(method, refiner) -> None:
    image, _, trimap = disc(420)
    how = {"method": method, "refine": refiner, "compute": EXACT}
    before = solve_alpha(image, trimap, **how)
    stroke = Rect(80, 200, 90, 215)
    trimap[stroke.slices] = FOREGROUND
    rect, after = resolve_region(image, trimap, before, stroke, **how)
    patched = before.copy()
    patched[rect.slices] = after
    assert rect.height < 300
    assert (patched[stroke.slices] == 1).all()
    was = before[rect.slices]
    for inner, outer in (
        (after[-1], was[-1]),
        (after[:, 0], was[:, 0]),
        (after[:, -1], was[:, -1]),
    ):
        assert np.abs(inner - outer).max() <= 1 / 255
    again = solve_alpha(image, trimap, **how)
    # Most of the region is what a full solve says; the rest fades over to what was there.
    assert np.mean(np.abs(patched - again) <= 4 / 255) > 0.99


@pytest.mark.usefixtures("weights")
def test_reduced_precision_stays_within_its_bound() -> None:
    """In bfloat16, whose own step is 1/256 below 1, the mean difference to float32 is below
    1/255 and the largest below 6/255."""
    import torch

    from engine.device import DeviceChoice

    image, _, trimap = disc(128)
    exact = load_network("random", compute=EXACT)
    fast = replace(exact, choice=DeviceChoice("cpu", "", "bfloat16"))
    guidance = np.stack([LABELS[trimap]] * 2, axis=-1)
    apart = np.abs(exact.run(image.rgb(), guidance) - fast.run(image.rgb(), guidance))
    assert 0 < apart.max() < 6 / 255
    assert apart.mean() < 1 / 255
    assert all(parameter.dtype == torch.float32 for parameter in exact.module.parameters())


@pytest.mark.usefixtures("weights")
def test_a_proposal_overrules_a_coarse_mask() -> None:
    """Unknown is what the network doubts; where it is sure the mask has no say."""
    image, mask, _ = disc(256)
    trimap = propose_trimap(image, mask, model="random", compute=EXACT)
    assert trimap.shape == mask.shape and set(np.unique(trimap)) <= {0, 128, 255}
    network = load_network("random", compute=EXACT)
    matte = network.run(image.rgb(), np.stack([mask] * 2, axis=-1))
    doubted = (matte > UNSURE[0]) & (matte < UNSURE[1])
    assert (trimap[doubted] == UNKNOWN).all()
    sure = trimap != UNKNOWN
    assert np.array_equal(trimap[sure] == FOREGROUND, matte[sure] > 0.5)


@pytest.mark.usefixtures("weights")
def test_a_proposal_for_a_large_photograph_is_made_on_a_small_copy() -> None:
    image, mask, _ = disc(1100)
    trimap = propose_trimap(image, mask, model="random", compute=EXACT)
    assert trimap.shape == (1100, 1100)
    small = propose_trimap(
        Image(image.pixels[::2, ::2].copy()), mask[::2, ::2].copy(), model="random", compute=EXACT
    )
    assert np.mean(trimap[::2, ::2] == small) > 0.9


def test_a_network_of_proposals_weighs_what_is_made_of_the_mask(weights, monkeypatch) -> None:
    monkeypatch.setitem(MODELS, "weigher", made.spec("weigher", "three_planes", "proposal"))
    made.save_weights(weights, "weigher", made.calm(made.seeded(made.Matting, 3)))
    image, mask, _ = disc(160)
    trimap = propose_trimap(image, mask, model="weigher", compute=EXACT)
    network = load_network("weigher", kind="proposal", compute=EXACT)
    matte = network.run(image.rgb(), mask_planes(image, mask))
    doubted = (matte > UNSURE[0]) & (matte < UNSURE[1])
    assert (trimap[doubted] == UNKNOWN).all()
    sure = trimap != UNKNOWN
    assert np.array_equal(trimap[sure] == FOREGROUND, matte[sure] > 0.5)
    for use in (
        lambda: refine(image, mask, model="weigher", compute=EXACT),
        lambda: method_named("weigher"),
    ):
        with pytest.raises(UserError, match="weigher"):
            use()


@pytest.mark.usefixtures("weights")
def test_cancelling_stops_between_pieces() -> None:
    image, trimap = ramp_picture((200, 900))
    with pytest.raises(Cancelled):
        solve_alpha(image, trimap, method="random", tile=96, compute=EXACT, ctx=StoppedAfter(6))


@pytest.mark.usefixtures("weights")
def test_progress_rises_to_one() -> None:
    image, trimap = ramp_picture((200, 900))
    listener = Listener()
    solve_alpha(image, trimap, refine="random", tile=128, compute=EXACT, ctx=listener)
    assert listener.fractions == sorted(listener.fractions)
    assert listener.fractions[-1] == 1.0


def test_networks_with_weights_are_methods(weights) -> None:
    from tests import made_networks as made

    assert {"random", "single"} <= set(network_methods())
    assert "painter" not in network_methods()
    assert method_named("random").network == "random"
    made.save_weights(weights, "portraits", made.seeded(made.Matting, 2, seed=4))
    assert method_named("portraits").title == "portraits"
    image, _, trimap = disc(64)
    mine = solve_alpha(image, trimap, method="portraits", compute=EXACT)
    assert not np.array_equal(mine, solve_alpha(image, trimap, method="random", compute=EXACT))


def test_the_shipped_network_makes_mask_guided(weights, monkeypatch) -> None:
    from engine.models.registry import MODELS
    from tests import made_networks as made

    image, _, trimap = disc(64)
    monkeypatch.setitem(MODELS, "prn_small", made.spec("prn_small", "two_planes"))
    made.save_weights(weights, "prn_small", made.seeded(made.Matting, 2, seed=5))
    found = solve_alpha(image, trimap, method="mask_guided", compute=EXACT)
    wanted = solve_alpha(image, trimap, refine="prn_small", compute=EXACT)
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize(
    "ask",
    [
        lambda image, mask, trimap: solve_alpha(image, trimap, method="prn_small"),
        lambda image, mask, trimap: solve_alpha(image, trimap, refine="prn_small"),
        lambda image, mask, trimap: refine(image, mask, model="prn_small"),
        lambda image, mask, trimap: propose_trimap(image, mask, model="prn_small"),
    ],
)
def test_missing_weights_are_named_and_nothing_else_is_done(ask, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("engine.models.weights.search_folders", lambda _=None: {"t": tmp_path})
    with pytest.raises(UserError, match="no weights for 'prn_small'") as refused:
        ask(*disc(48))
    assert "matte models add" in refused.value.remedy


@pytest.mark.usefixtures("weights")
def test_weights_of_another_kind_are_refused() -> None:
    image, _, trimap = disc(48)
    with pytest.raises(UserError, match="foreground network"):
        solve_alpha(image, trimap, refine="painter", compute=EXACT)


def test_weights_that_fit_no_network_are_refused(weights) -> None:
    import torch

    from tests import made_networks as made

    made.save_weights(weights, "alien", torch.nn.Linear(3, 5))
    image, _, trimap = disc(48)
    with pytest.raises(UserError, match="no network that is known"):
        solve_alpha(image, trimap, method="alien", compute=EXACT)


@pytest.mark.usefixtures("weights")
def test_a_network_is_loaded_once_and_outside_inference_mode() -> None:
    from concurrent.futures import ThreadPoolExecutor

    import torch

    with torch.inference_mode(), ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: load_network("random", compute=EXACT), range(8)))
    assert len({id(network.module) for network in found}) == 1
    assert not any(p.is_inference() for p in found[0].module.parameters())


def test_new_weights_of_the_same_name_are_loaded_again(weights) -> None:
    from tests import made_networks as made

    old = load_network("random", compute=EXACT)
    made.save_weights(weights, "random", made.seeded(made.Matting, 2, seed=9))
    assert load_network("random", compute=EXACT).module is not old.module


def test_the_table_itself_has_no_networks() -> None:
    assert all(not row.network for row in METHODS.values())


@pytest.mark.usefixtures("weights")
def test_folded_normalisation_changes_nothing(weights) -> None:
    """Statistics that are not those of a fresh network, and the network as torch builds it."""
    import torch

    from tests import made_networks as made

    module = made.seeded(made.Matting, 2)
    with torch.inference_mode(False):
        module.layers[1].running_mean.uniform_(-0.3, 0.3)
        module.layers[1].running_var.uniform_(0.5, 2.0)
        module.eval()
    made.save_weights(weights, "random", module)
    image, mask, _ = disc(64)
    loaded = load_network("random", compute=EXACT)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in loaded.module.modules())
    guidance = np.stack([mask, mask], axis=-1)
    with torch.no_grad():
        wanted = from_tensor(module.predict(to_tensor(image.rgb()), to_tensor(guidance)))
    assert np.abs(loaded.run(image.rgb(), guidance) - wanted).max() < 1e-5


@pytest.mark.usefixtures("weights")
def test_the_shipped_networks_run_as_they_are_built(weights) -> None:
    """The real small networks, with random weights, through the whole path."""
    from engine.models.registry import MODELS
    from tests import made_networks as made

    made.save_weights(weights, "prn_small", MODELS["prn_small"].load_builder()())
    image, _, trimap = disc(64)
    found = solve_alpha(image, trimap, method="mask_guided", compute=EXACT)
    assert np.isfinite(found).all()
    assert np.array_equal(found[trimap != UNKNOWN], LABELS[trimap][trimap != UNKNOWN])
