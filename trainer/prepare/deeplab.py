"""DeepLabV3 with the published classes, as a network that finds some of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.device import Compute, choose_device
from engine.errors import UserError
from engine.models.checkpoint import read_tensors
from engine.models.deeplab import DeepLabV3
from engine.models.fitting import misfit
from engine.models.loaded import LoadedNetwork
from engine.models.resnet50 import WIDTH
from engine.models.spec import ModelSpec

CLASSES = 21
"""Of PASCAL VOC, the background among them."""
_COUNTER = "num_batches_tracked"
_SPEC = ModelSpec(
    name="deeplabv3",
    title="DeepLabV3",
    kind="segmentation",
    summary="Finds what its classes name.",
    builder="engine.models.deeplab:build",
    weights="",
    licence="of the published weights: BSD-3",
    origin="Chen et al., Rethinking Atrous Convolution for Semantic Image Segmentation (2017)",
    size_multiple=DeepLabV3.size_multiple,
)


class OfClasses(nn.Module):
    """How likely each pixel is of one of some classes.

    Args:
        network: answers how likely each class is.
        classes: by number.
    """

    area = DeepLabV3.area

    def __init__(self, network: DeepLabV3, classes: Sequence[int]) -> None:
        super().__init__()
        self.network, self.classes = network, list(classes)

    def predict(self, rgb: Tensor) -> Tensor:
        """B×1×H×W in [0, 1], of B×3×H×W in [0, 1]."""
        return self.network.predict(rgb)[:, self.classes].sum(1, keepdim=True)


def open_deeplab(path: Path, classes: Sequence[int], *, compute: Compute) -> LoadedNetwork:
    """The network with somebody's weights, as wide as they are, ready to compute.

    Args:
        path: with torchvision's names, such as `deeplabv3_resnet50_coco-cd0a2569.pth`.
        classes: that it is to find, by number.
        compute: where it runs.

    Raises:
        UserError: if these are other weights, or the device can't be used.
    """
    found = read_tensors(path)
    with torch.inference_mode(False):
        network = DeepLabV3(narrow=_narrow(found), classes=CLASSES)
        _load(network, found, path)
        choice = choose_device(compute.device)
        module = OfClasses(network, classes).eval().requires_grad_(False).to(choice.name)
    return LoadedNetwork(path.stem, _SPEC, module, choice)


def _narrow(found: dict[str, Any]) -> int:
    """By how much the weights' layers are narrower than the published ones."""
    stem = found.get("backbone.conv1.weight")
    return 1 if stem is None else max(1, WIDTH // len(stem))


def _load(network: nn.Module, found: dict[str, Any], path: Path) -> None:
    """All tensors must fit; counters, which older files lack, are not missed."""
    wanted = {
        name: tuple(tensor.shape)
        for name, tensor in network.state_dict().items()
        if name in found or not name.endswith(_COUNTER)
    }
    told = misfit({name: tuple(tensor.shape) for name, tensor in found.items()}, wanted)
    if told:
        raise UserError(
            f"These are no weights of a DeepLabV3 with a ResNet-50 and {CLASSES} classes: {told}.",
            remedy="Take torchvision's, deeplabv3_resnet50_coco-cd0a2569.pth; or add weights of "
            "a segmenter of your own with 'matte models add' and give their name.",
            path=path,
        )
    network.load_state_dict(found, strict=False)
