"""From a pool of coarse masks to a cut: the trained network draws the trimap that is saved."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from own_commands import run, use_own_folders

from engine.cli import main as matte
from engine.device import Compute
from engine.imaging.read import read_trimap
from engine.imaging.types import FOREGROUND, UNKNOWN, Image
from engine.imaging.write import write_matte, write_picture
from engine.matting.mask_planes import mask_planes
from engine.matting.proposal import UNSURE, propose_trimap
from engine.models.loaded import load_network
from engine.models.weights import find_weights
from trainer.checkpoint import Checkpoints, read_state
from trainer.cli import main as matte_train
from trainer.config import load_run
from trainer.data.made import MadeMattes
from trainer.data.matting_samples import picture_tensor
from trainer.data.pool import write_shard
from trainer.data.pool.masks import masks_of
from trainer.data.pool.scenes import Sources
from trainer.initial import best_weights
from trainer.loop import build_setup
from trainer.validation.photographs import made_photograph

SIDE = 96
EXACT = Compute("cpu", "float32")
SMALL = {
    "steps": "3",
    "global_batch": "2",
    "workers": "0",
    "validate_every": "3",
    "validation.count": "2",
    "schedule.warm_up": "1",
    "ema": "0.5",
}


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch) -> None:
    use_own_folders(monkeypatch, tmp_path)


@pytest.fixture
def sets(tmp_path) -> list[str]:
    """The config `masks` on a tiny pool, as changes to it."""
    subjects = [(MadeMattes("train", (128, 128), ("wavy", "crisp")), 1.0)]
    sources = Sources(subjects, scene=128, side=64)
    crops = [crop for number in range(3) for crop in masks_of(sources, number, seed=1)]
    write_shard(tmp_path / "pool" / "0", crops)
    pools = {"data.pool": tmp_path / "pool", "validation.pool": tmp_path / "pool"}
    return [f"{key}={value}" for key, value in {**SMALL, **pools}.items()]


def test_a_trained_network_proposes_as_the_trainer_says(tmp_path, sets) -> None:
    trained = tmp_path / "run"
    changed = [part for one in sets for part in ("--set", one)]
    run(matte_train, "run", "mg_matting", "--config", "masks", "--out", trained, *changed)
    run(matte_train, "export", trained)
    run(matte, "models", "add", trained / "export" / "mask_small.safetensors", "--as", "mine")
    row = find_weights("mine").row
    assert (row.network, row.config) == ("mask_small", "masks")
    assert set(row.figures) >= {"mad", "mad_mask", "mad_matte", "mad_cut"}

    photograph = made_photograph(0, SIDE, 1)
    image, mask = Image(photograph.image), (photograph.alpha > 0.5).astype(np.float32)
    planes = mask_planes(image, mask)
    network = build_setup(load_run("mg_matting", "masks", sets)).networks["alpha"].eval()
    network.load_state_dict(best_weights(read_state(Checkpoints(trained).best()), "alpha"))
    with torch.no_grad():
        given = torch.from_numpy(np.ascontiguousarray(planes.transpose(2, 0, 1)))[None]
        wanted = network.predict(picture_tensor(photograph.image)[None], given)[0, 0].numpy()
    matte_found = load_network("mine", kind="proposal", compute=EXACT).run(image.rgb(), planes)
    assert np.abs(wanted - mask).max() > 0.1  # it is the network that speaks
    assert np.abs(matte_found - np.clip(wanted, 0, 1)).max() < 1e-5

    write_picture(tmp_path / "one.png", photograph.image)
    write_matte(tmp_path / "mask.png", mask)
    cut = ("cut", tmp_path / "one.png", "--mask", tmp_path / "mask.png", "--propose", "mine")
    run(
        matte, *cut, "--device", "cpu", "--precision", "float32", "--save", "trimap", "-o", tmp_path
    )
    trimap, _ = read_trimap(tmp_path / "one_trimap.png", (SIDE, SIDE))
    assert np.array_equal(trimap, propose_trimap(image, mask, model="mine", compute=EXACT))
    doubted = (wanted > UNSURE[0] + 0.01) & (wanted < UNSURE[1] - 0.01)
    assert (trimap[doubted] == UNKNOWN).all()
    sure = trimap != UNKNOWN
    assert np.array_equal(trimap[sure] == FOREGROUND, wanted[sure] > 0.5)
