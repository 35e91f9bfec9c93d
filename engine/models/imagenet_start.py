"""Start the published network from an encoder that has learnt to classify.

The plane of guidance, which no classifier has, starts at zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from engine.errors import UserError
from engine.models.fitting import Shapes, shapes_wanted
from engine.models.prn import Prn
from engine.models.registry import MODELS
from engine.models.spectral import triplet

_FIRST = ("encoder.conv1.module", "encoder.shortcut.0.0.module")
"""Layers that look at the network's input."""
_BLOCKS = MappingProxyType(
    {
        "layer1": ("layer1", 3),
        "layer2": ("layer2", 4),
        "layer3": ("layer3", 4),
        "layer4": ("layer_bottleneck", 2),
    }
)
"""ResNet-34's layers: what they are called here, and how many of their blocks there are."""
_BLOCK = re.compile(r"(layer[1-4])\.(\d+)\.(conv[12]|bn[12]|downsample\.[01])\.(\w+)")


@dataclass(frozen=True, eq=False)
class Start:
    """Weights for a part of the published network.

    Attributes:
        state: name in `Prn` to tensor.
        used: names in the source that went into it.
        left_out: the others.
    """

    state: dict[str, Tensor]
    used: tuple[str, ...]
    left_out: tuple[str, ...]

    def into(self, network: Prn) -> None:
        """Copy the weights into a network; the rest of it stays as it is."""
        network.load_state_dict(self.state, strict=False)


def start_from_gca(state: Mapping[str, Tensor]) -> Start:
    """From the classifier that GCA-Matting starts from: the same encoder, with RGB alone.

    Args:
        state: of `model_best_resnet34_En_nomixup.pth`; the prefixes `module.` and `encoder.` may
            be there or not.

    Raises:
        UserError: if there is nothing of such an encoder in it.
    """
    prefix = "module." if all(name.startswith("module.") for name in state) else ""
    wanted = shapes_wanted(MODELS["prn"])
    names = {
        name: f"encoder.{name.removeprefix(prefix).removeprefix('encoder.')}" for name in state
    }
    found = {
        name: _with_guidance(names[name], tensor, wanted)
        for name, tensor in state.items()
        if names[name] in wanted
    }
    fitting = {name: t for name, t in found.items() if t.shape == wanted[names[name]]}
    return _start(state, {names[name]: t for name, t in fitting.items()}, fitting)


def start_from_resnet34(state: Mapping[str, Tensor]) -> Start:
    """From a ResNet-34 for ImageNet, named as torchvision and most others name it.

    Its stem and the blocks that are not in the published encoder are left out.

    Raises:
        UserError: if there is nothing of such a network in it.
    """
    wanted = shapes_wanted(MODELS["prn"])
    made: dict[str, Tensor] = {}
    used = []
    for name, tensor in state.items():
        entries = _resnet_entries(name, tensor)
        if entries and all(wanted.get(key) == one.shape for key, one in entries.items()):
            made.update(entries)
            used.append(name)
    return _start(state, made, used)


def _resnet_entries(name: str, tensor: Tensor) -> dict[str, Tensor]:
    """What one tensor of a ResNet-34 becomes here; nothing if it has no place."""
    parts = _BLOCK.fullmatch(name)
    if parts is None:
        return {}
    layer, block, piece, entry = parts.groups()
    here, blocks = _BLOCKS[layer]
    if int(block) >= blocks:
        return {}
    # the pooling before a strided shortcut takes the first place here
    piece = {"downsample.0": "downsample.1", "downsample.1": "downsample.2"}.get(piece, piece)
    place = f"encoder.{here}.{block}.{piece}"
    return triplet(place, tensor.float()) if tensor.ndim == 4 else {f"{place}.{entry}": tensor}


def _with_guidance(name: str, tensor: Tensor, wanted: Shapes) -> Tensor:
    """Add the plane of guidance, at zero, to what looks at the network's input."""
    layer, _, entry = name.rpartition(".")
    if layer not in _FIRST or entry == "weight_u" or tensor.shape == wanted[name]:
        return tensor
    if entry == "weight_v":
        return torch.cat([tensor, tensor.new_zeros(len(tensor) // 3)])
    return torch.cat([tensor, torch.zeros_like(tensor[:, :1])], 1)


def _start(source: Mapping[str, Tensor], made: dict[str, Tensor], used: Iterable[str]) -> Start:
    taken = set(used)
    if not taken:
        raise UserError(
            "Nothing in these weights belongs to the network's encoder.",
            remedy="It must be GCA-Matting's classifier, or a ResNet-34 for ImageNet.",
        )
    return Start(
        made,
        tuple(name for name in source if name in taken),
        tuple(name for name in source if name not in taken),
    )
