"""R1 and path lengths against gradients that are known, and their second derivatives."""

from __future__ import annotations

import math

import pytest
import torch

from trainer.losses.path_length import PathLength, path_lengths
from trainer.losses.r1 import r1_penalty


def alone(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().clone()


def test_r1_of_a_linear_discriminator_is_half_the_square_of_its_weights():
    weight = torch.tensor([[1.0, -2.0], [3.0, 0.5]], requires_grad=True)
    images = torch.rand((3, 1, 2, 2), requires_grad=True)
    logits = (images * weight).flatten(1).sum(1, keepdim=True)
    found = r1_penalty(logits, images, total=alone)
    assert found.item() == pytest.approx((1 + 4 + 9 + 0.25) / 2)
    found.backward()
    assert torch.allclose(weight.grad, weight.detach())


def test_r1_of_a_curved_discriminator_is_a_mean_over_samples():
    """D = a Σ x³ has the gradient 3 a x²; the penalty's derivative by a is 9 a Σ x⁴."""
    a = torch.tensor(0.5, requires_grad=True, dtype=torch.float64)
    images = torch.tensor([1.0, 2.0], dtype=torch.float64).view(2, 1, 1, 1).requires_grad_()
    logits = a * images.pow(3).flatten(1)
    found = r1_penalty(logits, images, total=alone)
    assert found.item() == pytest.approx((1.5**2 + 6.0**2) / 2 / 2)
    found.backward()
    assert a.grad.item() == pytest.approx(9 * 0.5 * (1 + 16) / 2)


def test_the_ranks_shares_add_up():
    images = torch.rand((4, 1, 2, 2), requires_grad=True)

    def penalty(part: torch.Tensor, count: float) -> float:
        logits = part.square().flatten(1).sum(1, keepdim=True)
        return r1_penalty(logits, part, total=lambda t: t.new_tensor(count)).item()

    whole = penalty(images, 4)
    parts = [penalty(half.detach().requires_grad_(), 4) for half in images.split(2)]
    assert sum(parts) == pytest.approx(whole)


def test_path_lengths_of_a_linear_generator():
    """Each layer's style adds w·A to the picture: |Jᵀy| is known."""
    torch.manual_seed(3)
    mixes = torch.randn(2, 5, 12, dtype=torch.float64, requires_grad=True)
    styles = torch.randn(3, 2, 5, dtype=torch.float64, requires_grad=True)
    images = torch.einsum("nls,lsp->np", styles, mixes).view(3, 1, 3, 4)
    noise = torch.randn(3, 1, 3, 4, dtype=torch.float64)
    found = path_lengths(images, styles, noise)
    gradient = torch.einsum("lsp,np->nls", mixes, noise.flatten(1)) / math.sqrt(12)
    wanted = (gradient.square().sum(2).sum(1) / 2).sqrt()
    assert torch.allclose(found, wanted.to(found.dtype), rtol=1e-5)
    found.sum().backward()
    assert mixes.grad is not None and bool(mixes.grad.any())


def test_the_penalty_is_against_the_average_which_moves_first():
    length = PathLength(decay=0.25)
    lengths = torch.tensor([2.0, 6.0], requires_grad=True)
    found = length.penalty(lengths, total=alone)
    assert length.mean == pytest.approx(1.0)
    assert found.item() == pytest.approx((1 + 25) / 2)
    found.backward()
    assert lengths.grad.tolist() == pytest.approx([1.0, 5.0])  # the average is no function of them
    length.penalty(lengths.detach(), total=alone)
    assert length.mean == pytest.approx(1 + 0.25 * 3)


def test_the_average_is_kept_and_survives_what_is_not_finite():
    length, other = PathLength(), PathLength()
    length.penalty(torch.tensor([3.0]), total=alone)
    other.load_state_dict(length.state_dict())
    assert other.mean == length.mean
    assert not torch.isfinite(length.penalty(torch.tensor([float("inf")]), total=alone))
    assert length.mean == other.mean
