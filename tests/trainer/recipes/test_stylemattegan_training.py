"""stylemattegan: both stages, who learns in which phase, what goes on, what others start from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from checkpoint_states import same
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import UserError
from engine.models.stylegan2_discriminator import Discriminator
from engine.models.stylegan3 import SMALL, Generator
from engine.models.stylegan3_layers import HALF_LIFE
from trainer.config import load_run
from trainer.data.rgba_set import RgbaWriter
from trainer.distributed import connect
from trainer.export import export_run
from trainer.initial import start_from
from trainer.loop import build_setup, train
from trainer.losses.stylemattegan import Equation
from trainer.phase import Setup, StepContext
from trainer.state import TrainingState

SIDE = 16
TINY = (
    f"network.resolution={SIDE}",
    "network.narrow=8",
    "data.source=rgba",
    "data.mirror=false",
    "loss.warm_up=0",
    "augmentation.probability=0.2",
    "validation.shown=1",
)


@pytest.fixture(scope="module")
def portraits(tmp_path_factory) -> Path:
    """A set of discs before noise."""
    folder = tmp_path_factory.mktemp("rgba")
    writer = RgbaWriter(folder)
    rng = np.random.default_rng(1)
    rows, cols = np.mgrid[:20, :24]
    for number in range(3):
        alpha = np.clip(8 - np.hypot(rows - 9.5, cols - 11.5) + number / 4, 0, 1)
        image = rng.integers(0, 256, (20, 24, 3), np.uint8)
        writer.add(str(number), image, alpha.astype(np.float32), made={})
    return folder


@pytest.fixture
def built(portraits):
    """Builds the smoke config, changed."""

    def build(*changes: str, config: str = "smoke") -> tuple[Any, Setup]:
        sets = [*TINY, f'data.folder="{portraits}"', *changes]
        loaded = load_run("stylemattegan", config, sets)
        return loaded.config, build_setup(loaded)

    return build


@pytest.fixture
def state_of(built):
    def state(*changes: str) -> TrainingState:
        config, setup = built(*changes)
        fabric = connect(config, device="cpu")
        made = TrainingState(setup, config, fabric=fabric, recipe="stylemattegan")
        made.train_mode()
        return made

    return state


def batch_of(count: int = 4) -> dict[str, Tensor]:
    """Bright discs with their mattes, all much the same, and plain backgrounds."""
    rows, cols = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    radius = torch.linspace(4, 6, count).view(-1, 1, 1)
    disc = 2 * ((rows - 8) ** 2 + (cols - 8) ** 2 < radius**2).float() - 1
    plain = torch.linspace(-0.5, 0.5, count).view(-1, 1, 1, 1).expand(-1, 3, SIDE, SIDE)
    return {"image": disc[:, None].repeat(1, 4, 1, 1), "background": plain.contiguous()}


def alone(step: int = 0, seed: int = 0) -> StepContext:
    return StepContext(step, torch.Generator().manual_seed(seed), lambda own: own)


def sum_of(terms: dict[str, Tensor]) -> float:
    return float(torch.stack(list(terms.values())).sum())


def first_layer(generator: Generator) -> torch.nn.Module:
    return generator.synthesis.get_submodule(generator.size.rows[0].name)


def weights(network: torch.nn.Module) -> list[Tensor]:
    return [p.detach().clone() for p in network.parameters()]


def moved(network: torch.nn.Module, before: list[Tensor]) -> bool:
    pairs = zip(before, network.parameters(), strict=True)
    return any(not torch.equal(old, new) for old, new in pairs)


def test_each_phase_moves_what_it_should(state_of):
    state = state_of()
    networks = state.setup.networks
    learners = {
        "generator": {"generator"},
        "discriminator": {"discriminator", "heads"},
        "discriminator_penalty": {"discriminator"},
    }
    assert [step.phase.name for step in state.phases] == list(learners)
    for step in state.phases:
        before = {name: weights(network) for name, network in networks.items()}
        state._only(step)
        assert step.run([batch_of()], 0).good
        found = {name for name, network in networks.items() if moved(network, before[name])}
        # momentum of the phase before may move the heads in the penalty's step
        assert found - {"heads"} == learners[step.phase.name] - {"heads"}
        assert "features" not in found
        assert ("heads" in found) >= ("heads" in learners[step.phase.name])


def test_the_first_stage_knows_d4_alone(built):
    config, setup = built("stage=first")
    assert set(setup.networks) == {"generator", "discriminator"}
    assert set(setup.samples.sample(0)) == {"image"}
    assert set(setup.phases[0].loss(batch_of(), alone())) == {"fooling"}
    k = config.regularisation.r1_every
    rates = {phase.name: phase.learning_rate for phase in setup.phases}
    assert rates["generator"] == config.learning.rate  # nothing lazy of its own
    assert rates["discriminator"] == pytest.approx(config.discriminator.rate * k / (k + 1))


def test_samples_are_portraits_with_mattes_and_backgrounds(built):
    _, setup = built()
    sample = setup.samples.sample(5)
    assert sample["image"].shape == (4, SIDE, SIDE)
    assert sample["background"].shape == (3, SIDE, SIDE)
    assert float(sample["image"][3].max()) == 1 and float(sample["image"][3].min()) == -1
    assert same(dict(setup.samples.sample(5)), dict(sample))
    assert not torch.equal(setup.samples.sample(6)["background"], sample["background"])


def test_d3_waits_until_the_warm_up_is_over(state_of):
    state = state_of("loss.warm_up=4", "global_batch=4")
    heads = weights(state.setup.networks["heads"])
    terms = state.advance([batch_of()])
    assert set(terms["generator"].terms) == {"fooling"}
    assert not moved(state.setup.networks["heads"], heads)
    terms = state.advance([batch_of()])
    assert set(terms["generator"].terms) == {"fooling", "fooling_composed"}
    assert set(terms["discriminator"].terms) == {"real", "fake", "real_composed", "fake_composed"}
    assert moved(state.setup.networks["heads"], heads)


def test_lambdas_weigh_what_is_real_or_everything(built):
    def terms(*changes: str) -> dict[str, float]:
        torch.manual_seed(3)
        _, setup = built(*changes)
        found = [phase.loss(batch_of(), alone()) for phase in setup.phases[:2]]
        return {name: float(value) for each in found for name, value in each.items()}

    plain = terms()
    for name, whole in (("real", False), ("all", True)):
        weighed = terms("loss.lambda3=2", "loss.lambda4=0.5", f"loss.weighed={name}")
        factors = {term: weighed[term] / plain[term] for term in plain}
        other = (2.0, 0.5) if whole else (1.0, 1.0)
        assert factors == pytest.approx(
            {
                "fooling": other[1],
                "fooling_composed": other[0],
                "real": 0.5,
                "fake": other[1],
                "real_composed": 2.0,
                "fake_composed": other[0],
            }
        )
    assert Equation(2, 3, real_alone=True).elsewhere == (1, 1)


@pytest.mark.parametrize(("number", "share"), [(1, 0.9), (0, 0.97)])
def test_a_network_gains_on_the_others_while_they_wait(state_of, number, share):
    """On a few pictures learnt by heart; the generator is too narrow for more."""
    state = state_of("augmentation.probability=0", "augmentation.target=off")
    step = state.phases[number]
    state._only(step)
    losses = [sum_of(step.run([batch_of()], 0).terms) for _ in range(16)]
    assert losses[-1] < share * losses[0]


def test_means_follow_in_the_discriminators_phase(built):
    _, setup = built("tracking=0.75")
    generator = setup.networks["generator"]
    seen: list[Tensor] = []
    generator.mapping.register_forward_hook(lambda _, __, ws: seen.append(ws[:, 0]))
    setup.phases[0].loss(batch_of(), alone())
    assert not generator.mapping.w_avg.any()
    magnitude = first_layer(generator).magnitude_ema
    assert float(magnitude) == 1
    setup.phases[1].loss(batch_of(), alone())
    assert torch.allclose(generator.mapping.w_avg, 0.25 * seen[1].detach().mean(0), atol=1e-6)
    assert float(magnitude) != 1


def test_processes_have_the_same_means_as_one_that_sees_all(built):
    """Two processes that see the same pictures move as far as one does that sees them twice."""
    _, setup = built()
    players = setup.phases[0].loss.players
    magnitude = first_layer(players.generator).magnitude_ema

    def moved_by(world: int) -> float:
        magnitude.fill_(1.0)
        context = StepContext(0, torch.Generator().manual_seed(1), lambda x: world * x, 0, world)
        players.made(4, context, learning=False)
        return float(magnitude) - 1

    once, twice = moved_by(1), moved_by(2)
    shares = [1 - 0.5 ** (count / HALF_LIFE) for count in (4, 8)]
    assert twice / once == pytest.approx(shares[1] / shares[0], rel=0.05)


def test_a_stopped_run_goes_on_bit_for_bit(portraits, tmp_path):
    sets = [*TINY, f'data.folder="{portraits}"', "steps=3", "validate_every=0", "micro_batch=1"]
    sets += ["regularisation.r1_every=2", "loss.warm_up=2"]
    loaded = load_run("stylemattegan", "smoke", sets)

    def run(out: Path, **options: Any) -> dict[str, Any]:
        options = {"resume": False, "recipe": "stylemattegan", "device": "cpu"} | options
        report = train(build_setup(loaded), loaded.config, out=out, **options)
        assert report.checkpoint is not None
        return dict(torch.load(report.checkpoint, weights_only=True))

    whole = run(tmp_path / "whole")
    run(tmp_path / "parts", stop_after=2)
    assert same(run(tmp_path / "parts", resume=True), whole)
    assert whole["resources"]["augmentation"]["value"] != 0.2


@pytest.fixture(scope="module")
def finished(portraits, tmp_path_factory) -> Path:
    """A run of the first stage that can be exported."""
    out = tmp_path_factory.mktemp("run")
    sets = [*(one for one in TINY if "narrow" not in one), f'data.folder="{portraits}"']
    loaded = load_run("stylemattegan", "smoke", [*sets, "stage=first", "steps=1"])
    train(build_setup(loaded), loaded.config, out=out, resume=False, recipe="stylemattegan")
    return out


def test_the_second_stage_goes_on_from_the_first(finished, built, tmp_path, monkeypatch):
    rows = export_run(finished, folder=tmp_path, name="mine")
    assert [row.model for row in rows] == ["mine", "mine_discriminator"]
    assert set(rows[0].figures) >= {"fd_ours", "fd_ours_cutouts", "fd_ours_floor_cutouts"}
    best = torch.load(finished / "checkpoints" / "best.pt", weights_only=True)
    wanted = {
        "generator": dict(best["averaged"]["generator"]),
        "discriminator": dict(best["networks"]["discriminator"]),
    }
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))
    for start in (str(finished), str(tmp_path / "mine.safetensors"), "mine"):
        torch.manual_seed(9)
        _, setup = built("network.narrow=1")
        start_from(setup, start)
        for name, state in wanted.items():
            assert same(dict(setup.networks[name].state_dict()), state), (start, name)


def test_networks_of_colours_grow_the_matte(built, tmp_path):
    config, _ = built()
    torch.manual_seed(4)
    size, judge = config.network.sizes()
    colours = Generator(replace(size, colours=3)).eval()
    save_file(colours.state_dict(), tmp_path / "faces.safetensors")
    critic = Discriminator(replace(judge, colours=3))
    save_file(critic.state_dict(), tmp_path / "faces_discriminator.safetensors")
    _, setup = built(f'network.grown_from="{tmp_path / "faces.safetensors"}"')
    z = torch.randn(2, size.latent)
    with torch.no_grad():
        made = setup.networks["generator"].eval()(z)
        assert torch.allclose(made[:, :3], colours(z), atol=1e-5)
    assert float(made[:, 3].std()) > 0
    block = f"b{SIDE}.fromrgb.weight"
    assert setup.networks["discriminator"].state_dict()[block].shape[1] == 4
    with pytest.raises(UserError, match="three planes"):
        save_file(setup.networks["generator"].state_dict(), tmp_path / "faces.safetensors")
        built(f'network.grown_from="{tmp_path / "faces.safetensors"}"')


def test_what_a_network_is_exported_as(built):
    whole = "network.narrow=1"
    assert built(whole, "network.resolution=64")[1].exported == ("generator", "stylemattegan_small")
    assert built(whole)[1].exported == ("generator", "stylegan3")
    assert built(whole)[1].companions == (("discriminator", "stylegan3_discriminator"),)
    assert built()[1].exported is None


def test_configuration_r_begins_with_a_blur(built):
    for name, spread in (("stylegan3_r", 10), ("stylegan3_t", 0)):
        _, setup = built(f"network.name={name}", "global_batch=4", "network.narrow=64")
        blur = setup.phases[0].loss.players.blur
        assert [blur.at(step) for step in (0, 25_000, 50_000)] == [spread, spread / 2, 0]


def test_the_published_constants():
    paper = load_run("stylemattegan", "paper").config
    assert (paper.stage, paper.network.name, paper.global_batch) == ("first", "stylegan3_t", 32)
    assert (paper.regularisation.r1, paper.regularisation.r1_every) == (6.6, 16)
    assert (paper.learning.rate, paper.discriminator.rate) == (2.5e-3, 2e-3)
    assert paper.learning.betas == paper.discriminator.betas == (0, 0.99)
    assert (paper.loss.weighed, paper.loss.features, paper.loss.target) == ("real", "clip", 0.8)
    assert (paper.augmentation.target, paper.augmentation.images) == (0.6, 500_000)
    assert (paper.ema.half_life, paper.ema.ramp_up, paper.tracking) == (10_000, 0.05, 0.998)
    released = load_run("stylemattegan", "released").config
    assert (released.stage, released.loss.weighed) == ("second", "all")
    assert (released.loss.warm_up, released.augmentation.images) == (500_000, 100_000)
    assert (released.ema.ramp_up, released.loss.lambda3) == (None, 1)
    small = load_run("stylemattegan", "default").config
    assert small.network.sizes()[0] == SMALL
