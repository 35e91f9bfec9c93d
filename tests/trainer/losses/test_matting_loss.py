from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.models.refinement import Heads, dilate, fuse, uncertain
from trainer.losses.matting import LEVEL_WEIGHTS, WIDEST, MattingLoss
from trainer.phase import StepContext

SIZE = 48


def context(step: int, seed: int = 0) -> StepContext:
    return StepContext(step, torch.Generator().manual_seed(seed), lambda own: own)


def batch_of(images: int = 2) -> dict[str, Tensor]:
    ramp = (torch.linspace(-1, 2, SIZE).clamp(0, 1)).expand(images, 1, SIZE, SIZE).contiguous()
    drawn = torch.rand((3, images, 3, SIZE, SIZE), generator=torch.Generator().manual_seed(9))
    return {
        "alpha": ramp,
        "unknown": dilate(uncertain(ramp), 5),
        "foreground": drawn[0],
        "background": drawn[1],
        "image": ramp * drawn[0] + (1 - ramp) * drawn[1],
    }


def heads_of(images: int = 2, seed: int = 1) -> Heads:
    drawn = torch.rand((3, images, 1, SIZE, SIZE), generator=torch.Generator().manual_seed(seed))
    sure = torch.linspace(-2, 3, SIZE).expand(images, 1, SIZE, SIZE)
    return Heads(*(0.9 * sure + 0.1 * raw for raw in drawn))


def test_right_mattes_cost_nothing_at_every_age() -> None:
    batch = batch_of()
    for step in (0, 7_000, 20_000):
        terms = MattingLoss()(Heads(*[batch["alpha"]] * 3), batch, context(step))
        assert max(float(term) for term in terms.values()) < 1e-6


def test_terms_are_named_by_kind_and_head() -> None:
    terms = MattingLoss()(heads_of(), batch_of(), context(0))
    assert list(terms) == [
        f"{kind}_{head}"
        for head in ("os8", "os4", "os1")
        for kind in ("l1", "composition", "laplacian")
    ]


def test_without_a_composition_term_no_colours_are_needed() -> None:
    batch = {key: batch_of()[key] for key in ("alpha", "unknown")}
    terms = MattingLoss(composition=0.0)(heads_of(), batch, context(20_000))
    assert not any(name.startswith("composition") for name in terms)


@pytest.mark.parametrize(("name", "weights"), LEVEL_WEIGHTS.items())
def test_level_weights_scale_each_head(name: str, weights: tuple[float, float, float]) -> None:
    batch, heads = batch_of(), Heads(*[batch_of()["alpha"] + 0.1] * 3)
    terms = MattingLoss(level_weights=weights, composition=0.0, laplacian=0.0)(
        heads, batch, context(0)
    )
    for term, weight in zip(terms.values(), weights, strict=True):
        assert float(term) == pytest.approx(0.1 * weight, rel=1e-4), name


def test_the_paper_weighs_one_two_three_and_the_code_one_one_two() -> None:
    assert [6 * weight for weight in LEVEL_WEIGHTS["paper"]] == pytest.approx([1, 2, 3])
    assert [5 * weight for weight in LEVEL_WEIGHTS["code"]] == pytest.approx([1, 1, 2])


def test_young_networks_are_judged_raw_in_the_true_unknown_region() -> None:
    batch, heads = batch_of(), heads_of()
    young = context(4_999)
    before = young.generator.get_state()
    levels = MattingLoss().levels(heads, batch, young)
    assert [level.matte is head for level, head in zip(levels, heads, strict=True)] == [True] * 3
    assert bool(levels[0].mask.all())
    assert torch.equal(levels[1].mask, batch["unknown"])
    assert torch.equal(levels[2].mask, batch["unknown"])
    assert torch.equal(young.generator.get_state(), before), "nothing random yet"


def test_grown_networks_are_judged_by_their_own_uncertainty() -> None:
    batch, heads = batch_of(), heads_of()
    loss = MattingLoss(widest=(1, 1))
    levels = loss.levels(heads, batch, context(15_000))
    fused = fuse(heads, widths4=1, widths1=1)
    for level, matte in zip(levels, fused, strict=False):
        assert torch.equal(level.matte, matte)
    assert torch.equal(levels[1].mask, fused.refine4)
    assert torch.equal(levels[2].mask, fused.refine1)


def test_between_the_two_a_coin_decides_for_each_image() -> None:
    images = 64
    batch, heads = batch_of(images), heads_of(images)
    levels = MattingLoss(widest=(1, 1)).levels(heads, batch, context(5_000))
    true = (levels[1].mask == batch["unknown"]).flatten(1).all(1)
    own = (levels[1].mask == uncertain(heads.os8.clamp(0, 1))).flatten(1).all(1)
    assert bool((true ^ own).all())
    assert 16 < int(true.sum()) < 48


@pytest.mark.parametrize(("name", "widest"), WIDEST.items())
def test_dilation_widths_reach_from_one_to_the_widest(name: str, widest: tuple[int, int]) -> None:
    """A lone uncertain pixel grows into an ellipse whose height is the width that was drawn."""
    images, size = 400, 41
    coarse = torch.zeros(images, 1, size, size)
    coarse[:, :, 20, 20] = 0.5
    batch = {"alpha": torch.zeros_like(coarse), "unknown": torch.zeros_like(coarse)}
    heads = Heads(coarse, coarse, coarse)
    levels = MattingLoss(widest=widest).levels(heads, batch, context(15_000))
    for level, expected in zip(levels[1:], widest, strict=True):
        heights = level.mask.amax(dim=3).sum(dim=(1, 2)).int()
        assert (int(heights.min()), int(heights.max())) == (1, expected), name


def test_the_same_generator_gives_the_same_loss() -> None:
    batch, heads = batch_of(8), heads_of(8)
    first = MattingLoss()(heads, batch, context(20_000, seed=3))
    again = MattingLoss()(heads, batch, context(20_000, seed=3))
    other = MattingLoss()(heads, batch, context(20_000, seed=4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_every_head_gets_a_gradient_and_certain_pixels_of_fine_heads_get_none() -> None:
    heads = Heads(*(head.clone().requires_grad_() for head in heads_of()))
    loss = MattingLoss(widest=(1, 1))
    sum(loss(heads, batch_of(), context(20_000)).values()).backward()  # type: ignore[union-attr]
    assert all(head.grad is not None and bool(head.grad.any()) for head in heads)
    certain = uncertain(heads.os8.detach().clamp(0, 1)) == 0
    assert heads.os4.grad is not None
    assert not heads.os4.grad[certain].any()


def test_shares_of_a_split_batch_add_up_while_young() -> None:
    batch, heads = batch_of(3), heads_of(3)
    wholes: list[Tensor] = []
    recorded = StepContext(0, torch.Generator(), lambda own: wholes.append(own) or own)
    whole = MattingLoss()(heads, batch, recorded)
    shares = dict.fromkeys(whole, 0.0)
    for piece in (slice(0, 1), slice(1, 3)):
        told = iter(wholes)
        rank = StepContext(0, torch.Generator(), lambda _, told=told: next(told))
        part = MattingLoss()(
            Heads(*(head[piece] for head in heads)),
            {key: value[piece] for key, value in batch.items()},
            rank,
        )
        shares = {name: shares[name] + float(part[name]) for name in shares}
    assert shares == pytest.approx({name: float(term) for name, term in whole.items()}, rel=1e-5)
