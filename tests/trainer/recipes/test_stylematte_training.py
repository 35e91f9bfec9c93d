"""stylematte: three phases in one run, what learns in which, what it starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from checkpoint_states import same
from safetensors.torch import load_file, save_file

from engine.errors import UserError
from engine.models.loaded import load_network
from engine.models.stylematte import StyleMatte
from tests.called import exit_code
from trainer.checkpoint import Checkpoints, read_state
from trainer.cli import main
from trainer.config import load_run
from trainer.data.generated import GeneratedWriter
from trainer.data.sample import Photograph
from trainer.distributed import PART, connect
from trainer.export import export_run
from trainer.loop import Report, build_setup, train
from trainer.phase import Samples, Setup, StepContext
from trainer.state import TrainingState
from trainer.stylematte_start import start_stylematte

NARROW = "network.narrow=4"
MADE = ("data.shares={made=1}", 'data.families=["crisp"]', "validate_every=0", "ema=off")
LONG = (*MADE, "steps=6", "decoder.steps=2", "crops.steps=3", "checkpoint_every=4")
"""Of the last checkpoint before the third phase some steps of the second are lost."""


class Death(BaseException):
    """Ends a run as a signal that can't be caught would: nothing is saved."""


@dataclass(frozen=True)
class Deadly:
    """Samples of which one kills."""

    samples: Samples
    last: int

    def sample(self, index: int) -> dict[str, torch.Tensor]:
        if index == self.last:
            raise Death
        return self.samples.sample(index)


def built(*changes: str, config: str = "smoke") -> tuple[Any, Setup]:
    loaded = load_run("stylematte", config, [NARROW, *changes])
    return loaded.config, build_setup(loaded)


def trained(out: Path, *changes: str, resume: bool = False) -> Report:
    config, setup = built(*changes)
    return train(setup, config, out=out, resume=resume, device="cpu", recipe="stylematte")


def state_of(out: Path) -> dict[str, Any]:
    newest = Checkpoints(out).newest()
    assert newest is not None
    return read_state(newest)


def batch_of(setup: Setup, part: int) -> dict[str, torch.Tensor]:
    count = setup.batches[part][1]
    drawn = [setup.samples.sample(part * PART + number) for number in range(count)]
    return {name: torch.stack([one[name] for one in drawn]) for name in drawn[0]}


def weights_of(setup: Setup) -> dict[str, torch.Tensor]:
    return {name: one.clone() for name, one in setup.networks["alpha"].state_dict().items()}


def encoder_file(folder: Path, *changes: str, head: str = "model.pixel_level_module.") -> Path:
    """What a pretrained Mask2Former of the network's size would be, of random weights."""
    network = built(*changes)[1].networks["alpha"]
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.01)
    state = {
        head + name.removeprefix("pixel_decoder."): one.contiguous()
        for name, one in network.state_dict().items()
        if name.startswith("pixel_decoder.")
    }
    save_file(state, folder / "encoder.safetensors")
    return folder / "encoder.safetensors"


def test_killed_in_the_third_phase_and_resumed(tmp_path):
    config, setup = built(*LONG)
    deadly = replace(setup, samples=Deadly(setup.samples, 2 * PART))
    options = {"resume": False, "device": "cpu", "recipe": "stylematte"}
    with pytest.raises(Death):
        train(deadly, config, out=tmp_path / "killed", **options)
    assert state_of(tmp_path / "killed")["step"] == 4
    assert trained(tmp_path / "killed", *LONG, resume=True).finished
    assert trained(tmp_path / "whole", *LONG).finished
    assert same(state_of(tmp_path / "killed"), state_of(tmp_path / "whole"))


def test_phases_follow_each_other_with_their_batch_loss_and_rate():
    config, setup = built(*MADE, "steps=9", "decoder.steps=4", "crops.steps=3", "whole.rate=0.25")
    assert [(one.name, one.begins, one.ends) for one in setup.phases] == [
        ("decoder", 0, 4),
        ("crops", 4, 7),
        ("whole", 7, 9),
    ]
    assert setup.batches == ((4, 2), (3, 2), (2, 1))
    assert setup.phases[2].learning_rate == 0.25
    assert all(one.decoupled and one.weight_decay == config.weight_decay for one in setup.phases)
    context = StepContext(0, torch.Generator(), lambda own: own)
    terms = [list(one.loss(batch_of(setup, n), context)) for n, one in enumerate(setup.phases)]
    assert terms == [["l1"], *[["l1", "laplacian", "composition"]] * 2]


