"""Feature networks by the names that configs have for them: five layers each, frozen."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Literal

import torch
from torch import nn

from engine.errors import UserError
from engine.models.features import LAYERS, LayerFeatures, SegmenterFeatures, load_vgg, vgg19
from trainer.networks.segmenter import open_segmenter

__all__ = [
    "FEATURES",
    "LAYERS",
    "FeatureName",
    "LayerFeatures",
    "SegmenterFeatures",
    "open_features",
    "vgg19",
]
FeatureName = Literal["vgg19", "segmenter", "random"]
SEED = 1
"""Of the network with random weights."""
_RANDOM = (8, 16, 32, 32, 32)
_OTHERWISE = (
    "Or choose another network with loss.features (segmenter, random), or do without: "
    "loss.perceptual=0."
)


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


def _vgg19(weights: str) -> LayerFeatures:
    network = vgg19()
    load_vgg(
        network,
        "VGG-19",
        weights,
        option="--set loss.features_file=FILE",
        otherwise=_OTHERWISE,
    )
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


FEATURES: dict[FeatureName, Callable[[str], nn.Module]] = {
    "vgg19": _vgg19,
    "segmenter": _segmenter,
    "random": _random,
}
