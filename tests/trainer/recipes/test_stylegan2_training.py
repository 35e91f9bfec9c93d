"""stylegan2: who learns in which phase, what goes on from a checkpoint, and what is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from checkpoint_states import same
from safetensors.torch import load_file
from torch import Tensor

from engine.errors import BugError
from engine.models.stylegan2 import SMALL
from trainer.config import load_run
from trainer.distributed import connect
from trainer.export import export_run
from trainer.initial import start_from
from trainer.loop import build_setup, train
from trainer.phase import Setup, StepContext
from trainer.state import TrainingState
from trainer.step import PhaseStep

TINY = ("network.narrow=8", "network.resolution=16", "data.made=2", "validation.shown=1")


def built(*changes: str, config: str = "smoke") -> tuple[Any, Setup]:
    loaded = load_run("stylegan2", config, [*TINY, *changes])
    return loaded.config, build_setup(loaded)


def state_of(*changes: str) -> TrainingState:
    config, setup = built(*changes)
    state = TrainingState(setup, config, fabric=connect(config, device="cpu"), recipe="stylegan2")
    state.train_mode()
    return state


def batch_of(count: int = 4, planes: int = 3) -> dict[str, Tensor]:
    """Bright discs, all much the same."""
    rows, cols = torch.meshgrid(torch.arange(16), torch.arange(16), indexing="ij")
    radius = torch.linspace(4, 6, count).view(-1, 1, 1)
    disc = ((rows - 8) ** 2 + (cols - 8) ** 2 < radius**2).float()
    return {"image": (2 * disc - 1)[:, None].repeat(1, planes, 1, 1)}


def loss_of(terms: dict[str, Tensor]) -> float:
    return float(torch.stack(list(terms.values())).sum())


def test_penalties_come_every_so_many_steps_with_the_optimiser_of_their_network():
    state = state_of("regularisation.path_length_every=2", "regularisation.r1_every=3")
    found = [set(state.advance([batch_of()])) for _ in range(4)]
    main = {"generator", "discriminator"}
    path, r1 = {"generator_penalty"}, {"discriminator_penalty"}
    assert found == [main | path | r1, main, main | path, main | r1]
    phases = {step.phase.name: step for step in state.phases}
    for name in main:
        assert phases[name].optimizer is phases[f"{name}_penalty"].optimizer
        steps = {int(one["step"]) for one in phases[name].optimizer.state.values()}
        assert steps == {4, 6}  # two of the penalty's; of biases behind everything it says nothing


def test_rates_and_betas_are_those_of_lazy_regularisation():
    _, setup = built()
    rates = {phase.name: (phase.learning_rate, phase.betas) for phase in setup.phases}
    for name, k in (("generator", 4), ("discriminator", 16)):
        for own in (name, f"{name}_penalty"):
            rate, betas = rates[own]
            assert rate == pytest.approx(0.002 * k / (k + 1))
            assert betas == pytest.approx((0, 0.99 ** (k / (k + 1))))
    _, without = built("regularisation.r1=0", "regularisation.path_length=0")
    assert [phase.name for phase in without.phases] == ["generator", "discriminator"]
    assert {phase.learning_rate for phase in without.phases} == {0.002}


def test_a_phase_moves_its_own_network_alone():
    state = state_of()
    networks = state.setup.networks
    for step in state.phases:
        before = {n: [p.clone() for p in net.parameters()] for n, net in networks.items()}
        state._only(step)
        assert step.run([batch_of()], 0).good
        for name, net in networks.items():
            pairs = zip(before[name], net.parameters(), strict=True)
            moved = any(not torch.equal(a, b) for a, b in pairs)
            assert moved == step.phase.name.startswith(name)


def test_a_phase_that_cannot_share_is_refused():
    config, setup = built()
    fabric = connect(config, device="cpu")
    phases = setup.phases
    first = PhaseStep(phases[0], 0, fabric=fabric, config=config)
    for wrong in (replace(phases[1], shares="nobody"), replace(phases[2], shares="generator")):
        with pytest.raises(BugError, match="cannot share"):
            PhaseStep(wrong, 1, fabric=fabric, config=config, earlier=[first])


def test_only_the_generator_is_averaged_and_its_mean_style_is_copied():
    state = state_of()
    for _ in range(3):
        state.advance([batch_of()])
    assert state.averaged is not None
    assert set(state.averaged.networks) == {"generator"}
    live, mean = state.setup.networks["generator"], state.averaged.networks["generator"]
    assert bool(live.mapping.w_avg.any())
    assert torch.equal(live.mapping.w_avg, mean.mapping.w_avg)
    weights = live.mapping.fc0.weight, mean.mapping.fc0.weight
    assert not torch.equal(*weights)
    assert torch.allclose(*weights, atol=0.1 * float(weights[0].detach().std()))


def test_the_mean_style_follows_by_its_share():
    _, setup = built("tracking=0.75")
    generator = setup.networks["generator"]
    seen: list[Tensor] = []
    generator.mapping.register_forward_hook(lambda _, __, ws: seen.append(ws[:, 0]))
    setup.phases[0].loss(batch_of(), StepContext(0, torch.Generator(), lambda own: own))
    assert torch.allclose(generator.mapping.w_avg, 0.25 * seen[0].detach().mean(0), atol=1e-6)


def test_styles_are_mixed_as_often_as_asked():
    for share, fewest, most in ((0.0, 0, 0), (1.0, 64, 64), (0.5, 20, 44)):
        _, setup = built(f"mixing={share}")
        players = setup.phases[0].loss.players
        context = StepContext(0, torch.Generator().manual_seed(1), lambda own: own)
        ws = players.styles(64, context)
        mixed = (ws != ws[:, :1]).flatten(1).any(1)
        assert fewest <= int(mixed.sum()) <= most
        changes = (ws[:, 1:] != ws[:, :-1]).any(2).sum(1)
        assert set(changes.tolist()) <= {0, 1}  # one z from the first layer, the other to the last


@pytest.mark.parametrize(("number", "name"), [(2, "discriminator"), (0, "generator")])
def test_a_network_gains_on_the_other_while_that_one_waits(number, name):
    """On a few pictures learnt by heart."""
    state = state_of("augmentation.probability=0", "augmentation.target=off")
    step = state.phases[number]
    assert step.phase.name == name
    state._only(step)
    losses = [loss_of(step.run([batch_of()], 0).terms) for _ in range(12)]
    assert losses[-1] < 0.7 * losses[0]


def test_a_stopped_run_goes_on_bit_for_bit_with_its_augmentation(tmp_path):
    sets = [*TINY, "steps=4", "augmentation.every=2", "checkpoint_every=1", "validate_every=0"]
    sets += ["regularisation.path_length_every=2", "regularisation.r1_every=3", "micro_batch=1"]
    loaded = load_run("stylegan2", "smoke", sets)

    def run(out: Path, **options: Any) -> dict[str, Any]:
        options = {"resume": False, "recipe": "stylegan2", "device": "cpu"} | options
        report = train(build_setup(loaded), loaded.config, out=out, **options)
        assert report.checkpoint is not None
        return dict(torch.load(report.checkpoint, weights_only=True))

    whole = run(tmp_path / "whole")
    run(tmp_path / "parts", stop_after=3)
    resumed = run(tmp_path / "parts", resume=True)
    assert same(resumed, whole)
    kept = whole["resources"]
    assert kept["augmentation"]["value"] != 0.5 and kept["path_length"]["mean"] > 0
    assert whole["phases"]["generator_penalty"]["optimizer"] is None


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("run")
    sets = [*TINY[2:], "network.resolution=16", "steps=1"]
    loaded = load_run("stylegan2", "smoke", sets)
    train(build_setup(loaded), loaded.config, out=out, resume=False, recipe="stylegan2")
    return out


def test_both_networks_are_written_and_start_another_run(finished, tmp_path, monkeypatch):
    rows = export_run(finished, folder=tmp_path, name="mine")
    assert [row.model for row in rows] == ["mine", "mine_discriminator"]
    assert [row.network for row in rows] == ["stylegan2", "stylegan2_discriminator"]
    best = torch.load(finished / "checkpoints" / "best.pt", weights_only=True)
    written = [load_file(tmp_path / row.file) for row in rows]
    assert same(written[0], dict(best["averaged"]["generator"]))
    assert same(written[1], dict(best["networks"]["discriminator"]))
    assert set(rows[0].figures) == {"fd_ours", "fd_ours_floor", "made", "real"}

    monkeypatch.setenv("MATTE_HOME", str(tmp_path))
    for weights in (str(finished), str(tmp_path / "mine.safetensors"), "mine"):
        torch.manual_seed(9)
        loaded = load_run("stylegan2", "smoke", [*TINY[2:], "network.resolution=16"])
        setup = build_setup(loaded)
        start_from(setup, weights)
        for (name, network), wanted in zip(setup.networks.items(), written, strict=True):
            assert same(dict(network.state_dict()), wanted), (weights, name)


def test_what_a_network_is_exported_as():
    def of(*changes: str) -> tuple[Any, Any]:
        setup = build_setup(load_run("stylegan2", "default", ["data.source=made", *changes]))
        return setup.exported, setup.companions

    small = ("portrait_small", "portrait_small_discriminator")
    assert of() == (("generator", small[0]), (("discriminator", small[1]),))
    other = ("generator", "stylegan2"), (("discriminator", "stylegan2_discriminator"),)
    assert of("network.resolution=32") == other
    assert of("network.colours=4") == other
    assert of("network.narrow=2") == (None, ())


def test_four_planes_are_learnt_from_heads_with_their_mattes():
    state = state_of("network.colours=4", "augmentation.probability=1")
    sample = state.setup.samples.sample(0)["image"]
    assert sample.shape == (4, 16, 16)
    assert all(
        one.good for one in state.advance([{"image": sample[None].repeat(2, 1, 1, 1)}]).values()
    )
    assert state.setup.networks["generator"].size.colours == 4


def test_the_published_constants():
    config = load_run("stylegan2", "paper").config
    assert (config.global_batch, config.steps * config.global_batch) == (32, 25_000_000)
    regular = config.regularisation
    assert (regular.r1, regular.r1_every) == (10, 16)
    assert (regular.path_length, regular.path_length_every, regular.path_length_shrink) == (2, 4, 2)
    assert (config.learning.rate, config.learning.betas) == (0.002, (0, 0.99))
    assert (config.ema.half_life, config.ema.ramp_up) == (10_000, None)
    assert (config.mixing, config.augmentation.target) == (0.9, "off")
    small = load_run("stylegan2", "default").config
    assert small.network.size() == SMALL
    assert (small.augmentation.target, small.augmentation.every) == (0.6, 4)
    assert small.augmentation.images == 500_000
