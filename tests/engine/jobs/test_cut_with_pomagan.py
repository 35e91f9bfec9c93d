"""`matte cut --method pomagan_small`, from a mask and from nothing but the photograph."""

from __future__ import annotations

import numpy as np
import pytest

from engine.cli import main
from engine.device import Compute
from engine.imaging.read import read_mask
from engine.imaging.types import UNKNOWN, Image
from engine.imaging.write import write_matte, write_picture
from engine.jobs.requests import CutRequest
from engine.matting.solve import solve_alpha
from engine.settings import CutSettings, GuidanceSettings, TrimapSettings
from tests import made_networks
from tests.called import exit_code

NAME = "pomagan_small"
EXACT = Compute("cpu", "float32")


@pytest.fixture(autouse=True)
def weights(tmp_path, monkeypatch):
    """$MATTE_HOME with this network, one that proposes trimaps and one that finds people."""
    folder = made_networks.only_these(monkeypatch, tmp_path, matting="random")
    made_networks.save_pomagan(folder, NAME)
    return folder


@pytest.fixture(scope="module")
def scene():
    """An orange disc before a blue ground, and its coarse mask."""
    rows, cols = np.mgrid[:150, :352]
    depth = 50 - np.hypot(rows - 75, cols - 176)
    share = np.clip(depth / 5 + 0.5, 0, 1)[..., None]
    rgb = share * [0.8, 0.5, 0.2] + (1 - share) * [0.2, 0.3, 0.6]
    rgb += np.random.default_rng(0).normal(0, 0.02, rgb.shape)
    pixels = np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
    return Image(pixels), (depth > 2).astype(np.float32)


def cut(*arguments: object) -> int:
    return exit_code(main, "cut", *arguments, "--precision", "float32")


@pytest.mark.parametrize("trimap", [TrimapSettings(), TrimapSettings(source="radius", radius=9)])
def test_the_mask_guides_it_whoever_draws_the_trimap(scene, trimap) -> None:
    image, mask = scene
    settings = CutSettings(guidance=GuidanceSettings("file"), trimap=trimap, method=NAME)
    result = CutRequest(image, settings, mask=mask, compute=EXACT)()
    alone = solve_alpha(image, result.trimap, method=NAME, compute=EXACT)
    guided = solve_alpha(image, result.trimap, method=NAME, mask=mask, compute=EXACT)
    assert np.array_equal(result.alpha, guided)
    assert not np.array_equal(alone, guided)
    unknown = result.trimap == UNKNOWN
    assert unknown.any() and guided[unknown].std() > 1e-3


@pytest.mark.parametrize("options", [("--mask", "mask.png"), ("--find", "person_small")])
def test_the_command_line_cuts_with_it(scene, tmp_path, monkeypatch, options) -> None:
    monkeypatch.chdir(tmp_path)
    write_picture(tmp_path / "disc.png", scene[0].pixels)
    write_matte(tmp_path / "mask.png", scene[1])
    saved = ("--save", "alpha,trimap,mask", "--bits", "16")
    assert cut("disc.png", "-o", "out", "--method", NAME, *options, *saved) == 0
    size = scene[0].size
    alpha, mask = (
        read_mask(tmp_path / "out" / f"disc_{name}.png", size) for name in ("alpha", "mask")
    )
    settings = CutSettings(guidance=GuidanceSettings("file"), method=NAME)
    wanted = CutRequest(scene[0], settings, mask=np.rint(mask), compute=EXACT)()
    assert np.abs(alpha - wanted.alpha).max() <= 0.51 / 65535
    assert alpha[75, 176] == 1 and alpha[5, 5] == 0


def test_without_weights_nothing_is_begun(tmp_path, weights, scene, capfd) -> None:
    write_picture(tmp_path / "disc.png", scene[0].pixels)
    (weights / f"{NAME}.safetensors").unlink()
    assert cut(tmp_path / "disc.png", "-o", tmp_path / "out", "--method", NAME) == 2
    assert "matte models add" in " ".join(capfd.readouterr().err.split())
    assert not (tmp_path / "out").exists()
