"""From a run to a weights file with its row, and back in as a start."""

from __future__ import annotations

import json

import pytest
import tiny_recipe
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from engine.errors import UserError
from engine.models.manifest import read_manifest
from engine.models.weights import sha256_of
from trainer.checkpoint import Checkpoints, read_state
from trainer.config import load_run
from trainer.export import export_run, without_folders
from trainer.initial import start_from
from trainer.loop import build_setup


@pytest.fixture
def run(tiny, tmp_path):
    tiny(tmp_path / "run", "card.licence='MIT'", "card.data='discs'", config_name="default")
    return tmp_path / "run"


def test_the_best_averaged_weights_and_their_row(run, tmp_path):
    (row,) = export_run(run, folder=tmp_path / "out")
    best = read_state(Checkpoints(run).best())
    written = load_file(tmp_path / "out" / "tiny.safetensors")
    assert all(torch.equal(written[name], t) for name, t in best["averaged"]["net"].items())
    assert read_manifest(tmp_path / "out") == (row,)
    assert row.sha256 == sha256_of(tmp_path / "out" / "tiny.safetensors")
    assert (row.recipe, row.config, row.licence, row.data) == ("tiny", "default", "MIT", "discs")
    assert row.figures == best["figures"]


def test_names_halves_and_plain_weights(run, tmp_path):
    export_run(run, folder=tmp_path)
    (row,) = export_run(run, folder=tmp_path, name="mine", which="last", half=True, averaged=False)
    assert [listed.model for listed in read_manifest(tmp_path)] == ["tiny", "mine"]
    assert row.network == "tiny"
    plain = read_state(Checkpoints(run).newest())["networks"]["net"]
    written = load_file(tmp_path / "mine.safetensors")
    assert written["0.weight"].dtype == torch.float16
    assert torch.equal(written["0.weight"], plain["0.weight"].half())
    assert written["1.num_batches_tracked"].dtype == torch.int64
    with safe_open(tmp_path / "mine.safetensors", "pt") as file:
        notes = file.metadata()
    assert notes["network"] == "tiny"
    assert json.loads(notes["config"])["steps"] == 12


def test_a_file_does_not_tell_where_data_lay(tmp_path):
    paths = f"data.pool={tmp_path}/crops", "data.leave_out='C:\\data\\names.txt'"
    config = load_run("mg_matting", "default", paths).config.model_dump(mode="json")
    assert str(tmp_path) in json.dumps(config)
    told = without_folders(config)
    assert (told["data"]["pool"], told["data"]["leave_out"]) == ("crops", "names.txt")
    told["data"] = config["data"]
    assert told == config


def test_a_weight_too_large_for_16_bits_is_named(tiny, tmp_path):
    tiny(tmp_path, "steps=2", "rate=1e8", "ema=off", "validate_every=0", "schedule.warm_up=0")
    with pytest.raises(UserError, match=r"0\.weight does not fit into 16 bits"):
        export_run(tmp_path, folder=tmp_path / "out", half=True, which="last")
    assert not (tmp_path / "out" / "tiny.safetensors").exists()


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(UserError, match="There is no checkpoints"):
        export_run(tmp_path, folder=tmp_path)


@pytest.mark.parametrize("kind", ["run", "safetensors", "pt", "name"])
def test_exported_weights_are_a_start(run, tmp_path, monkeypatch, kind):
    export_run(run, folder=tmp_path)
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))
    state = read_state(Checkpoints(run).best())["averaged"]["net"]
    torch.save(state, tmp_path / "tiny.pt")
    places = {"run": run, "safetensors": tmp_path / "tiny.safetensors", "pt": tmp_path / "tiny.pt"}
    setup = build_setup(load_run("tiny", "smoke"))
    start_from(setup, str(places[kind]) if kind in places else None)
    now = setup.networks["net"].state_dict()
    assert all(torch.equal(now[name], tensor) for name, tensor in state.items())


def test_weights_that_do_not_fit_are_told_in_full(tiny, tmp_path):
    setup = tiny_recipe.build(tiny_recipe.Config())
    state = setup.networks["net"].state_dict()
    state["4.weight"] = state["4.weight"][:, :3]
    state["9.weight"] = state.pop("0.weight")
    torch.save(state, tmp_path / "other.pt")
    with pytest.raises(UserError) as caught:
        start_from(setup, str(tmp_path / "other.pt"))
    for part in ("1 missing (0.weight)", "1 unknown (9.weight)", "another shape (4.weight)"):
        assert part in caught.value.problem
