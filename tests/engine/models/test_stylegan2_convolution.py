"""Convolutions that say their own gradients, against torch's and finite differences."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch.autograd import gradcheck, gradgradcheck

from engine.models.stylegan2_convolution import convolved, doubled, filtered, spread


@pytest.mark.parametrize(
    ("function", "channels"),
    [
        (lambda x, w: convolved(x, w, padding=1), (4, 3)),
        (lambda x, w: convolved(x, w, stride=2), (4, 3)),
        (spread, (3, 4)),
    ],
)
def test_convolutions_have_right_first_and_second_derivatives(function, channels) -> None:
    torch.manual_seed(2)
    x = torch.randn(2, 3, 4, 5, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(*channels, 3, 3, dtype=torch.float64, requires_grad=True)
    assert gradcheck(function, (x, weight), fast_mode=True) and gradgradcheck(
        function, (x, weight), fast_mode=True
    )


@pytest.mark.parametrize(
    "function",
    [
        lambda x, taps: filtered(x, taps, padding=2),
        lambda x, taps: filtered(x, taps, padding=1, stride=2),
        doubled,
    ],
)
def test_filters_have_right_first_and_second_derivatives(function) -> None:
    torch.manual_seed(3)
    x = torch.randn(2, 2, 4, 6, dtype=torch.float64, requires_grad=True)
    taps = torch.randn(4, 4, dtype=torch.float64)
    assert gradcheck(lambda x: function(x, taps), (x,), fast_mode=True)
    assert gradgradcheck(lambda x: function(x, taps), (x,), fast_mode=True)


def test_no_precision_is_lost_on_the_way_to_the_second_derivative() -> None:
    """The same as torch's own convolution, through a penalty on a gradient."""
    torch.manual_seed(4)
    given = torch.randn(3, 4, 9, 8, requires_grad=True), torch.randn(5, 4, 3, 3, requires_grad=True)
    found = []
    for function in (convolved, F.conv2d):
        answer = function(*given, padding=1, stride=2)
        slopes = torch.autograd.grad(answer.pow(3).sum(), given, create_graph=True)
        penalty = sum(one.square().sum() for one in slopes)
        found.append([*slopes, *torch.autograd.grad(penalty, given)])
    for mine, wanted in zip(*found, strict=True):
        assert torch.allclose(mine, wanted, rtol=1e-4, atol=1e-4 * wanted.abs().max().item())
