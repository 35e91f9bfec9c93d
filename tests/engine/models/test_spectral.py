"""Spectral normalisation against its formula and against a singular value decomposition."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from engine.models.spectral import (
    SUFFIXES,
    SpectralConv,
    folded,
    plain_conv,
    triplet,
    unfolded,
)

KINDS = [
    {"planes": 5, "width": 7, "kernel": 3},
    {"planes": 5, "width": 7, "kernel": 3, "stride": 2},
    {"planes": 5, "width": 7, "kernel": 1},
    {"planes": 5, "width": 7, "kernel": 4, "stride": 2, "transposed": True},
]


@pytest.fixture(params=KINDS, ids=["3x3", "strided", "1x1", "transposed"])
def layer(request):
    torch.manual_seed(2)
    return SpectralConv(**request.param)


def singular_value(weight):
    return torch.linalg.matrix_norm(weight.flatten(1), ord=2)


def test_a_resting_layer_divides_by_u_w_v(layer):
    layer.eval()
    x = torch.rand(2, 5, 8, 8)
    weight, u, v = (layer.state_dict()[suffix.removeprefix(".")] for suffix in SUFFIXES)
    assert u.shape == weight.shape[:1]
    assert v.numel() * u.numel() == weight.numel()
    expected = weight / torch.einsum("i,ij,j->", u, weight.flatten(1), v)
    convolve = F.conv_transpose2d if weight.shape[-1] == 4 else F.conv2d
    padding = (weight.shape[-1] - 1) // 2
    torch.testing.assert_close(
        layer(x), convolve(x, expected, stride=layer.stride, padding=padding)
    )
    assert torch.equal(layer.module.weight_u, u)


def test_each_pass_in_training_is_one_step_of_the_power_iteration(layer):
    weight = layer.module.weight_bar.detach().flatten(1).double()
    u = layer.module.weight_u.detach().double()
    layer(torch.rand(1, 5, 8, 8))
    v = weight.T @ u / (weight.T @ u).norm()
    u = weight @ v / (weight @ v).norm()
    torch.testing.assert_close(layer.module.weight_v.detach().double(), v, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(layer.module.weight_u.detach().double(), u, atol=1e-6, rtol=1e-5)


def test_many_passes_find_the_largest_singular_value_of_the_first_axis(layer):
    for _ in range(200):
        layer.module()
    torch.testing.assert_close(
        singular_value(layer.module()), torch.tensor(1.0), atol=1e-4, rtol=1e-4
    )


def test_the_gradient_knows_that_the_weight_is_divided_by_itself():
    torch.manual_seed(1)
    weight = torch.rand(4, 6, dtype=torch.float64, requires_grad=True)
    layer = SpectralConv(6, 4, 1).double().eval()
    u, v = layer.module.weight_u.detach(), layer.module.weight_v.detach()
    aim = torch.rand(4, 6, dtype=torch.float64)
    (weight / (u @ weight @ v) * aim).sum().backward()
    with torch.no_grad():
        layer.module.weight_bar.copy_(weight[..., None, None])
    (layer.module()[..., 0, 0] * aim).sum().backward()
    torch.testing.assert_close(layer.module.weight_bar.grad[..., 0, 0], weight.grad)


def test_two_passes_before_one_gradient(layer):
    """A power iteration must not change what the first pass has kept for its gradient."""
    (layer(torch.rand(1, 5, 8, 8)).sum() + layer(torch.rand(1, 5, 8, 8)).sum()).backward()
    assert layer.module.weight_bar.grad.any()
    assert layer.module.weight_u.grad is None


@pytest.mark.parametrize("kind", KINDS, ids=["3x3", "strided", "1x1", "transposed"])
def test_folded_weights_in_a_plain_layer_answer_the_same(kind):
    layer = SpectralConv(**kind).eval()
    plain = plain_conv(**kind)
    weights = folded({f"x{suffix}": layer.state_dict()[suffix[1:]] for suffix in SUFFIXES})
    assert list(weights) == ["x.weight"]
    plain.load_state_dict({"weight": weights["x.weight"]})
    x = torch.rand(2, 5, 8, 8)
    torch.testing.assert_close(plain(x), layer(x), atol=1e-5, rtol=1e-5)


def test_what_has_no_triplet_is_folded_as_it_is():
    state = {"bn.weight": torch.rand(3), "aspp.conv2.weight": torch.rand(2, 2, 1, 1)}
    assert folded(state) == state


def test_an_unfolded_weight_is_the_effective_one():
    weight = 3 * torch.rand(4, 5, 3, 3)
    stored = unfolded("x", weight)
    torch.testing.assert_close(folded(stored)["x.weight"], weight)


def test_a_triplet_knows_the_largest_singular_value():
    weight = torch.randn(6, 5, 3, 3, generator=torch.Generator().manual_seed(8))
    effective = folded(triplet("x", weight))["x.weight"]
    assert singular_value(effective) == pytest.approx(1, abs=1e-3)


def test_half_precision_arithmetic_leaves_the_estimate_in_single(layer):
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(torch.rand(1, 5, 8, 8)).dtype == torch.bfloat16
        assert layer.module().dtype == torch.float32
