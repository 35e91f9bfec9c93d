"""pomagan_segmentation: who learns in which phase, what each term counts, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from engine.errors import UserError
from engine.models.segmentation_net import SMALL, SegmentationNet
from trainer.checkpoint import Checkpoints
from trainer.config import load_run
from trainer.distributed import connect
from trainer.initial import start_from
from trainer.loop import build_setup
from trainer.phase import Setup, StepContext
from trainer.state import TrainingState

TINY = ("network.narrow=8", "discriminator.width=4")
TERMS = ("adversarial", "perceptual", "segmentation", "border")


def built(*changes: str, config: str = "smoke") -> tuple[Any, Setup]:
    loaded = load_run("pomagan_segmentation", config, [*TINY, *changes])
    return loaded.config, build_setup(loaded)


def batch_of(count: int = 2) -> dict[str, Tensor]:
    """Bright discs on darker noise."""
    rows, columns = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    centres = torch.linspace(24, 40, count).view(count, 1, 1)
    alpha = ((rows - 32) ** 2 + (columns - centres) ** 2 < 18**2).float()[:, None]
    noise = torch.rand((count, 3, 64, 64), generator=torch.Generator().manual_seed(0))
    return {"image": 0.5 * noise + 0.5 * alpha, "alpha": alpha}


def terms_of(setup: Setup, phase: int = 0) -> dict[str, Tensor]:
    setup.networks["segmentation"].train()
    context = StepContext(0, torch.Generator(), lambda own: own)
    return setup.phases[phase].loss(batch_of(), context)


@pytest.mark.parametrize("term", TERMS)
def test_each_term_teaches_encoder_and_decoder(term: str) -> None:
    others = [f"loss.{name}=0" for name in TERMS if name not in (term, "adversarial")]
    _, setup = built(*others, f"loss.{term}=1")
    terms = terms_of(setup)
    assert set(terms) == {term, "adversarial"}
    terms[term].backward()
    network = setup.networks["segmentation"]
    for name in ("encoder", "bottom", "decoder"):
        gradients = [p.grad for p in getattr(network, name).parameters()]
        assert all(gradient is not None and gradient.any() for gradient in gradients)


def test_a_phase_leaves_the_other_networks_as_they_are() -> None:
    _, setup = built()
    networks, (own, other) = setup.networks, setup.phases
    assert set(networks) == {"segmentation", "discriminator", "features"}
    assert (own.name, other.name) == ("segmentation", "discriminator")
    sum(terms_of(setup).values()).backward()
    assert all(p.grad is not None for p in own.parameters)
    for name in ("discriminator", "features"):
        assert all(p.grad is None for p in networks[name].parameters())

    for parameter in own.parameters:
        parameter.grad = None
    before = {key: value.clone() for key, value in networks["segmentation"].state_dict().items()}
    terms = terms_of(setup, phase=1)
    assert list(terms) == ["real", "fake"]
    sum(terms.values()).backward()
    assert all(p.grad is not None for p in other.parameters)
    assert all(p.grad is None for p in own.parameters)
    now = networks["segmentation"].state_dict()
    assert all(torch.equal(value, now[key]) for key, value in before.items())


def test_terms_inside_the_sum_count_once_for_each_discriminator() -> None:
    """Equation 7 leaves the border outside, equation 11 doesn't; alone nothing is counted twice."""
    inside = 'loss.in_sum=["perceptual", "segmentation", "border"]'
    found = {
        name: {key: value.detach() for key, value in terms_of(built(*changes)[1]).items()}
        for name, changes in {
            "alone": ("loss.adversarial=0", inside),
            "equation 7": (),
            "equation 11": (inside,),
            "two": ("discriminator.scales=2",),
            "doubled": ("loss.border=20",),
        }.items()
    }
    for name, term, times in (
        ("equation 7", "perceptual", 3),
        ("equation 7", "segmentation", 3),
        ("equation 7", "border", 1),
        ("equation 11", "border", 3),
        ("two", "segmentation", 2),
        ("doubled", "border", 2),
    ):
        torch.testing.assert_close(found[name][term], times * found["alone"][term])
    assert "adversarial" not in found["alone"]


def test_without_discriminators_there_is_one_phase() -> None:
    _, setup = built("loss.adversarial=0", "loss.perceptual=0", "loss.features=vgg19")
    assert list(setup.networks) == ["segmentation"]
    assert [phase.name for phase in setup.phases] == ["segmentation"]


def test_the_published_rates_and_weights() -> None:
    config = load_run("pomagan_segmentation", "paper").config
    assert isinstance(config.loss.in_sum, tuple)
    assert (config.learning.rate, config.discriminator.learning.rate) == (1e-4, 1e-5)
    assert [getattr(config.loss, term) for term in TERMS] == [1, 10, 10, 10]
    assert config.loss.in_sum == ("perceptual", "segmentation")
    assert (config.loss.cross_entropy, config.global_batch) == (0, 2)
    assert (config.people.matted, config.people.copies) == (1, 100)


def test_generator_and_discriminators_learn_a_batch_by_heart() -> None:
    config, setup = built(
        "ema=off",
        "steps=40",
        "schedule.shape=constant",
        "learning.rate=0.003",
        "discriminator.learning.rate=0.001",
    )
    state = TrainingState(setup, config, fabric=connect(config, device="cpu"), recipe="")
    state.train_mode()
    outcomes = [state.advance([batch_of()]) for _ in range(config.steps)]
    for name, share in (("segmentation", 0.6), ("discriminator", 0.75)):
        assert all(one[name].good for one in outcomes)
        losses = [float(torch.stack(list(one[name].terms.values())).sum()) for one in outcomes]
        assert sum(losses[-3:]) < share * sum(losses[:3])


@pytest.mark.parametrize("kind", ["file", "run"])
def test_the_second_stage_starts_from_the_firsts_weights(kind: str, tmp_path) -> None:
    torch.manual_seed(5)
    first = SegmentationNet(SMALL).state_dict()
    torch.save(first, tmp_path / "first.pt")
    Checkpoints(tmp_path).save_best({"networks": {"segmentation": first}, "averaged": {}})
    _, setup = built("network.narrow=1")
    before = {key: one.clone() for key, one in setup.networks["discriminator"].state_dict().items()}
    start_from(setup, str(tmp_path / "first.pt" if kind == "file" else tmp_path))
    now = setup.networks["segmentation"].state_dict()
    assert all(torch.equal(one, now[key]) for key, one in first.items())
    after = setup.networks["discriminator"].state_dict()
    assert all(torch.equal(one, after[key]) for key, one in before.items())


def test_the_perceptual_term_is_refused_by_name_without_its_network() -> None:
    with pytest.raises(UserError, match=r"perceptual term has no weights of VGG-19"):
        built("loss.features=vgg19")
    with pytest.raises(UserError, match=r"perceptual term has no segmenter"):
        built("loss.features=segmenter")
    with pytest.raises(UserError, match=r"layer_weights"):
        built("loss.layer_weights=[1, 1, 1, 1, 0]")
