"""The published network: its layout, counts, answers and gradients."""

from __future__ import annotations

import pytest
import torch

from engine.errors import BugError
from engine.models.prn import Prn, build, build_folded
from engine.models.refinement import fuse
from engine.models.spectral import folded


@pytest.fixture(scope="module")
def whole():
    """The network at its full width, without memory."""
    with torch.device("meta"):
        return build()


@pytest.fixture
def network():
    torch.manual_seed(6)
    return Prn(width=4)


@pytest.fixture
def inputs():
    made = torch.Generator().manual_seed(9)
    return torch.rand(2, 3, 64, 96, generator=made), torch.rand(2, 1, 64, 96, generator=made)


def test_it_has_the_published_number_of_parameters(whole):
    assert sum(p.numel() for p in whole.parameters() if p.requires_grad) == 29_596_643
    assert sum(p.numel() for p in whole.parameters()) == 29_700_587
    assert len(whole.state_dict()) == 596


SHAPES = {
    "encoder.conv1.module.weight_bar": (32, 4, 3, 3),
    "encoder.conv1.module.weight_u": (32,),
    "encoder.conv1.module.weight_v": (36,),
    "encoder.conv2.module.weight_bar": (32, 32, 3, 3),
    "encoder.conv3.module.weight_bar": (64, 32, 3, 3),
    "encoder.bn3.running_var": (64,),
    "encoder.layer1.2.conv2.module.weight_bar": (64, 64, 3, 3),
    "encoder.layer2.3.bn2.weight": (128,),
    "encoder.layer2.0.downsample.1.module.weight_bar": (128, 64, 1, 1),
    "encoder.layer3.0.downsample.1.module.weight_bar": (256, 128, 1, 1),
    "encoder.layer_bottleneck.0.downsample.1.module.weight_bar": (512, 256, 1, 1),
    "encoder.layer_bottleneck.0.downsample.2.num_batches_tracked": (),
    "encoder.layer_bottleneck.1.conv1.module.weight_v": (4608,),
    "encoder.shortcut.0.0.module.weight_bar": (32, 4, 3, 3),
    "encoder.shortcut.4.3.module.weight_bar": (256, 256, 3, 3),
    "encoder.shortcut.4.5.weight": (256,),
    "aspp.aspp1.weight": (256, 512, 1, 1),
    "aspp.aspp4.weight": (256, 512, 3, 3),
    "aspp.aspp5_bn.bias": (256,),
    "aspp.conv2.weight": (512, 1280, 1, 1),
    "aspp.bn2.weight": (512,),
    "decoder.conv1.module.weight_bar": (32, 32, 4, 4),
    "decoder.conv1.module.weight_v": (512,),
    "decoder.bn1.weight": (32,),
    "decoder.layer1.0.conv1.module.weight_bar": (512, 512, 4, 4),
    "decoder.layer1.0.conv1.module.weight_u": (512,),
    "decoder.layer1.0.upsample.1.module.weight_bar": (256, 512, 1, 1),
    "decoder.layer1.0.upsample.2.weight": (256,),
    "decoder.layer2.2.conv2.module.weight_bar": (128, 128, 3, 3),
    "decoder.layer3.2.bn1.weight": (64,),
    "decoder.layer4.0.conv1.module.weight_bar": (64, 64, 4, 4),
    "decoder.layer4.1.conv2.module.weight_bar": (32, 32, 3, 3),
    "decoder.refine_OS1.0.weight": (32, 32, 3, 3),
    "decoder.refine_OS4.0.weight": (32, 64, 3, 3),
    "decoder.refine_OS8.0.weight": (32, 128, 3, 3),
    "decoder.refine_OS8.1.running_mean": (32,),
    "decoder.refine_OS1.3.weight": (1, 32, 3, 3),
    "decoder.refine_OS1.3.bias": (1,),
}


def test_its_entries_are_named_and_shaped_as_in_the_released_files(whole):
    found = {name: tuple(tensor.shape) for name, tensor in whole.state_dict().items()}
    assert {name: found.get(name) for name in SHAPES} == SHAPES
    rooms = {name.split(".")[0] for name in found}
    assert rooms == {"encoder", "aspp", "decoder"}


def test_it_has_the_published_depths(whole):
    depth = {name: len(layer) for name, layer in whole.encoder.named_children() if "layer" in name}
    assert depth == {"layer1": 3, "layer2": 4, "layer3": 4, "layer_bottleneck": 2}
    decoder = [len(getattr(whole.decoder, f"layer{k}")) for k in (1, 2, 3, 4)]
    assert decoder == [2, 3, 3, 2]


def test_it_answers_three_mattes_in_0_to_1_at_the_inputs_size(network, inputs):
    heads = network(*inputs)
    assert [tuple(head.shape) for head in heads] == [(2, 1, 64, 96)] * 3
    assert all(0 <= head.min() <= head.max() <= 1 for head in heads)
    assert (network.guidance_channels, network.size_multiple) == (1, 32)


def test_predict_is_the_fused_answer(network, inputs):
    network.eval()
    with torch.inference_mode():
        assert torch.equal(network.predict(*inputs), fuse(network(*inputs)).os1)


def test_the_coarse_heads_are_smooth(network, inputs):
    """The tanh comes after the upsampling, which is straight between the heads' pixels."""
    network.eval()
    with torch.no_grad():
        raw = torch.atanh(2 * network(*inputs).os8[..., 4:-4].double() - 1)
    bends = raw[..., 2:] - 2 * raw[..., 1:-1] + raw[..., :-2]
    kinked = (bends.abs() > 1e-5).any(dim=(0, 1, 2))
    assert kinked.sum() <= 2 * (96 // 8)


def test_every_parameter_gets_a_gradient(network, inputs):
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert any(not norm.weight.any() for norm in norms)  # the last of each block starts at zero
    for norm in norms:
        torch.nn.init.ones_(norm.weight)
    sum((head - 0.3).abs().mean() for head in network(*inputs)).backward()
    trained = {name: p for name, p in network.named_parameters() if p.requires_grad}
    assert [name for name, p in trained.items() if p.grad is None or not p.grad.any()] == []
    rest = [name for name, p in network.named_parameters() if not p.requires_grad]
    assert all(name.endswith(("weight_u", "weight_v")) for name in rest)


def test_folded_it_answers_the_same(inputs):
    torch.manual_seed(6)
    network, plain = Prn(width=8), Prn(width=8, spectral=False)
    network(*inputs)  # statistics and vectors that are not those of the start
    plain.load_state_dict(folded(network.state_dict()))
    with torch.inference_mode():
        answers = [one.eval().predict(*inputs) for one in (network, plain)]
    torch.testing.assert_close(*answers, atol=1e-5, rtol=0)


def test_the_folded_network_takes_all_folded_weights(whole):
    with torch.device("meta"):
        plain = build_folded()
    weights = folded(whole.state_dict())
    shapes = {name: tensor.shape for name, tensor in plain.state_dict().items()}
    assert {name: tensor.shape for name, tensor in weights.items()} == shapes


def test_sides_that_are_no_multiple_of_32_are_a_bug(network):
    with pytest.raises(BugError, match="multiples of 32"):
        network(torch.rand(1, 3, 64, 80), torch.rand(1, 1, 64, 80))
