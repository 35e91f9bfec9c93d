"""The networks for foreground colours."""

from __future__ import annotations

import pytest
import torch

from engine.errors import BugError
from engine.models.colour_prior import colour_prior
from engine.models.foreground_net import build, build_small

MAKERS = {
    "small": lambda: build_small(widths=(8, 8, 16, 16, 16)),
    "published": lambda: build(width=4),
}


@pytest.fixture(params=MAKERS)
def network(request):
    torch.manual_seed(7)
    return MAKERS[request.param]()


@pytest.fixture
def inputs():
    made = torch.Generator().manual_seed(9)
    return torch.rand(2, 3, 64, 96, generator=made), torch.rand(2, 1, 64, 96, generator=made)


def test_it_answers_colours_of_the_inputs_size(network, inputs):
    colours = network(*inputs)
    assert colours.shape == (2, 3, 64, 96)
    assert colours.dtype == torch.float32
    assert 0 <= colours.min() <= colours.max() <= 1
    assert network.size_multiple == 32


def test_every_parameter_gets_a_gradient(network, inputs):
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.ones_(module.weight)
    (network(*inputs) - 0.4).abs().mean().backward()
    trained = {name: p for name, p in network.named_parameters() if p.requires_grad}
    assert [name for name, p in trained.items() if p.grad is None or not p.grad.any()] == []


def test_the_small_one_begins_near_the_first_guess(inputs):
    torch.manual_seed(0)
    colours = build_small()(*inputs)
    assert 0 < (colours - colour_prior(*inputs)[0]).abs().mean() < 0.06


def test_the_small_one_leaves_what_is_opaque_alone(inputs):
    torch.manual_seed(0)
    rgb, alpha = inputs
    opaque = (alpha > 0.5).float()
    colours = build_small()(rgb, torch.where(opaque > 0, 1.0, alpha))
    assert torch.allclose(colours * opaque, rgb * opaque, atol=1e-6)


def test_the_matte_matters(network, inputs):
    network.eval()
    with torch.inference_mode():
        assert not torch.equal(network(*inputs), network(inputs[0], inputs[1].flip(-1)))


def test_they_are_as_large_as_they_should_be():
    with torch.device("meta"):
        published, small = build(), build_small()
    assert 1_000_000 < sum(p.numel() for p in small.parameters()) < 1_500_000
    assert published.state_dict()["backbone.encoder.conv1.module.weight_bar"].shape[1] == 4
    assert published.state_dict()["backbone.decoder.refine_OS1.3.weight"].shape[0] == 3
    assert not any("refine_OS8" in name for name in published.state_dict())


def test_sides_that_are_no_multiple_of_32_are_a_bug(network):
    with pytest.raises(BugError, match="multiples of 32"):
        network(torch.rand(1, 3, 64, 80), torch.rand(1, 1, 64, 80))
