"""mg_foreground from its pools to the application: trained, exported, added, and cut with."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from engine.cli import main as matte
from engine.device import Compute
from engine.errors import UserError
from engine.imaging.read import read_image, read_mask
from engine.imaging.types import Image, to_float
from engine.imaging.write import write_matte, write_picture
from engine.jobs.colours import estimate_colours
from engine.models.foreground_net import build_small
from engine.models.loaded import forget_networks
from engine.models.manifest import read_manifest
from engine.settings import ForegroundSettings
from tests.called import exit_code
from trainer.checkpoint import Checkpoints, read_state
from trainer.cli import main as train
from trainer.config import load_run
from trainer.data.pool import Crop, Layer, write_shard
from trainer.data.sample import Photograph
from trainer.initial import best_weights
from trainer.loop import build_setup
from trainer.losses.foreground import NEAR, REGIONS
from trainer.validation.foreground import answered

SIDE = 64
TINY = {
    "steps": "2",
    "global_batch": "2",
    "workers": "0",
    "validate_every": "2",
    "schedule.warm_up": "1",
    "augmentation.crop": str(SIDE),
    "network.narrow": "4",
    "validation.count": "1",
    "validation.side": "64",
}
"""What makes the default config end soon; data and network stay of the kind they are."""


def disc(shift: float = 0.0) -> np.ndarray:
    rows, cols = np.mgrid[:SIDE, :SIDE]
    share = np.clip((20 + shift - np.hypot(rows - 31.5, cols - 31.5)) / 6, 0, 1)
    return np.rint(share * 255).astype(np.uint8)


@pytest.fixture
def pooled(tmp_path: Path) -> list[str]:
    """The default config on tiny pools and pictures, as changes to it."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    crop = Crop(image, disc(), disc(), disc(), kind="fine", family="soft", scene="0")
    write_shard(tmp_path / "pool" / "0", [crop] * 3)
    write_shard(tmp_path / "layers" / "0", [Layer(image, disc(2), "soft", "0")] * 3)
    for name in ("people", "grounds"):
        (tmp_path / name).mkdir()
        for number in range(8):
            picture = rng.integers(0, 256, (90, 120, 3), np.uint8)
            cv2.imwrite(str(tmp_path / name / f"{name}-{number}.jpg"), picture)
    places = {
        "data.pool": tmp_path / "pool",
        "data.layers": tmp_path / "layers",
        "data.store": tmp_path / "store",
    }
    folders = f'["{tmp_path / "people"}", "{tmp_path / "grounds"}"]'
    return [
        *(f"{key}={value}" for key, value in TINY.items()),
        *(f'{key}="{value}"' for key, value in places.items()),
        f"data.pictures={folders}",
    ]


def test_the_default_config_trains_and_goes_on_from_its_pools(
    pooled: list[str], tmp_path: Path
) -> None:
    sets = [part for change in pooled for part in ("--set", change)]
    out = tmp_path / "run"
    for limit in ("1", "9"):
        options = ["--resume", "auto", "--stop-after", limit, "--device", "cpu"]
        assert exit_code(train, "run", "mg_foreground", "--out", out, *options, *sets) == 0
    newest, best = Checkpoints(out).newest(), Checkpoints(out).best()
    assert newest is not None
    assert best is not None
    assert read_state(newest)["step"] == 2
    figures = read_state(best)["figures"]
    assert 0 < figures["mse_multilevel"] < figures["mse_picture"]
    assert figures["mse"] > 0


def test_without_random_alpha_blending_only_layers_are_trained_on(pooled: list[str]) -> None:
    def image(share: float) -> torch.Tensor:
        loaded = load_run("mg_foreground", "default", [*pooled, f"random_alpha.share={share}"])
        return build_setup(loaded).samples.sample(0)["alpha"]

    own, other = (torch.from_numpy(disc(shift)).float() / 255 for shift in (2, 0))
    assert torch.equal(image(0)[0], own)  # a disc looks the same from all sides
    assert torch.equal(image(1)[0], other)