def test_a_shorter_run_leaves_out_the_last_phases():
    assert [one.name for one in built("steps=1")[1].phases] == ["decoder"]
    assert [one.name for one in built("steps=2", "decoder.steps=0")[1].phases] == ["crops", "whole"]


def test_every_parameter_learns_in_every_phase():
    setup = built(*MADE)[1]
    context = StepContext(0, torch.Generator(), lambda own: own)
    for number, phase in enumerate(setup.phases):
        terms = phase.loss(batch_of(setup, number), context)
        torch.stack(list(terms.values())).sum().backward()
        for parameter in phase.parameters:
            assert parameter.grad is not None
            parameter.grad = None


@pytest.mark.parametrize(
    ("learns", "frozen"), [("decoder", "pixel_decoder.encoder."), ("head", "pixel_decoder.")]
)
def test_in_the_first_phase_the_encoder_stays_as_it_is_and_then_learns(learns, frozen, tmp_path):
    file = encoder_file(tmp_path, *MADE)
    changes = (*MADE, f"decoder.learns={learns}", f'network.encoder="{file}"')
    config, setup = built(*changes, "weight_decay=0.1")
    state = TrainingState(setup, config, fabric=connect(config, device="cpu"), recipe="stylematte")
    before = weights_of(setup)
    state.train_mode()
    state.advance([batch_of(setup, 0)])
    after = weights_of(setup)
    kept = {name for name, one in after.items() if torch.equal(one, before[name])}
    learnt = {name for name, _ in setup.networks["alpha"].named_parameters()} - kept
    assert {name for name in before if name.startswith(frozen)} <= kept
    assert learnt and not any(name.startswith("encoder.") for name in learnt)
    state.advance([batch_of(setup, 1)])
    now = weights_of(setup)
    moved = [
        name
        for name in before
        if name.startswith(frozen) and not torch.equal(now[name], before[name])
    ]
    assert len(moved) > 0.9 * sum(name.startswith(frozen) for name in before)


def test_the_paper_refuses_its_first_phase_without_an_encoder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small = "network.narrow=8"  # what is refused is the same
    with pytest.raises(UserError, match="encoder is not there") as missing:
        built(small, config="paper")
    assert missing.value.path == Path("swinv2-tiny-patch4-window8-256.safetensors")
    with pytest.raises(UserError, match="must have learnt something") as refused:
        built(small, "network.encoder=off", config="paper")
    for caught in (missing, refused):
        assert "network.encoder=FILE" in caught.value.remedy
        assert "decoder.learns=all" in caught.value.remedy


def test_the_small_one_says_that_all_of_it_is_trained(capsys):
    built()
    assert "stylematte_small has no pretrained encoder" in capsys.readouterr().err


PREFIXES = {
    "mask2former": "model.pixel_level_module.",
    "stylematte": "pixel_decoder.",
    "backbone": "pixel_level_module.",
}


@pytest.mark.parametrize("kind", PREFIXES)
def test_an_encoder_is_taken_with_its_pixel_decoder(kind, tmp_path, capsys):
    file = encoder_file(tmp_path, head=PREFIXES[kind])
    network = built()[1].networks["alpha"]
    assert isinstance(network, StyleMatte)
    start_stylematte(network, file, decoder=True)
    then, now = load_file(file), network.state_dict()
    for name, tensor in then.items():
        own = "pixel_decoder." + name.removeprefix(PREFIXES[kind])
        assert torch.equal(now[own], tensor), name
    assert "so is the pixel decoder" in capsys.readouterr().err


