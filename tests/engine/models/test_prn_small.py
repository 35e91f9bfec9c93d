"""The small network: what it takes, answers, sees and learns from."""

from __future__ import annotations

import pytest
import torch

from engine.errors import BugError
from engine.models.prn_small import PrnSmall, build
from engine.models.refinement import fuse
from engine.models.small_unet import WIDTHS

NARROW = (8, 8, 16, 16, 16)


@pytest.fixture
def network():
    torch.manual_seed(3)
    return PrnSmall(widths=NARROW)


@pytest.fixture
def inputs():
    """Two pictures of 64×96 with a soft matte as guidance and prior."""
    made = torch.Generator().manual_seed(4)
    matte = torch.nn.functional.interpolate(
        torch.rand(2, 1, 8, 12, generator=made), scale_factor=8.0, mode="bilinear"
    )
    return torch.rand(2, 3, 64, 96, generator=made), matte.repeat(1, 2, 1, 1)


def test_it_is_as_large_as_it_should_be():
    count = sum(parameter.numel() for parameter in build().parameters())
    assert len(WIDTHS) == 5
    assert 2_000_000 < count < 2_500_000


def test_it_answers_three_mattes_of_the_inputs_size(network, inputs):
    heads = network(*inputs)
    assert [tuple(head.shape) for head in heads] == [(2, 1, 64, 96)] * 3
    assert (network.guidance_channels, network.size_multiple) == (2, 32)


def test_its_first_answer_is_nearly_the_prior(inputs):
    torch.manual_seed(0)
    rgb, guidance = inputs
    answer = build()(rgb, guidance).os1
    assert (answer - guidance[:, 1:]).abs().max() < 0.3
    assert 0 < (answer - guidance[:, 1:]).abs().mean() < 0.06


def test_predict_is_the_fused_answer(network, inputs):
    network.eval()
    with torch.inference_mode():
        assert torch.equal(network.predict(*inputs), fuse(network(*inputs)).os1)
        assert 0 <= network.predict(*inputs).min() <= network.predict(*inputs).max() <= 1


def test_every_parameter_gets_a_gradient_from_the_first_step_on(network, inputs):
    fused = fuse(network(*inputs))
    sum((matte - 0.3).abs().mean() for matte in (fused.os8, fused.os4, fused.os1)).backward()
    without = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


def test_each_pixel_sees_the_far_corner(network, inputs):
    network.eval()
    rgb = inputs[0][:1].requires_grad_()
    network(rgb, inputs[1][:1]).os1[0, 0, 0, 0].backward()
    assert rgb.grad[0, :, -1, -1].abs().sum() > 0


def test_it_learns_to_take_the_matte_from_the_picture(network):
    """A disc in the red plane is the matte; the prior is wrong by some pixels."""
    torch.manual_seed(1)
    rows, columns = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")

    def disc(row, column):
        distance = ((rows - row) ** 2 + (columns - column) ** 2).sqrt()
        return ((20 - distance) / 4 + 0.5).clamp(0, 1)[None, None]

    centres = [(28.0, 30.0), (34.0, 36.0), (30.0, 24.0), (36.0, 30.0)]
    alpha = torch.cat([disc(*centre) for centre in centres])
    prior = torch.cat([disc(row + 4, column - 3) for row, column in centres]).round()
    rgb = torch.cat([alpha, torch.rand(4, 2, 64, 64)], 1)
    optimiser = torch.optim.Adam(network.parameters(), 3e-3)
    for _ in range(50):
        fused = fuse(network(rgb, prior.repeat(1, 2, 1, 1)))
        loss = sum((matte - alpha).abs().mean() for matte in (fused.os8, fused.os4, fused.os1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    before = (prior - alpha).abs().mean()
    assert (fused.os1 - alpha).abs().mean() < 0.5 * before


def test_sides_that_are_no_multiple_of_32_are_a_bug(network):
    with pytest.raises(BugError, match="multiples of 32"):
        network(torch.rand(1, 3, 64, 80), torch.rand(1, 2, 64, 80))


def test_half_precision_arithmetic_changes_the_answer_little(network, inputs):
    network.eval()
    with torch.inference_mode():
        exact = network(*inputs).os1
        with torch.autocast("cpu", torch.bfloat16):
            coarse = network(*inputs).os1
    assert coarse.dtype == torch.float32
    assert (exact - coarse).abs().max() < 0.01
