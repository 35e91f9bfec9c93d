"""Training on from weights with a folder of one's own photographs and mattes."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from tests.called import exit_code
from trainer.cli import main
from trainer.config import load_run
from trainer.data.generated import GeneratedWriter
from trainer.data.sample import Photograph
from trainer.loop import build_setup


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(3)
    row, col = np.mgrid[:128, :128]
    alpha = np.clip((40 - np.hypot(row - 64, col - 64)) / 8, 0, 1).astype(np.float32)
    writer = GeneratedWriter(tmp_path / "own")
    for number in range(2):
        image = rng.integers(0, 255, (128, 128, 3), dtype=np.uint8)
        writer.add(Photograph(image, alpha, f"one{number}"))
    return tmp_path / "own"


def test_finetune_trains_on_a_folder_from_weights(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("MATTE_DATA", "")
    setup = build_setup(load_run("mg_matting", "smoke", ["seed=5"]))
    start = {name: t.clone() for name, t in setup.networks["alpha"].state_dict().items()}
    torch.save(start, tmp_path / "start.pt")
    sets = ["--set", "ema=off", "--set", "learning.rate=1e-9", "--set", "validate_every=0"]
    where = ["--data", folder, "--init", tmp_path / "start.pt", "--out", tmp_path / "run"]
    assert exit_code(main, "finetune", "mg_matting", "-c", "smoke", *where, *sets) == 0
    run = json.loads((tmp_path / "run" / "run.json").read_text())
    assert run["config"]["data"]["source"] == "photographs"
    state = torch.load(tmp_path / "run" / "checkpoints" / "step-000000002.pt", weights_only=True)
    ended_at = state["networks"]["alpha"]
    learnt = [name for name, _ in setup.networks["alpha"].named_parameters()]
    assert all(torch.allclose(ended_at[name], start[name], atol=1e-7) for name in learnt)
