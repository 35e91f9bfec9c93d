"""Networks by whose features pictures are compared, frozen.

A perceptual loss (Johnson et al., 2016) is as good as the network that looks. VGG is the papers';
people bring its weights. Another is taken only where a config names it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.models.checkpoint import read_tensors
from engine.models.fitting import misfit
from engine.models.segmentation_net import SegmentationNet

LAYERS = 5
_MEAN, _SCALE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_VGG19 = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 1))
_VGG16 = ((64, 2), (128, 2), (256, 3), (512, 2))
"""Channels and convolutions of the blocks, as far as they are looked at."""
VGG_FILES = {"VGG-16": "vgg16-397923af.pth", "VGG-19": "vgg19-dcbb9e9d.pth"}
"""Torchvision's, at download.pytorch.org/models."""


class LayerFeatures(nn.Module):
    """Layers one after another, some of which are looked at.

    Args:
        layers: of the network; their names in a state dict are `features.N…`.
        seen: numbers of the layers that are looked at.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, layers: list[nn.Module], seen: Collection[int]) -> None:
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


def vgg19() -> LayerFeatures:
    """VGG-19 (Simonyan and Zisserman, 2014) without weights: relu1_1, 2_1, 3_1, 4_1 and 5_1.

    The five layers are pix2pixHD's; POMAGAN says that there are five.
    """
    layers, first = _vgg(_VGG19)
    return LayerFeatures(layers, [number + 1 for number in first])


def vgg16() -> LayerFeatures:
    """VGG-16 without weights, up to conv4_2 with its ReLU, which alone is seen."""
    layers, _ = _vgg(_VGG16)
    return LayerFeatures(layers, [len(layers) - 1])


def load_vgg(
    network: LayerFeatures, name: str, weights: str, *, option: str, otherwise: str
) -> None:
    """Load torchvision's weights; layers behind those that are looked at are left out.

    Args:
        network: `vgg16()` or `vgg19()`.
        name: "VGG-16" or "VGG-19".
        weights: a file with torchvision's names (`features.N.weight`).
        option: how people say where the file is.
        otherwise: what else they can do.

    Raises:
        UserError: if there is no such file or it does not fit; it names the perceptual term.
    """
    path = Path(weights).expanduser()
    if not weights or not path.is_file():
        raise UserError(
            f"The perceptual term has no weights of {name}.",
            remedy=f"Fetch download.pytorch.org/models/{VGG_FILES[name]} and say where with "
            f"{option}. {otherwise}",
            path=path if weights else None,
        )
    wanted = _shapes(network.state_dict())
    kept = {key: tensor for key, tensor in read_tensors(path).items() if key in wanted}
    told = misfit(_shapes(kept), wanted)
    if told:
        raise UserError(
            f"These are no weights of {name} for the perceptual term: {told}.",
            remedy="They must have torchvision's names, features.0.weight and so on.",
            path=path,
        )
    network.load_state_dict(kept)


def _vgg(blocks: tuple[tuple[int, int], ...]) -> tuple[list[nn.Module], list[int]]:
    """The layers, and the numbers of each block's first convolution."""
    layers: list[nn.Module] = []
    first, planes = [], 3
    for block, (width, count) in enumerate(blocks):
        layers += [nn.MaxPool2d(2)] if block else []
        first.append(len(layers))
        for _ in range(count):
            layers += [nn.Conv2d(planes, width, 3, padding=1), nn.ReLU(inplace=True)]
            planes = width
    return layers, first


def _shapes(tensors: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    return {key: tuple(tensor.shape) for key, tensor in tensors.items()}
