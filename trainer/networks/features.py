"""Networks by whose features pictures are compared: five layers each, frozen.

A perceptual loss (Johnson et al., 2016) is as good as the network that looks. VGG-19 is the one of
the papers; people bring its weights. Another is taken only where a config names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.models.fitting import misfit
from engine.models.segmentation_net import SegmentationNet
from trainer.initial import read_tensors
from trainer.networks.segmenter import open_segmenter

FeatureName = Literal["vgg19", "segmenter", "random"]
LAYERS = 5
SEED = 1
"""Of the network with random weights."""
_MEAN, _SCALE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_VGG: tuple[tuple[int, int], ...] = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 1))
"""Channels and convolutions of the blocks, as far as they are looked at."""
_RANDOM = (8, 16, 32, 32, 32)
_OTHERWISE = (
    "Or choose another network with loss.features (segmenter, random), or do without: "
    "loss.perceptual=0."
)


class LayerFeatures(nn.Module):
    """Layers one after another, some of which are looked at.

    Args:
        layers: of the network; their names in a state dict are `features.N…`.
        seen: numbers of the layers that are looked at.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, layers: list[nn.Module], seen: list[int]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, 3, 1, 1), persistent=False)
        self.features = nn.Sequential(*layers)
        self.seen = frozenset(seen)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        """What the layers see, the finest first.

        Args:
            rgb: B×3×H×W in [0, 1]; both sides at least 16 pixels.
        """
        x, found = (rgb - self.mean) / self.scale, []
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in self.seen:
                found.append(x)
        return found


class SegmenterFeatures(nn.Module):
    """The encoder of a segmenter: its levels, and what lies below them if these are but four.

    Args:
        network: with weights.
    """

    def __init__(self, network: SegmentationNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, rgb: Tensor) -> list[Tensor]:
        """As `LayerFeatures.forward`; both sides are multiples of the network's."""
        net = self.network
        levels: list[Tensor] = net.encoder((rgb - net.mean) / net.scale)
        return (levels if len(levels) >= LAYERS else [*levels, net.bottom(levels[-1])])[:LAYERS]


def open_features(name: FeatureName, weights: str = "") -> nn.Module:
    """A feature network, frozen.

    Args:
        name: "vgg19" up to relu5_1, "segmenter", one of the product's own, or "random", a small
            one with the same random weights each time.
        weights: for "vgg19" a file with torchvision's names (`features.N.weight`); for "segmenter"
            a weights file, a run's folder, or a name of the list of weights.

    Raises:
        UserError: if there are no such weights, or they don't fit; it names the perceptual term.
    """
    return FEATURES[name](weights).requires_grad_(False).eval()


def vgg19() -> LayerFeatures:
    """VGG-19 (Simonyan and Zisserman, 2014) without weights: relu1_1, 2_1, 3_1, 4_1 and 5_1.

    The five layers are pix2pixHD's; POMAGAN says that there are five.
    """
    layers: list[nn.Module] = []
    seen, planes = [], 3
    for block, (width, count) in enumerate(_VGG):
        layers += [nn.MaxPool2d(2)] if block else []
        seen.append(len(layers) + 1)
        for _ in range(count):
            layers += [nn.Conv2d(planes, width, 3, padding=1), nn.ReLU(inplace=True)]
            planes = width
    return LayerFeatures(layers, seen)


def _vgg19(weights: str) -> LayerFeatures:
    path = Path(weights).expanduser()
    if not weights or not path.is_file():
        raise UserError(
            "The perceptual term has no weights of VGG-19.",
            remedy="Fetch download.pytorch.org/models/vgg19-dcbb9e9d.pth and say where with "
            f"--set loss.features_file=FILE. {_OTHERWISE}",
            path=path if weights else None,
        )
    network, found = vgg19(), read_tensors(path)
    wanted = {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()}
    kept = {key: tensor for key, tensor in found.items() if key in wanted}
    told = misfit(_shapes(kept), wanted)
    if told:
        raise UserError(
            f"These are no weights of VGG-19 for the perceptual term: {told}.",
            remedy="They must have torchvision's names, features.0.weight and so on.",
            path=path,
        )
    network.load_state_dict(kept)
    return network


def _segmenter(weights: str) -> SegmenterFeatures:
    if not weights:
        raise UserError(
            "The perceptual term has no segmenter to look with.",
            remedy="Name its weights with --set loss.features_file=person_small, or give a file.",
        )
    return SegmenterFeatures(
        open_segmenter(weights, purpose="the perceptual term", remedy=_OTHERWISE)
    )


def _random(weights: str) -> LayerFeatures:
    layers: list[nn.Module] = []
    generator = torch.Generator().manual_seed(SEED)
    with torch.device("cpu"):  # where the generator is
        for number, (planes, width) in enumerate(pairwise((3, *_RANDOM))):
            conv = nn.Conv2d(planes, width, 3, 2 if number else 1, 1, bias=False)
            nn.init.kaiming_normal_(conv.weight, generator=generator)
            layers += [conv, nn.ReLU(inplace=True)]
        return LayerFeatures(layers, list(range(1, len(layers), 2)))


def _shapes(tensors: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    return {key: tuple(tensor.shape) for key, tensor in tensors.items()}


FEATURES: dict[FeatureName, Callable[[str], nn.Module]] = {
    "vgg19": _vgg19,
    "segmenter": _segmenter,
    "random": _random,
}
