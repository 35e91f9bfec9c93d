"""Feature networks: five layers each, weights of the user's or by name, and refusals by name."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from engine.errors import UserError
from engine.models.registry import MODELS
from engine.models.segmentation_net import SMALL, SegmentationNet
from trainer.networks.features import SegmenterFeatures, open_features, vgg19

CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28)
"""Numbers of VGG-19's convolutions in torchvision, up to conv5_1."""


def picture(side: int) -> torch.Tensor:
    return torch.rand((1, 3, side, side), generator=torch.Generator().manual_seed(0))


def test_vgg19_has_torchvisions_names_and_shows_the_first_layer_of_each_block() -> None:
    with torch.device("meta"):
        network = vgg19()
        layers = network(torch.empty(2, 3, 64, 48))
    names = {f"features.{n}.{kind}" for n in CONVOLUTIONS for kind in ("weight", "bias")}
    assert set(network.state_dict()) == names
    assert sum(p.numel() for p in network.parameters()) == 12_944_960
    assert [tuple(layer.shape[1:]) for layer in layers] == [
        (64, 64, 48),
        (128, 32, 24),
        (256, 16, 12),
        (512, 8, 6),
        (512, 4, 3),
    ]


def test_vgg19_computes_with_the_weights_of_the_file(tmp_path) -> None:
    torch.manual_seed(0)
    state = {name: tensor.half() for name, tensor in vgg19().state_dict().items()}
    state["features.30.weight"] = torch.zeros(1)
    state["classifier.0.weight"] = torch.zeros(1)
    torch.save(state, tmp_path / "vgg19.pth")
    network = open_features("vgg19", str(tmp_path / "vgg19.pth"))
    assert not any(p.requires_grad for p in network.parameters())
    with torch.no_grad():
        layers = network(picture(32))
        own = (picture(32) - torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)) / torch.tensor(
            [0.229, 0.224, 0.225]
        ).view(1, 3, 1, 1)
        first = nn.functional.conv2d(
            own,
            state["features.0.weight"].float(),
            state["features.0.bias"].float(),
            padding=1,
        )
    torch.testing.assert_close(layers[0], first.relu())
    assert [layer.shape[-1] for layer in layers] == [32, 16, 8, 4, 2]
    assert all(layer.min() >= 0 for layer in layers)
    assert layers[-1].max() > 0


def test_without_weights_of_vgg19_the_perceptual_term_is_refused_by_name(tmp_path) -> None:
    for weights in ("", str(tmp_path / "missing.pth")):
        with pytest.raises(UserError, match=r"perceptual term has no weights of VGG-19") as told:
            open_features("vgg19", weights)
        for way in ("loss.features_file=FILE", "segmenter", "loss.perceptual=0"):
            assert way in told.value.remedy
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "other.pth")
    with pytest.raises(UserError, match=r"no weights of VGG-19 for the perceptual term: 25 miss"):
        open_features("vgg19", str(tmp_path / "other.pth"))


def test_a_segmenters_encoder_is_taken_from_a_file_or_the_list(tmp_path, monkeypatch) -> None:
    torch.manual_seed(0)
    source = MODELS["person_small"].load_builder()().eval()
    save_file(source.state_dict(), tmp_path / "mine.safetensors")
    network = open_features("segmenter", str(tmp_path / "mine.safetensors"))
    assert not any(p.requires_grad for p in network.parameters())
    with torch.no_grad():
        layers = network(picture(64))
        levels = source.encoder((picture(64) - source.mean) / source.scale)
        assert torch.equal(layers[-1], source.bottom(levels[-1]))
    assert [layer.shape[1] for layer in layers] == [*SMALL.widths, SMALL.widths[-1]]
    assert all(map(torch.equal, layers, levels))
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "nothing"))
    with pytest.raises(UserError, match="no weights for 'somebody'"):
        open_features("segmenter", "somebody")


def test_an_encoder_of_five_levels_is_enough() -> None:
    with torch.device("meta"):
        layers = SegmenterFeatures(SegmentationNet())(torch.empty(1, 3, 64, 64))
    assert [layer.shape[1] for layer in layers] == [64, 128, 256, 512, 1024]


def test_weights_of_something_else_are_refused(tmp_path) -> None:
    with pytest.raises(UserError, match="no segmenter to look with"):
        open_features("segmenter")
    save_file({"one": torch.zeros(1)}, tmp_path / "one.safetensors")
    with pytest.raises(UserError, match="perceptual term can't use them") as told:
        open_features("segmenter", str(tmp_path / "one.safetensors"))
    assert "person_small" in told.value.remedy


def test_random_features_are_the_same_each_time_and_need_nothing() -> None:
    torch.manual_seed(1)
    one = open_features("random")(picture(32))
    torch.manual_seed(2)
    other = open_features("random")(picture(32))
    assert len(one) == 5
    assert all(map(torch.equal, one, other))
    assert [layer.shape[-1] for layer in one] == [32, 16, 8, 4, 2]
