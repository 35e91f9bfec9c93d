"""pomagan_alpha: what equation 11 counts, each row of the ablations, whose map it is, learning."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import UserError
from engine.models.segmentation_net import build_small
from trainer.config import load_run
from trainer.distributed import connect
from trainer.loop import build_setup
from trainer.losses.border import border_map
from trainer.phase import Setup, StepContext
from trainer.state import TrainingState

TINY = ("network.narrow=6", "discriminator.width=4")
TERMS = ("perceptual", "alpha", "border")


def built(*changes: str, config: str = "smoke") -> tuple[Any, Setup]:
    loaded = load_run("pomagan_alpha", config, [*TINY, *changes])
    return loaded.config, build_setup(loaded)


def batch_of(count: int = 2) -> dict[str, Tensor]:
    """Bright discs with soft edges on darker noise, boxes for maps."""
    rows, columns = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    centres = torch.linspace(24, 40, count).view(count, 1, 1)
    depth = 18 - ((rows - 32) ** 2 + (columns - centres) ** 2).sqrt()
    alpha = (depth / 4 + 0.5).clamp(0, 1)[:, None]
    coarse = ((rows - 32).abs().maximum((columns - centres).abs()) < 17).float()[:, None]
    made = torch.Generator().manual_seed(0)
    noise, behind = torch.rand((2, count, 3, 64, 64), generator=made)
    image = 0.5 * noise + 0.5 * alpha
    return {"image": image, "alpha": alpha, "map": coarse, "behind": behind}


def terms_of(setup: Setup, phase: int = 0, **changed: Tensor) -> dict[str, Tensor]:
    setup.networks["alpha"].train()
    context = StepContext(0, torch.Generator(), lambda own: own)
    return setup.phases[phase].loss(batch_of() | changed, context)


def values_of(*changes: str, **changed: Tensor) -> dict[str, Tensor]:
    return {key: term.detach() for key, term in terms_of(built(*changes)[1], **changed).items()}


@pytest.mark.parametrize("term", ["adversarial", *TERMS])
def test_each_term_teaches_both_encoders_and_the_decoder(term: str) -> None:
    _, setup = built()
    terms = terms_of(setup)
    assert set(terms) == {"adversarial", *TERMS}
    terms[term].backward()
    network = setup.networks["alpha"]
    for part in ("encoder", "block", "bottom", "decoder"):
        gradients = [p.grad for p in getattr(network, part).parameters()]
        assert all(gradient is not None and gradient.any() for gradient in gradients), part


def test_a_phase_leaves_the_other_networks_as_they_are() -> None:
    _, setup = built()
    own, other = setup.phases
    sum(terms_of(setup, phase=1).values()).backward()
    assert all(p.grad is not None for p in other.parameters)
    assert all(p.grad is None for p in own.parameters)
    for parameter in other.parameters:
        parameter.grad = None
    sum(terms_of(setup).values()).backward()
    assert all(p.grad is not None for p in own.parameters)
    assert all(p.grad is None for p in other.parameters)


def test_the_terms_are_the_papers() -> None:
    """By hand, from what the network answers (equations 8, 9, 10 and 11)."""
    _, setup = built()
    found = {key: term.detach() for key, term in terms_of(setup).items()}
    batch = batch_of()
    with torch.no_grad():
        matte = setup.networks["alpha"](batch["image"], batch["map"]).sigmoid()
    image, truth, behind = (batch[name] for name in ("image", "alpha", "behind"))
    apart = (truth - matte).abs()
    composed = image * truth + behind * (1 - truth) - (image * matte + behind * (1 - matte))
    pixels = [apart.mean(), (image * apart).mean(), composed.abs().mean()]
    torch.testing.assert_close(found["alpha"], 100 * 3 * sum(pixels), rtol=1e-4, atol=0)
    near = border_map(truth, 7)
    at_border = [
        (near * picture).sum() / near.expand_as(picture).sum()
        for picture in (apart, image * apart, composed.abs())
    ]
    torch.testing.assert_close(found["border"], 100 * 3 * sum(at_border), rtol=1e-4, atol=0)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ('loss.terms=["alpha"]', {"adversarial", "alpha"}),
        ('loss.terms=["perceptual", "alpha"]', {"adversarial", "perceptual", "alpha"}),
        ("loss.adversarial=0", set(TERMS)),
    ],
)
def test_each_row_of_the_losses_table_is_one_setting(change: str, left: set[str]) -> None:
    _, setup = built(change)
    assert set(terms_of(setup)) == left
    assert ("features" in setup.networks) is ("perceptual" in left)
    assert ("discriminator" in setup.networks) is ("adversarial" in left)


def test_each_row_of_the_pictures_table_adds_to_every_term() -> None:
    rows = [["map"], ["map", "foreground"], ["map", "foreground", "image"]]
    found = [values_of(f"loss.pictures={row}") for row in rows]
    for term in TERMS:
        assert found[0][term] < found[1][term] < found[2][term]
    assert found[0]["adversarial"] == found[2]["adversarial"]
    other = torch.zeros(2, 3, 64, 64)
    for row, matters in zip(rows, (False, False, True), strict=True):
        one, two = (
            values_of(f"loss.pictures={row}"),
            values_of(f"loss.pictures={row}", behind=other),
        )
        assert (one["alpha"] != two["alpha"]) == matters


def test_the_border_can_be_left_out_of_the_sum() -> None:
    printed = values_of()
    outside = values_of('loss.in_sum=["perceptual", "alpha"]')
    torch.testing.assert_close(printed["border"], 3 * outside["border"])
    torch.testing.assert_close(printed["alpha"], outside["alpha"])


def test_without_the_block_it_trains_and_is_not_exported() -> None:
    _, setup = built("network.segmentation_block=false", "network.narrow=1")
    assert setup.exported is None
    assert setup.networks["alpha"].block is None
    assert all(torch.isfinite(term) for term in terms_of(setup).values())
    assert built("network.narrow=1")[1].exported == ("alpha", "pomagan_small")


def test_a_segmenter_that_is_named_makes_the_map(tmp_path) -> None:
    torch.manual_seed(0)
    save_file(build_small().state_dict(), tmp_path / "mine.safetensors")
    named = f'guidance.network="{tmp_path / "mine.safetensors"}"'
    _, setup = built(named)
    segmenter = setup.networks["segmentation"]
    assert not segmenter.training and not any(p.requires_grad for p in segmenter.parameters())
    batch = batch_of()
    with torch.no_grad():
        answer = segmenter.predict(batch["image"])
    ours = {
        key: one.detach() for key, one in terms_of(setup, map=torch.zeros(2, 1, 64, 64)).items()
    }
    wanted = values_of(map=answer)
    assert all(torch.equal(ours[key], wanted[key]) for key in TERMS)
    with pytest.raises(UserError, match="no weights for 'somebody'"):
        built("guidance.network=somebody")


def test_the_published_rates_and_weights() -> None:
    config: Any = load_run("pomagan_alpha", "paper").config
    loss = config.loss
    assert (loss.adversarial, loss.perceptual, loss.alpha, loss.border) == (1, 10, 100, 100)
    assert loss.in_sum == loss.terms == TERMS
    assert loss.pictures == ("map", "foreground", "image")
    assert (config.learning.rate, config.discriminator.learning.rate) == (1e-4, 1e-5)
    assert (config.global_batch, config.framing.shapes) == (1, ((1280, 768),))
    assert config.framing.resized and config.data.pieces == "frames"
    segmentation: Any = load_run("pomagan_segmentation", "paper").config
    assert config.people == segmentation.people


def test_both_networks_learn_a_batch_by_heart() -> None:
    config, setup = built(
        "ema=off",
        "steps=30",
        "schedule.shape=constant",
        "learning.rate=0.003",
        "discriminator.learning.rate=0.001",
    )
    state = TrainingState(setup, config, fabric=connect(config, device="cpu"), recipe="")
    state.train_mode()
    outcomes = [state.advance([batch_of()]) for _ in range(config.steps)]
    losses = {
        name: [float(torch.stack(list(one[name].terms.values())).sum()) for one in outcomes]
        for name in ("alpha", "discriminator")
    }
    assert all(phase.good for one in outcomes for phase in one.values())
    assert sum(losses["alpha"][-3:]) < 0.6 * sum(losses["alpha"][:3])
    # the better the matte, the harder it is to tell: the discriminators' loss falls, then rises
    assert min(losses["discriminator"]) < 0.75 * losses["discriminator"][0]
