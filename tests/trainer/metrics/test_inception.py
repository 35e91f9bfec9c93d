"""Inception for FID: size and names, borders, enlargement, and whose weights it takes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from engine.errors import UserError
from trainer.metrics.inception import CLASSES, SIDE, Inception, Spread, enlarged, open_inception

PUBLISHED = 21_785_568
"""Parameters up to the features: Keras gives 21,802,784 with the normalisations' 34,432 running
figures and without their 17,216 factors."""


def test_it_has_the_published_size_and_torchvisions_names() -> None:
    with torch.device("meta"):
        network = Inception()
    assert sum(p.numel() for p in network.parameters()) == PUBLISHED == 21_802_784 - 17_216
    state = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    assert state["Conv2d_1a_3x3.conv.weight"] == (32, 3, 3, 3)
    assert state["Mixed_5b.branch5x5_2.conv.weight"] == (64, 48, 5, 5)
    assert state["Mixed_5d.branch_pool.bn.running_var"] == (64,)
    assert state["Mixed_6a.branch3x3.conv.weight"] == (384, 288, 3, 3)
    assert state["Mixed_6c.branch7x7dbl_5.conv.weight"] == (192, 160, 1, 7)
    assert state["Mixed_7a.branch7x7x3_3.conv.weight"] == (192, 192, 7, 1)
    assert state["Mixed_7c.branch3x3dbl_3b.conv.weight"] == (384, 384, 3, 1)
    assert state["Mixed_7c.branch_pool.conv.weight"] == (192, 2048, 1, 1)


def test_features_of_pictures_of_any_size() -> None:
    torch.manual_seed(0)
    network = Inception(narrow=16).eval()
    with torch.no_grad():
        small = network(torch.randint(0, 256, (2, 3, 40, 30)))
        large = network(torch.randint(0, 256, (1, 3, 310, 400)))
    assert small.shape == (2, 2048 // 16) and large.shape == (1, 2048 // 16)
    assert (small >= 0).all() and small.std() > 0


def sampled(plane: np.ndarray) -> np.ndarray:
    """TensorFlow 1's bilinear enlargement, place by place."""
    height, width = plane.shape
    out = np.empty((SIDE, SIDE))
    for row in range(SIDE):
        for col in range(SIDE):
            y, x = row * height / SIDE, col * width / SIDE
            top, left = int(y), int(x)
            below, right = min(top + 1, height - 1), min(left + 1, width - 1)
            upper = plane[top, left] + (plane[top, right] - plane[top, left]) * (x - left)
            lower = plane[below, left] + (plane[below, right] - plane[below, left]) * (x - left)
            out[row, col] = upper + (lower - upper) * (y - top)
    return out


@pytest.mark.parametrize("size", [(16, 23), (320, 301)])
def test_enlarging_is_tensorflows(size) -> None:
    plane = np.random.default_rng(0).uniform(0, 255, size)
    found = enlarged(torch.from_numpy(plane).float()[None, None])
    np.testing.assert_allclose(found[0, 0].numpy(), sampled(plane), atol=1e-3)


def normalised(x: torch.Tensor, state: dict[str, torch.Tensor], name: str) -> torch.Tensor:
    kernel = state[f"{name}.conv.weight"]
    pad = kernel.shape[2] // 2, kernel.shape[3] // 2
    mean, var, weight, bias = (
        state[f"{name}.bn.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
    )
    x = F.conv2d(x, kernel, padding=pad)
    scaled = (x - mean.view(-1, 1, 1)) / (var.view(-1, 1, 1) + 0.001).sqrt()
    return (scaled * weight.view(-1, 1, 1) + bias.view(-1, 1, 1)).clamp(min=0)


def mean_around(x: torch.Tensor) -> torch.Tensor:
    """Of what is inside: sums divided by how many there are."""
    ones = torch.ones(x.shape[1], 1, 3, 3)
    inside = F.conv2d(torch.ones_like(x), ones, padding=1, groups=x.shape[1])
    return F.conv2d(x, ones, padding=1, groups=x.shape[1]) / inside


@pytest.mark.parametrize("largest", [False, True])
def test_the_last_blocks_pool_as_those_of_fid_do(largest) -> None:
    torch.manual_seed(1)
    block = Spread(64, 16, largest=largest).eval()
    for name, buffer in block.named_buffers():
        if name.endswith(("mean", "var")):
            buffer.uniform_(0.5, 2)
    state = block.state_dict()
    x = torch.randn(2, 4, 7, 6)

    def conv(y: torch.Tensor, name: str) -> torch.Tensor:
        return normalised(y, state, name)

    three, twice = conv(x, "branch3x3_1"), conv(conv(x, "branch3x3dbl_1"), "branch3x3dbl_2")
    pooled = F.max_pool2d(F.pad(x, [1] * 4, value=-9e9), 3, 1) if largest else mean_around(x)
    parts = [conv(x, "branch1x1"), conv(three, "branch3x3_2a"), conv(three, "branch3x3_2b")]
    parts += [conv(twice, "branch3x3dbl_3a"), conv(twice, "branch3x3dbl_3b")]
    wanted = torch.cat([*parts, conv(pooled, "branch_pool")], 1)
    with torch.no_grad():
        torch.testing.assert_close(block(x), wanted, atol=1e-5, rtol=1e-5)


def test_only_the_published_weights_give_it_its_name(tmp_path) -> None:
    with torch.device("meta"):
        shapes = {n: t.shape for n, t in Inception().state_dict().items() if "batches" not in n}
    state = {name: torch.full(shape, 0.5) for name, shape in shapes.items()}
    published = state | {"fc.weight": torch.zeros(CLASSES, 2048), "fc.bias": torch.zeros(CLASSES)}
    save_file(published, tmp_path / "inception.safetensors")
    network = open_inception(tmp_path / "inception.safetensors")
    assert not any(p.requires_grad for p in network.parameters()) and not network.training
    assert torch.equal(
        network.Mixed_7c.branch1x1.conv.weight, state["Mixed_7c.branch1x1.conv.weight"]
    )
    torchvisions = state | {"fc.weight": torch.zeros(1000, 2048), "fc.bias": torch.zeros(1000)}
    save_file(torchvisions, tmp_path / "torchvision.safetensors")
    with pytest.raises(UserError, match=r"FID is defined by: .*fc"):
        open_inception(tmp_path / "torchvision.safetensors")
    with pytest.raises(UserError, match="no FID"):
        open_inception(tmp_path / "nothing.pth")
