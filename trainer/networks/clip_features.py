"""CLIP's image tower, frozen, from a file of the user's: two of its layers and its answer.

Radford et al., "Learning Transferable Visual Models From Natural Language Supervision" (2021). It
is built by transformers from numbers alone; nothing is looked up or downloaded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import NotInstalled, UserError
from engine.models.checkpoint import read_tensors
from engine.models.fitting import misfit

MEAN = (0.48145466, 0.4578275, 0.40821073)
SCALE = (0.26862954, 0.26130258, 0.27577711)
"""Of colours, with which it was trained."""
HEAD = 64
"""Channels of an attention head in all of CLIP's towers."""
_PARTS = ("vision_model.", "visual_projection.")
_INDEX = "vision_model.embeddings.position_ids"
"""Counts the positions; older files have it."""
FETCH = (
    "Fetch openai/clip-vit-base-patch32 (model.safetensors or pytorch_model.bin) from "
    "huggingface.co and say where its file is with --set loss.features_file=FILE."
)


class ClipFeatures(nn.Module):
    """What CLIP sees after a third and two thirds of its layers, and in the end.

    Args:
        weights: of a CLIP model or of its image tower, by transformers' names.

    Attributes:
        side: of the pictures that it looks at, in pixels.

    Raises:
        UserError: if they are none.
        NotInstalled: if there is no transformers.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        kept = {key: one for key, one in weights.items() if key.startswith(_PARTS)}
        kept.pop(_INDEX, None)
        self.side, numbers = _numbers(kept)
        self.layers = int(numbers["num_hidden_layers"])
        with torch.device("cpu"):  # where the weights are
            self.tower = _built(numbers)
            self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
            self.register_buffer("scale", torch.tensor(SCALE).view(1, 3, 1, 1), persistent=False)
        told = misfit(_shapes(kept), _shapes(self.tower.state_dict()))
        if told:
            raise UserError(f"These are no weights of CLIP's image tower: {told}.", remedy=FETCH)
        self.tower.load_state_dict(kept)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        """Two maps N×C×h×w and a vector N×D of N×3×side×side in [0, 1]."""
        seen = self.tower((rgb - self.mean) / self.scale, output_hidden_states=True)
        taps = (seen.hidden_states[self.layers * part // 3] for part in (1, 2))
        return [*map(_as_map, taps), seen.image_embeds]


def open_clip(weights: str) -> ClipFeatures:
    """CLIP's image tower.

    Args:
        weights: a file of transformers' CLIP.

    Raises:
        UserError: if it is not there or no such file.
        NotInstalled: if there is no transformers.
    """
    path = Path(weights).expanduser()
    if not weights or not path.is_file():
        raise UserError(
            "The discriminator of composites has no weights of CLIP to look with.",
            remedy=f"{FETCH} Or choose another network with loss.features: segmenter, random.",
            path=path if weights else None,
        )
    return ClipFeatures(read_tensors(path))


def _numbers(weights: Mapping[str, Tensor]) -> tuple[int, dict[str, int]]:
    """The side of a picture, and what transformers calls the tower's sizes."""
    layer = "vision_model.encoder.layers."
    try:
        width, _, _, patch = weights["vision_model.embeddings.patch_embedding.weight"].shape
        places = len(weights["vision_model.embeddings.position_embedding.weight"])
        numbers = {
            "hidden_size": width,
            "patch_size": patch,
            "image_size": patch * math.isqrt(places - 1),
            "intermediate_size": len(weights[f"{layer}0.mlp.fc1.weight"]),
            "projection_dim": len(weights["visual_projection.weight"]),
            "num_attention_heads": width // HEAD,
            "num_hidden_layers": len(
                {name.removeprefix(layer).split(".")[0] for name in weights if layer in name}
            ),
        }
    except (KeyError, ValueError) as error:
        raise UserError("There is no image tower of CLIP in this file.", remedy=FETCH) from error
    return numbers["image_size"], numbers


def _built(numbers: Mapping[str, int]) -> Any:
    try:
        config = import_module("transformers.models.clip.configuration_clip").CLIPVisionConfig
        towers = import_module("transformers.models.clip.modeling_clip")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "transformers":
            raise
        raise NotInstalled("CLIP", package="transformers", extra="stylematte") from error
    return towers.CLIPVisionModelWithProjection(config(**numbers))


def _as_map(tokens: Tensor) -> Tensor:
    """From N×(1 + h·w)×C, the first of which stands for the whole, to N×C×h×w."""
    places = tokens[:, 1:].transpose(1, 2)
    return places.reshape(*places.shape[:2], math.isqrt(places.shape[2]), -1)


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}
