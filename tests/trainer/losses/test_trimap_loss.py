"""The trimap's cross entropy: what counts how much, and how it is split."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from trainer.losses.trimap import trimap_loss


def alone(tensor: Tensor) -> Tensor:
    return tensor


def drawn() -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn((4, 3, 5, 6), generator=generator)
    truth = torch.randint(0, 3, (4, 1, 5, 6), generator=generator)
    known = (torch.rand((4, 1, 5, 6), generator=generator) > 0.3).float()
    return logits, truth, known


def test_it_is_the_weighted_mean_of_minus_the_logarithms() -> None:
    logits, truth, known = drawn()
    chances = logits.softmax(1)
    over = under = 0.0
    for n in range(4):
        for row in range(5):
            for col in range(6):
                which = int(truth[n, 0, row, col])
                weight = float(known[n, 0, row, col]) * (2.5 if which == 1 else 1.0)
                over -= weight * math.log(float(chances[n, which, row, col]))
                under += weight
    found = trimap_loss(logits, truth, known, unknown=2.5, total=alone)
    assert float(found) == pytest.approx(over / under, rel=1e-5)


def test_nothing_is_learnt_where_nobody_knows_or_the_class_does_not_count() -> None:
    logits, truth, known = drawn()
    logits.requires_grad_()
    loss = trimap_loss(logits, truth, known, unknown=0.0, total=alone)
    (gradient,) = torch.autograd.grad(loss, logits)
    counts = (known > 0) & (truth != 1)
    assert torch.equal(gradient.abs().amax(1, keepdim=True) > 0, counts)


def test_the_shares_of_two_ranks_add_up_to_the_whole() -> None:
    logits, truth, known = drawn()
    weights = known * torch.where(truth == 1, 3.0, 1.0)
    whole = trimap_loss(logits, truth, known, unknown=3.0, total=alone)
    parts = [
        trimap_loss(logits[own], truth[own], known[own], unknown=3.0, total=lambda _: weights.sum())
        for own in (slice(0, 1), slice(1, 4))
    ]
    torch.testing.assert_close(sum(parts), whole)


def test_it_computes_in_full_precision() -> None:
    logits, truth, known = drawn()
    found = trimap_loss(logits.bfloat16(), truth, known, unknown=1.0, total=alone)
    assert found.dtype == torch.float32
    nothing = trimap_loss(logits, truth, torch.zeros_like(known), unknown=1.0, total=alone)
    assert float(nothing) == 0