def test_what_a_pool_lacks_is_asked_for(pooled: list[str], tmp_path: Path) -> None:
    def built(*changes: str) -> None:
        build_setup(load_run("mg_foreground", "default", [*pooled, *changes]))

    with pytest.raises(UserError, match=r"need pictures") as caught:
        built("data.pictures=[]")
    assert "data.pictures" in str(caught.value)
    with pytest.raises(UserError, match="no pool in this folder"):
        built(f'data.layers="{tmp_path / "none"}"')
    built(f'data.layers="{tmp_path / "none"}"', "random_alpha.share=1")
    with pytest.raises(UserError, match=r"random_alpha\.share=1"):
        built("data.source=photographs")


def test_regions_reach_from_everything_to_what_is_seen() -> None:
    alpha = torch.zeros(1, 1, 80, 80)
    alpha[..., 40, 40] = 0.01
    assert REGIONS["everywhere"](alpha).sum() == 80 * 80
    assert REGIONS["visible"](alpha).nonzero().tolist() == [[0, 0, 40, 40]]
    near = REGIONS["near"](alpha)[0, 0]
    assert near.sum() == (2 * NEAR + 1) ** 2
    assert near[40 - NEAR, 40 + NEAR] == 1


def test_an_opaque_subject_keeps_its_colours_and_others_do_not() -> None:
    torch.manual_seed(0)
    network = build_small(widths=(8, 8, 16, 16, 16)).eval()
    rgb = torch.rand(1, 3, 64, 64)
    alpha = torch.ones(1, 1, 64, 64)
    alpha[..., :32] = 0.5
    with torch.no_grad():
        changed = (network(rgb, alpha) - rgb).abs()
    assert changed[..., 32:].max() == 0
    assert changed[..., :32].mean() > 1e-3


def test_an_exported_network_decontaminates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "weights"))
    forget_networks()
    out = ["--out", tmp_path / "run", "--device", "cpu"]
    assert exit_code(train, "run", "mg_foreground", "--config", "smoke", *out) == 0
    assert exit_code(train, "export", tmp_path / "run") == 0
    file = tmp_path / "run" / "export" / "foreground_small.safetensors"
    assert read_manifest(file.parent)[0].model == "foreground_small"
    assert exit_code(matte, "models", "add", file) == 0

    rng = np.random.default_rng(1)
    alpha = np.kron(disc(), np.ones((2, 2), np.uint8)).astype(np.float32) / 255
    photo = Image(rng.integers(0, 256, (*alpha.shape, 3), np.uint8))
    chosen = ForegroundSettings("network")
    colours = estimate_colours(photo, alpha, chosen, bits=32, compute=Compute("cpu", "float32"))
    wanted = _trained_answer(tmp_path / "run", photo, alpha)
    soft = (alpha > 0) & (alpha < 1)
    assert np.abs(colours - wanted)[soft].max() < 1e-5
    assert np.abs(colours - to_float(photo.pixels))[soft].max() > 1e-3

    write_picture(tmp_path / "disc.png", photo.pixels)
    write_matte(tmp_path / "mask.png", (alpha > 0.5).astype(np.float32))
    options = ["--mask", tmp_path / "mask.png", "--save", "alpha,foreground", "--bits", "16"]
    options += ["--decontaminate", "network", "--precision", "float32", "--method", "closed_form"]
    assert exit_code(matte, "cut", tmp_path / "disc.png", "-o", tmp_path / "cut", *options) == 0
    found = read_mask(tmp_path / "cut" / "disc_alpha.png", photo.size)
    wanted = _trained_answer(tmp_path / "run", photo, found)
    saved = read_image(tmp_path / "cut" / "disc_foreground.png").rgb()
    soft = (found > 0) & (found < 1)
    assert soft.sum() > 100
    assert np.abs(saved - wanted)[soft].max() < 1 / 255


def _trained_answer(folder: Path, photo: Image, alpha: np.ndarray) -> np.ndarray:
    """What the trained, averaged network says, as the trainer runs it."""
    best = Checkpoints(folder).best()
    assert best is not None
    (network,) = build_setup(load_run("mg_foreground", "smoke")).networks.values()
    network.load_state_dict(best_weights(read_state(best), "foreground"))
    return answered(network.eval(), Photograph(photo.pixels, alpha, "disc"))
