"""The loss of generator and discriminators, by hand."""

from __future__ import annotations

from math import exp, log

import pytest
import torch
from torch import Tensor, nn

from trainer.losses.adversarial import DiscriminatorLoss, discriminator_loss, generator_loss
from trainer.phase import StepContext


def alone(value: Tensor) -> Tensor:
    return value


def scales(*values: float) -> list[Tensor]:
    return [
        torch.full((1, 1, size, size), float(value))
        for size, value in zip((4, 2), values, strict=True)
    ]


def test_undecided_discriminators_cost_log_two_each() -> None:
    assert float(generator_loss(scales(0, 0), total=alone)) == pytest.approx(2 * log(2))
    terms = discriminator_loss(scales(0, 0), scales(0, 0), total=alone)
    assert {name: float(value) for name, value in terms.items()} == pytest.approx(
        {"real": 2 * log(2), "fake": 2 * log(2)}
    )


def test_each_scale_is_a_mean_and_scales_are_added() -> None:
    wanted = log(1 + exp(-1)) + log(1 + exp(2))
    assert float(generator_loss(scales(1, -2), total=alone)) == pytest.approx(wanted)
    terms = discriminator_loss(scales(1, -2), scales(-3, 0.5), total=alone)
    assert float(terms["real"]) == pytest.approx(wanted)
    assert float(terms["fake"]) == pytest.approx(log(1 + exp(-3)) + log(1 + exp(0.5)))


def test_a_generator_that_is_found_out_still_has_a_gradient() -> None:
    logits = torch.full((1, 1, 2, 2), -30.0, requires_grad=True)
    generator_loss([logits], total=alone).backward()
    assert logits.grad is not None
    torch.testing.assert_close(logits.grad, torch.full((1, 1, 2, 2), -0.25))


def test_shares_of_ranks_add_up() -> None:
    logits = torch.randn((4, 1, 3, 3), generator=torch.Generator().manual_seed(0))
    whole = generator_loss([logits], total=alone)
    parts = [generator_loss([part], total=lambda _: torch.tensor(36.0)) for part in logits.split(1)]
    assert float(sum(parts)) == pytest.approx(float(whole))


def test_half_precision_logits_are_computed_in_full() -> None:
    logits = torch.full((1, 1, 2, 2), 12.0).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = generator_loss([logits], total=alone)
    assert loss.dtype == torch.float32
    assert float(loss) == pytest.approx(log(1 + exp(-12)), rel=1e-3)


class Brightness(nn.Module):
    """Finds bright planes real."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(1.0))

    def forward(self, photograph: Tensor, shown: Tensor) -> list[Tensor]:
        return [self.gain * (shown - 0.5)]


def test_the_discriminators_phase_tells_the_truth_from_the_answer() -> None:
    answered = torch.zeros(1, 1, 2, 2, requires_grad=True)
    loss = DiscriminatorLoss(Brightness(), lambda batch: answered * batch["alpha"])
    batch = {"image": torch.zeros(1, 3, 2, 2), "alpha": torch.ones(1, 1, 2, 2)}
    terms = loss(batch, StepContext(0, torch.Generator(), alone))
    for name in ("real", "fake"):
        assert float(terms[name].detach()) == pytest.approx(log(1 + exp(-0.5)))
    (terms["real"] + terms["fake"]).backward()
    assert answered.grad is None
