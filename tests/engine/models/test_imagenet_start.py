"""Classifiers as a start: what is taken, what is left out, and that guidance starts at zero."""

from __future__ import annotations

import pytest
import torch

from engine.errors import UserError
from engine.models.imagenet_start import start_from_gca, start_from_resnet34
from engine.models.prn import build
from engine.models.prn_layers import EncoderBlock
from engine.models.spectral import folded, plain_conv

STAGES = {"layer1": (64, 3), "layer2": (128, 4), "layer3": (256, 6), "layer4": (512, 3)}


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    return build()


@pytest.fixture(scope="module")
def classifier():
    """A plain ResNet-34's weights: 7×7 stem, 3-4-6-3 blocks, 1×1 convolutions where it strides."""
    state = {"conv1.weight": torch.rand(64, 3, 7, 7), "bn1.weight": torch.rand(64)}
    planes = 64
    for name, (width, blocks) in STAGES.items():
        for block in range(blocks):
            made = EncoderBlock(plain_conv, planes, width, stride=1 + (width != planes))
            for key, tensor in made.state_dict().items():
                there = key.replace("downsample.1", "downsample.0").replace(
                    "downsample.2", "downsample.1"
                )
                state[f"{name}.{block}.{there}"] = torch.rand_like(tensor.float())
            planes = width
    return state | {"fc.weight": torch.rand(1000, 512), "fc.bias": torch.rand(1000)}


def gca(network):
    """The same encoder without guidance, and without the shortcuts."""
    state = {}
    for name, tensor in network.encoder.state_dict().items():
        if name.startswith("conv1.module.weight_bar"):
            tensor = tensor[:, :3]
        elif name.startswith("conv1.module.weight_v"):
            tensor = tensor[:27]
        if not name.startswith("shortcut"):
            state[f"module.{name}"] = torch.rand_like(tensor.float())
    return state | {"module.fc.weight": torch.rand(10, 512)}


def test_the_encoder_of_gca_is_taken_and_guidance_starts_at_zero(network):
    source = gca(network)
    start = start_from_gca(source)
    assert start.left_out == ("module.fc.weight",)
    assert len(start.used) == len(start.state) == len(source) - 1
    start.into(network)
    assert torch.equal(
        network.encoder.layer3[2].conv1.module.weight_bar,
        source["module.layer3.2.conv1.module.weight_bar"],
    )
    first = network.encoder.conv1.module
    assert torch.equal(first.weight_bar[:, :3], source["module.conv1.module.weight_bar"])
    assert not first.weight_bar[:, 3].any()
    assert torch.equal(first.weight_v[:27], source["module.conv1.module.weight_v"])
    assert not first.weight_v[27:].any()


def test_guidance_at_zero_is_not_seen_by_the_first_layer(network):
    start_from_gca(gca(network)).into(network)
    layer = network.encoder.conv1.eval()
    picture = torch.rand(1, 3, 32, 32)
    with_mask, without = (torch.cat([picture, torch.full((1, 1, 32, 32), m)], 1) for m in (1.0, 0))
    assert torch.equal(layer(with_mask), layer(without))


def test_of_a_resnet34_the_blocks_that_are_here_too_are_taken(network, classifier):
    start = start_from_resnet34(classifier)
    start.into(network)
    effective = folded(network.state_dict())
    there = classifier["layer4.1.conv2.weight"]
    here = effective["encoder.layer_bottleneck.1.conv2.weight"]
    scale = torch.linalg.matrix_norm(there.flatten(1), ord=2)
    torch.testing.assert_close(here, there / scale, atol=1e-5, rtol=1e-3)
    assert torch.equal(
        network.encoder.layer2[0].downsample[2].bias, classifier["layer2.0.downsample.1.bias"]
    )
    rest = {name.split(".")[0] for name in start.left_out}
    assert rest == {"conv1", "bn1", "fc", "layer3", "layer4"}
    late = [name for name in start.left_out if name.startswith("layer")]
    assert {tuple(name.split(".")[:2]) for name in late} == {
        ("layer3", "4"),
        ("layer3", "5"),
        ("layer4", "2"),
    }
    assert set(start.used) | set(start.left_out) == set(classifier)


@pytest.mark.parametrize("begin", [start_from_gca, start_from_resnet34])
def test_weights_without_such_an_encoder_are_refused(begin):
    with pytest.raises(UserError, match="Nothing in these weights"):
        begin({"head.weight": torch.zeros(2, 2)})
