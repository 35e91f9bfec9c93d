"""From a training run to a cut: what the trainer's network answers is what `matte cut` saves."""

from __future__ import annotations

import numpy as np
import pytest
from own_commands import run, use_own_folders

from engine.cli import main as matte
from engine.imaging.read import read_mask, read_trimap
from engine.imaging.types import FOREGROUND, UNKNOWN
from engine.imaging.write import write_matte, write_picture
from engine.models.weights import find_weights
from trainer.checkpoint import Checkpoints, read_state
from trainer.cli import main as matte_train
from trainer.config import load_run
from trainer.initial import best_weights
from trainer.loop import build_setup
from trainer.validation.matting import answered
from trainer.validation.photographs import made_photograph

SIDE = 96
KNOWN = np.zeros(256, np.float32)
KNOWN[FOREGROUND], KNOWN[UNKNOWN] = 1.0, 0.5


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch) -> None:
    use_own_folders(monkeypatch, tmp_path)


def trained_network(folder):
    """The network as the trainer has it: the recipe's, with the run's averaged best weights."""
    network = build_setup(load_run("mg_matting", "smoke")).networks["alpha"].eval()
    network.load_state_dict(best_weights(read_state(Checkpoints(folder).best()), "alpha"))
    return network


def test_a_trained_network_cuts_as_the_trainer_says(tmp_path, capfd):
    trained = tmp_path / "run"
    card = ("--set", "card.licence='CC0-1.0'", "--set", "card.data='drawn hair'")
    run(matte_train, "run", "mg_matting", "--config", "smoke", "--out", trained, *card)
    run(matte_train, "export", trained)
    run(matte, "models", "add", trained / "export" / "prn_small.safetensors", "--as", "mine")
    row = find_weights("mine").row
    assert (row.licence, row.data, row.network) == ("CC0-1.0", "drawn hair", "prn_small")
    assert (row.recipe, row.config) == ("mg_matting", "smoke")
    assert row.figures["mse"] > 0

    photograph = made_photograph(0, SIDE, 1)
    network = trained_network(trained)
    write_picture(tmp_path / "one.png", photograph.image)
    write_matte(tmp_path / "mask.png", (photograph.alpha > 0.5).astype(np.float32))
    cut = ("cut", tmp_path / "one.png", "--method", "mine", "--precision", "float32", "--device")
    cut += ("cpu", "--bits", 16, "--save", "alpha,trimap", "-o")
    by_mask = ("--mask", tmp_path / "mask.png", "--propose", "none")
    run(matte, *cut, tmp_path / "by mask", *by_mask)
    trimap, _ = read_trimap(tmp_path / "by mask" / "one_trimap.png", (SIDE, SIDE))
    unknown = trimap == UNKNOWN
    assert 100 < unknown.sum() < unknown.size
    guidance = np.where(unknown, photograph.alpha > 0.5, KNOWN[trimap]).astype(np.float32)
    found = read_mask(tmp_path / "by mask" / "one_alpha.png", photograph.alpha.shape)
    wanted = np.where(unknown, answered(network, photograph, guidance), KNOWN[trimap])
    assert np.abs(wanted - guidance).max() > 1e-3  # it is the network that speaks
    assert np.abs(found - wanted).max() < 1e-5

    write_matte(tmp_path / "trimap.png", trimap)
    run(matte, *cut, tmp_path / "by trimap", "--trimap", tmp_path / "trimap.png")
    found = read_mask(tmp_path / "by trimap" / "one_alpha.png", photograph.alpha.shape)
    wanted = np.where(unknown, answered(network, photograph, KNOWN[trimap]), KNOWN[trimap])
    assert np.abs(found - wanted).max() < 1e-5
    assert "licence CC0-1.0" in capfd.readouterr().out
