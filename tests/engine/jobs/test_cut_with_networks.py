"""The full cut and the command line with networks in every place that takes one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.cli import main
from engine.device import Compute
from engine.errors import BugError, UserError
from engine.foreground.estimate import EXTEND, estimate_foreground
from engine.imaging.read import read_image, read_mask
from engine.imaging.types import Image, to_float
from engine.imaging.write import write_matte, write_picture
from engine.jobs.colours import estimate_colours
from engine.jobs.requests import CutRequest
from engine.matting.proposal import propose_trimap
from engine.matting.solve import solve_alpha
from engine.models.loaded import load_network
from engine.settings import (
    CutSettings,
    ForegroundSettings,
    GuidanceSettings,
    TrimapSettings,
    from_dict,
    to_dict,
)
from tests.called import exit_code
from tests.contexts import Listener

EXACT = Compute("cpu", "float32")
BY_FILE = GuidanceSettings("file")


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """$MATTE_HOME with a matting and a foreground network of random weights."""
    from tests import made_networks

    return made_networks.only_these(monkeypatch, tmp_path, matting="random")


@pytest.fixture(scope="module")
def scene():
    """A soft disc before a ground, its coarse mask."""
    rows, cols = np.mgrid[:120, :140]
    depth = 34 - np.hypot(rows - 60, cols - 70)
    share = np.clip(depth / 5 + 0.5, 0, 1)[..., None]
    rgb = share * [0.8, 0.5, 0.3] + (1 - share) * [0.2, 0.3, 0.6]
    rgb += np.random.default_rng(0).normal(0, 0.02, rgb.shape)
    pixels = np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
    return Image(pixels), (depth > 2).astype(np.float32)


@pytest.mark.usefixtures("weights")
def test_a_cut_can_be_by_networks_alone(scene) -> None:
    image, mask = scene
    settings = CutSettings(
        guidance=BY_FILE,
        trimap=TrimapSettings(source="network", model="random"),
        refine="random",
        foreground=ForegroundSettings("network"),
    )
    result = CutRequest(image, settings, mask=mask, compute=EXACT)()
    trimap = propose_trimap(image, mask, model="random", compute=EXACT)
    assert np.array_equal(result.trimap, trimap)
    alpha = solve_alpha(image, trimap, refine="random", compute=EXACT)
    assert np.array_equal(result.alpha, alpha)
    colours = estimate_colours(image, alpha, settings.foreground, compute=EXACT)
    assert np.array_equal(result.foreground, colours)


@pytest.mark.usefixtures("weights")
def test_the_mask_guides_a_network_that_works_alone(scene) -> None:
    image, mask = scene
    band = TrimapSettings(source="radius")
    settings = CutSettings(guidance=BY_FILE, method="random", trimap=band)
    request = CutRequest(image, settings, mask=mask, compute=EXACT)
    result = request()
    how = {"method": "random", "compute": EXACT}
    assert np.array_equal(result.alpha, solve_alpha(image, result.trimap, mask=mask, **how))
    own = replace(request, mask=None, trimap=result.trimap)()
    assert np.array_equal(own.alpha, solve_alpha(image, result.trimap, **how))
    assert not np.array_equal(own.alpha, result.alpha)


@pytest.mark.usefixtures("weights")
def test_the_networks_colours_fill_the_edge_and_nothing_else(scene) -> None:
    image, mask = scene
    alpha = np.where(mask > 0, np.float32(1), np.float32(0))
    alpha[40:60, 30:110] = 0.5
    found = estimate_colours(image, alpha, ForegroundSettings("network"), bits=32, compute=EXACT)
    painter = load_network("painter", kind="foreground", compute=EXACT)
    wanted = painter.run(image.rgb(), alpha)
    assert np.abs(found - wanted)[alpha == 0.5].max() < 1e-5
    untouched = alpha == 1
    untouched[: 26 - EXTEND] = True
    assert np.array_equal(found[untouched], to_float(image.pixels)[untouched])
    off = ForegroundSettings("network", amount=0.0)
    assert np.array_equal(estimate_colours(image, alpha, off, compute=EXACT), image.pixels)


@pytest.mark.usefixtures("weights")
def test_the_networks_colours_have_no_seams(monkeypatch) -> None:
    from engine.foreground import estimate

    ramp = np.linspace(0.1, 0.9, 700, dtype=np.float32)
    image = Image(np.broadcast_to(ramp[None, :, None], (90, 700, 3)).copy())
    alpha = np.full((90, 700), 0.5, np.float32)
    monkeypatch.setattr(estimate, "TILE", 160)
    found = estimate_colours(image, alpha, ForegroundSettings("network"), compute=EXACT)
    assert np.abs(np.diff(found[:, 4:-4], axis=1)).max() < 1 / 255


def test_a_network_method_without_a_network_is_our_mistake(scene) -> None:
    image, mask = scene
    with pytest.raises(BugError):
        estimate_foreground(image, 0.5 * mask, method="network")


@pytest.mark.parametrize(
    "settings",
    [
        CutSettings(method="absent"),
        CutSettings(refine="absent"),
        CutSettings(trimap=TrimapSettings(source="network", model="absent")),
        CutSettings(foreground=ForegroundSettings("network")),
    ],
    ids=("method", "refine", "trimap", "foreground"),
)
def test_missing_weights_end_a_cut_before_it_starts(settings, scene, weights, monkeypatch) -> None:
    (weights / "painter.safetensors").unlink()
    image, mask = scene
    listener = Listener()
    with pytest.raises(UserError):
        CutRequest(image, replace(settings, guidance=BY_FILE), mask=mask)(listener)
    assert listener.fractions == []


def test_settings_of_older_projects_load() -> None:
    values = to_dict(CutSettings(method="knn"))
    del values["refine"], values["trimap"]["source"], values["trimap"]["model"]
    assert from_dict(CutSettings, values) == CutSettings(method="knn")


@pytest.fixture
def files(tmp_path, scene):
    write_picture(tmp_path / "disc.png", scene[0].pixels)
    write_matte(tmp_path / "mask.png", scene[1])
    return tmp_path / "disc.png", tmp_path / "mask.png"


@pytest.mark.usefixtures("weights")
def test_the_command_line_takes_networks(files, scene, tmp_path) -> None:
    photo, mask = files
    options = ["--mask", mask, "--save", "alpha,foreground", "--precision", "float32"]
    options += ["--propose", "random", "--refine", "random", "--decontaminate", "network"]
    assert exit_code(main, "cut", photo, "-o", tmp_path / "out", "--bits", "16", *options) == 0
    settings = CutSettings(
        trimap=TrimapSettings(source="network", model="random"),
        refine="random",
        foreground=ForegroundSettings("network"),
    )
    result = CutRequest(scene[0], settings, mask=scene[1], compute=EXACT)()
    found = read_mask(tmp_path / "out" / "disc_alpha.png", scene[0].size)
    assert np.abs(found - result.alpha).max() <= 0.51 / 65535
    colours = read_image(tmp_path / "out" / "disc_foreground.png").rgb()
    assert np.abs(colours - to_float(result.foreground)).max() <= 0.51 / 255


@pytest.mark.usefixtures("weights")
def test_added_weights_are_a_method_of_the_command_line(files, tmp_path, capfd) -> None:
    photo, mask = files
    source = tmp_path / "weights" / "random.safetensors"
    assert exit_code(main, "models", "add", source, "--as", "mine") == 0
    assert exit_code(main, "models", "list") == 0
    assert "mine" in capfd.readouterr().out
    for name in ("mine", "random"):
        options = ["--mask", mask, "--method", name, "--save", "alpha"]
        assert exit_code(main, "cut", photo, "-o", tmp_path / name, *options) == 0
    one, other = (tmp_path / name / "disc_alpha.png" for name in ("mine", "random"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--method", "absent"], "no matting method 'absent'"),
        (["--refine", "absent"], "matte models add"),
        (["--propose", "absent"], "matte models add"),
        (["--propose", "random", "--radius", "3"], "both given"),
        (["--precision", "float8"], "auto or float32"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(files, tmp_path, capfd, options, said):
    photo, mask = files
    arguments = ["cut", photo, "-o", tmp_path / "out", "--mask", mask]
    assert exit_code(main, *arguments, *options) == 2
    assert said in " ".join(capfd.readouterr().err.split())
    assert not (tmp_path / "out").exists()