@pytest.mark.parametrize(("swin", "model"), [("v1", "swin"), ("v2", "swinv2")])
def test_a_classifier_is_taken_whatever_its_names(swin, model, tmp_path, capsys):
    """As transformers saves it: newer and older versions name the first Swin's layers otherwise."""
    from transformers import SwinConfig, SwinModel, Swinv2Config, Swinv2Model

    make, config = {"v1": (SwinModel, SwinConfig), "v2": (Swinv2Model, Swinv2Config)}[swin]
    window = 7 if swin == "v1" else 8
    sizes = {"embed_dim": 12, "depths": [2, 2, 6, 2], "num_heads": [3, 6, 12, 24]}
    source = make(config(window_size=window, image_size=32 * window, **sizes))
    with torch.no_grad():
        source.layernorm.weight.fill_(0.5)
    state = {f"{model}.{name}": one.clone() for name, one in source.state_dict().items()}
    torch.save(state | {"classifier.weight": torch.zeros(2, 96)}, tmp_path / "swin.bin")
    name = ("network.name=stylematte", f"network.swin={swin}", "network.narrow=8")
    network = built(*name)[1].networks["alpha"]
    assert isinstance(network, StyleMatte)
    start_stylematte(network, tmp_path / "swin.bin")
    told, now = capsys.readouterr().err, network.state_dict()
    assert "the pixel decoder starts at random" in told
    if swin == "v1":  # the second has no norms behind its stages
        assert "6 tensors of norms behind its stages are not in it" in told
        assert (now["pixel_decoder.encoder.hidden_states_norms.stage4.weight"] == 0.5).all()
    last = "encoder.layers.3.blocks.1.layernorm_after.bias"
    assert torch.equal(now[f"pixel_decoder.encoder.{last}"], state[f"{model}.{last}"])
    with pytest.raises(UserError, match="no pixel decoder"):
        start_stylematte(network, tmp_path / "swin.bin", decoder=True)
    other = built(*name, f"network.swin={'v2' if swin == 'v1' else 'v1'}")[1].networks["alpha"]
    assert isinstance(other, StyleMatte)
    with pytest.raises(UserError, match="not the network's"):
        start_stylematte(other, tmp_path / "swin.bin")


def test_a_file_without_a_swin_is_refused(tmp_path):
    save_file({"weight": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(UserError, match="no Swin transformer"):
        built(f'network.encoder="{tmp_path}/other.safetensors"')


@pytest.mark.parametrize("changes", [(), ("network.head=last", "network.upsampling=bilinear")])
def test_exported_weights_answer_as_the_trained_network(changes, tmp_path, monkeypatch):
    sets = [*MADE, "steps=1", "network.narrow=1", *changes]
    config, setup = built(*sets)
    report = train(
        setup, config, out=tmp_path / "run", resume=False, device="cpu", recipe="stylematte"
    )
    assert report.finished
    export_run(tmp_path / "run", folder=tmp_path / "home" / "weights")
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "home" / "weights"))
    loaded = load_network("stylematte_small")
    image = torch.rand((1, 3, 64, 72), generator=torch.Generator().manual_seed(4))
    with torch.inference_mode():
        trained_one, again = setup.networks["alpha"].eval()(image), loaded.module(image)
    # what is loaded has its normalisation folded into its convolutions
    torch.testing.assert_close(again, trained_one, rtol=0, atol=1e-5)
    assert again.std() > 1e-3
    written = load_file(tmp_path / "home" / "weights" / "stylematte_small.safetensors")
    assert same(written, dict(setup.networks["alpha"].state_dict()))


def test_it_is_tuned_with_a_generated_set(tmp_path, monkeypatch):
    rows, cols = np.mgrid[:80, :72]
    alpha = np.clip((24 - np.hypot(rows - 40, cols - 36)) / 6, 0, 1).astype(np.float32)
    writer = GeneratedWriter(tmp_path / "own")
    image = np.random.default_rng(3).integers(0, 255, (80, 72, 3), dtype=np.uint8)
    writer.add(Photograph(image, alpha, "one"))
    monkeypatch.setenv("MATTE_DATA", "")
    setup = built("network.narrow=1")[1]
    torch.save(setup.networks["alpha"].state_dict(), tmp_path / "start.pt")
    where = ["--data", str(tmp_path / "own"), "--init", str(tmp_path / "start.pt")]
    sets = ["validate_every=0", "ema=off", "decoder.steps=0", "steps=2", "network.narrow=1"]
    told = [part for one in sets for part in ("--set", one)]
    arguments = ["finetune", "stylematte", "-c", "smoke", *where, "--out", str(tmp_path / "run")]
    assert exit_code(main, *arguments, *told) == 0
    state = state_of(tmp_path / "run")
    assert (state["step"], state["config"]["data"]["source"]) == (2, "photographs")
    assert state["config"]["loss"]["composed"] == 10
