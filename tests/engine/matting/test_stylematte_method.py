"""StyleMatte as a method: the whole photograph at any size, and what is known kept."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from engine.cli import main
from engine.device import Compute
from engine.enhance.reference import Abilities, NetworkReference
from engine.errors import UserError
from engine.imaging.read import read_mask
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    NO_STROKE,
    STROKE_FOREGROUND,
    UNKNOWN,
    Image,
    Rect,
)
from engine.imaging.write import write_picture
from engine.jobs.requests import CutRequest
from engine.matting.methods import method_named, network_methods, sees_alone
from engine.matting.solve import resolve_region, solve_alpha
from engine.models.loaded import LoadedNetwork, load_network
from engine.models.registry import MODELS
from engine.models.stylematte import StyleMatte
from engine.models.stylematte_size import Architecture
from engine.settings import CutSettings, GuidanceSettings, TrimapSettings
from tests import made_networks as made

EXACT = Compute("cpu", "float32")
TINY = Architecture(
    embed=16,
    depths=(1, 1, 1, 1),
    heads=(1, 2, 2, 4),
    window=4,
    features=64,
    decoder_layers=1,
    feed_forward=32,
)
ALONE = CutSettings(method="mine")


@pytest.fixture(scope="module")
def network() -> StyleMatte:
    network = made.seeded(StyleMatte, TINY)
    with torch.inference_mode(False), torch.no_grad():
        network.get_parameter("conv.weight").mul_(8)
    return network


@pytest.fixture(autouse=True)
def weights(tmp_path, monkeypatch, network):
    """$MATTE_HOME with a StyleMatte called `mine` and a network of single pixels called `local`;
    nothing that finds people or draws trimaps."""
    folder = made.only_these(monkeypatch, tmp_path, matting="random")
    made.save_weights(folder, "mine", network, network="stylematte")
    made.save_red(folder, monkeypatch, name="local")
    for name in ("mask_small", "person_small"):
        (folder / f"{name}.safetensors").unlink()
    return folder


def scene(height: int, width: int) -> Image:
    """An orange disc with a soft edge before a blue ground."""
    rows, cols = np.mgrid[:height, :width]
    depth = 0.3 * height - np.hypot(rows - height / 2, cols - width / 2)
    share = np.clip(depth / 20 + 0.5, 0, 1)[..., None]
    rgb = share * [0.9, 0.5, 0.2] + (1 - share) * [0.2, 0.3, 0.9]
    rgb += np.random.default_rng(0).normal(0, 0.02, rgb.shape)
    return Image(np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8))


def nothing_known(image: Image) -> np.ndarray:
    return np.full(image.size, UNKNOWN, np.uint8)


def predicted(name: str, image: Image) -> np.ndarray:
    return load_network(name, compute=EXACT).run(image.rgb())


@pytest.mark.parametrize("size", [(96, 128), (75, 91), (7, 40)])
def test_the_matte_is_the_networks_own_at_any_size(size) -> None:
    image = scene(*size)
    result = CutRequest(image, ALONE, compute=EXACT)()
    assert np.array_equal(result.alpha, predicted("mine", image))
    assert result.alpha.std() > 0.01 and result.mask is None
    assert (result.trimap == UNKNOWN).all() and result.doubts == ()


def test_a_trimap_binds_what_it_knows() -> None:
    image = scene(75, 91)
    trimap = nothing_known(image)
    trimap[:20], trimap[40:50, 30:50] = BACKGROUND, FOREGROUND
    result = CutRequest(image, ALONE, trimap=trimap, compute=EXACT)()
    own = predicted("mine", image)
    assert (result.alpha[:20] == 0).all() and (result.alpha[40:50, 30:50] == 1).all()
    unknown = trimap == UNKNOWN
    assert np.array_equal(result.alpha[unknown], own[unknown])
    assert own[:20].min() > 0 and own[40:50, 30:50].max() < 1


def test_strokes_bind_too_and_need_no_counterpart() -> None:
    image = scene(64, 64)
    strokes = np.full(image.size, NO_STROKE, np.uint8)
    strokes[30:34, 20:40] = STROKE_FOREGROUND
    alpha = CutRequest(image, ALONE, strokes=strokes, compute=EXACT)().alpha
    assert (alpha[30:34, 20:40] == 1).all() and (alpha != 1).sum() == 64 * 64 - 80


def test_a_stroke_changes_what_was_painted_on_and_nothing_else() -> None:
    image = scene(64, 80)
    before = solve_alpha(image, nothing_known(image), method="mine", compute=EXACT)
    trimap = nothing_known(image)
    changed = Rect(10, 10, 20, 30)
    trimap[changed.slices] = FOREGROUND
    how = {"method": "mine", "compute": EXACT}
    place, part = resolve_region(image, trimap, before, changed, **how)
    after = before.copy()
    after[place.slices] = part
    assert np.array_equal(after, solve_alpha(image, trimap, **how))
    trimap[changed.slices] = UNKNOWN
    place, part = resolve_region(image, trimap, after, changed, **how)
    after[place.slices] = part
    assert np.array_equal(after, before)


def count_runs(monkeypatch) -> list[tuple[int, ...]]:
    sizes: list[tuple[int, ...]] = []
    run = LoadedNetwork.run

    def counted(self, rgb, *guidance):
        sizes.append(rgb.shape[:2])
        return run(self, rgb, *guidance)

    monkeypatch.setattr(LoadedNetwork, "run", counted)
    return sizes


def test_a_photograph_is_looked_at_once(monkeypatch) -> None:
    image, sizes = scene(64, 80), count_runs(monkeypatch)
    for _ in range(3):
        solve_alpha(image, nothing_known(image), method="mine", compute=EXACT)
    assert sizes == [(64, 80)]
    solve_alpha(scene(64, 80), nothing_known(image), method="mine", compute=EXACT)
    assert len(sizes) == 2


def test_a_large_photograph_is_seen_whole_and_then_in_pieces_at_its_edge(monkeypatch) -> None:
    image, sizes = scene(700, 900), count_runs(monkeypatch)
    wanted = predicted("local", image)
    sizes.clear()
    found = solve_alpha(image, nothing_known(image), method="local", tile=160, compute=EXACT)
    first, *pieces = sizes
    assert first[0] * first[1] <= 400 * 400 and len(pieces) > 4
    assert max(max(piece) for piece in pieces) <= 160 + 2 * 96 + 32
    soft = (wanted > 0.05) & (wanted < 0.95)
    assert np.abs(found - wanted)[soft].mean() < 0.004
    copy = cv2.resize(image.rgb(), first[::-1], interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(load_network("local", compute=EXACT).run(copy), (900, 700))
    assert np.abs(coarse - wanted)[soft].mean() > 5 * np.abs(found - wanted)[soft].mean()
    assert np.abs(found - wanted).max() < 0.3  # noise that the copy averages away


def test_a_stylematte_in_pieces_has_no_seams() -> None:
    image = scene(350, 450)
    found = solve_alpha(image, nothing_known(image), method="mine", tile=64, compute=EXACT)
    smooth = cv2.GaussianBlur(found, (0, 0), 4)
    steps = max(np.abs(np.diff(smooth, axis=axis)).max() for axis in (0, 1))
    assert found.shape == (350, 450) and np.isfinite(found).all()
    assert steps < 0.1


def test_another_network_refines_it_where_it_is_unsure() -> None:
    image = scene(96, 128)
    prior = solve_alpha(image, nothing_known(image), method="local", compute=EXACT)
    how = {"method": "local", "refine": "random", "compute": EXACT}
    found = solve_alpha(image, nothing_known(image), **how)
    changed = found != prior
    assert changed[48, 64 - 29 - 3 : 64 - 29 + 3].any()
    assert not changed[:8, :20].any() and not changed[48, 64]


def test_only_what_says_nothing_is_left_to_the_network_alone() -> None:
    assert sees_alone(ALONE) and sees_alone(replace(ALONE, method="local"))
    assert not sees_alone(replace(ALONE, method="closed_form"))
    assert not sees_alone(replace(ALONE, method="random"))
    for said in (
        GuidanceSettings("file"),
        GuidanceSettings("strokes"),
        GuidanceSettings(box=(1, 2, 30, 40)),
        GuidanceSettings(clicks=((0.5, 0.5, True),)),
    ):
        assert not sees_alone(replace(ALONE, guidance=said))
    assert not sees_alone(replace(ALONE, trimap=TrimapSettings(source="radius", radius=9)))


def test_it_is_a_method_and_refines_nothing() -> None:
    assert network_methods()["mine"].automatic and method_named("mine").network == "mine"
    assert not network_methods()["random"].automatic
    image = scene(64, 64)
    with pytest.raises(UserError, match="cannot refine a matte"):
        solve_alpha(image, nothing_known(image), method="local", refine="mine", compute=EXACT)
    for name in ("stylematte", "stylematte_small"):
        assert MODELS[name].takes_nothing
        with pytest.raises(UserError, match=name):
            method_named(name)  # its weights are not here


def test_a_portrait_can_be_enhanced_for_it() -> None:
    reference = NetworkReference(load_network("mine", compute=EXACT))
    assert reference.abilities == Abilities(True, "none")
    picture = torch.rand(1, 3, 44, 44, requires_grad=True)
    alpha = reference.alpha(picture, torch.full((1, 1, 44, 44), 0.5))
    assert alpha.shape == (1, 1, 44, 44)
    alpha.mean().backward()
    assert picture.grad is not None and picture.grad.abs().sum() > 0


def cut(*arguments: object) -> int:
    try:
        return main(["cut", *map(str, arguments), "--precision", "float32"]) or 0
    except SystemExit as left:
        return int(left.code or 0)


def test_the_command_cuts_without_any_guidance(tmp_path, capsys) -> None:
    image = scene(75, 91)
    write_picture(tmp_path / "photo.png", image.pixels)
    out = tmp_path / "out"
    assert cut(tmp_path / "photo.png", "--method", "mine", "-o", out, "--save", "cutout,alpha") == 0
    found = read_mask(out / "photo_alpha.png", image.size)
    assert np.abs(found - predicted("mine", image)).max() <= 1 / 255
    assert (out / "photo_cutout.png").is_file()
    assert cut(tmp_path / "photo.png", "--method", "mine", "-o", out, "--save", "trimap") == 2
    assert "no trimap to save" in capsys.readouterr().err
