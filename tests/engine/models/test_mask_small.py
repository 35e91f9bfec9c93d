"""The network for coarse masks: what it weighs, and how it begins."""

from __future__ import annotations

import pytest
import torch

from engine.errors import BugError
from engine.models.mask_small import MaskSmall, build
from engine.models.refinement import fuse

NARROW = (8, 8, 16, 16, 16)


@pytest.fixture
def network() -> MaskSmall:
    torch.manual_seed(3)
    return MaskSmall(widths=NARROW)


@pytest.fixture
def inputs() -> tuple[torch.Tensor, torch.Tensor]:
    """Two pictures of 64×96 with three planes each."""
    made = torch.Generator().manual_seed(4)
    return torch.rand(2, 3, 64, 96, generator=made), torch.rand(2, 3, 64, 96, generator=made)


def test_it_is_as_large_as_it_should_be() -> None:
    count = sum(parameter.numel() for parameter in build().parameters())
    assert 1_000_000 < count < 1_500_000


def test_its_first_answer_is_nearly_the_planes_mean(inputs) -> None:
    torch.manual_seed(0)
    rgb, planes = inputs
    heads = build()(rgb, planes)
    assert [tuple(head.shape) for head in heads] == [(2, 1, 64, 96)] * 3
    apart = (heads.os1 - planes.mean(1, keepdim=True)).abs()
    assert 0 < apart.mean() < 0.06


def test_what_all_planes_say_stays_within_the_correction(network, inputs) -> None:
    rgb, _ = inputs
    for value in (0.0, 1.0):
        planes = torch.full_like(rgb, value)
        assert (network(rgb, planes).os1 - value).abs().mean() < 0.06


def test_predict_is_the_fused_answer(network, inputs) -> None:
    network.eval()
    with torch.inference_mode():
        assert torch.equal(network.predict(*inputs), fuse(network(*inputs)).os1)


def test_it_learns_which_plane_is_right(network) -> None:
    """Where the picture is red the second plane is the truth, elsewhere the third."""
    made = torch.Generator().manual_seed(1)
    red = torch.nn.functional.interpolate(
        (torch.rand(4, 1, 4, 4, generator=made) > 0.5).float(), scale_factor=16.0
    )
    alpha = torch.nn.functional.interpolate(
        torch.rand(4, 1, 8, 8, generator=made), scale_factor=8.0, mode="bilinear"
    )
    wrong = (alpha + 0.5) % 1
    second, third = torch.where(red > 0, alpha, wrong), torch.where(red > 0, wrong, alpha)
    planes = torch.cat([torch.full_like(alpha, 0.5), second, third], 1)
    rgb = torch.cat([red, 0.5 * torch.rand(4, 2, 64, 64, generator=made)], 1)
    optimiser = torch.optim.Adam(network.parameters(), 5e-3)
    losses = []
    for _ in range(60):
        loss = (network(rgb, planes).os1 - alpha).abs().mean()
        losses.append(float(loss.detach()))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert losses[-1] < 0.4 * losses[0]


def test_every_parameter_gets_a_gradient(network, inputs) -> None:
    sum((head - 0.3).abs().mean() for head in network(*inputs)).backward()
    without = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


def test_sides_that_are_no_multiple_of_32_are_a_bug(network) -> None:
    with pytest.raises(BugError, match="multiples of 32"):
        network(torch.rand(1, 3, 64, 80), torch.rand(1, 3, 64, 80))
