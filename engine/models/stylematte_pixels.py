"""Swin encoder and Mask2Former's pixel decoder, built by transformers from numbers alone.

Nothing is looked up or downloaded. transformers is imported when the first network is built, and
keeps quiet meanwhile: that Mask2Former does not know Swin-V2 is known here.
"""

from __future__ import annotations

import logging
import math
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import NotInstalled
from engine.models.stylematte_names import is_weight, stored_name, stored_names
from engine.models.stylematte_size import ATTENTION_HEADS, Architecture

_CONFIGS = {
    "swin": ("transformers.models.swin.configuration_swin", "SwinConfig"),
    "swinv2": ("transformers.models.swinv2.configuration_swinv2", "Swinv2Config"),
}
_MASK2FORMER = "transformers.models.mask2former."
_STAGES = [f"stage{number}" for number in range(1, 5)]


class PixelModule(nn.Module):
    """Features of a photograph at strides 32, 16, 8 and 4.

    Its weights have the names of the released files, whatever the installed transformers calls its
    layers. No layer drops anything at random: weights are tuned from others, or the network is
    small.

    Args:
        architecture: how large.

    Raises:
        NotInstalled: if there is no transformers.
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        with _quiet():
            module = _imported("modeling_mask2former").Mask2FormerPixelLevelModule(
                _config(architecture)
            )
        self.encoder, self.decoder = module.encoder, module.decoder
        _leave_out_unused(self.encoder)
        _start(self.decoder)
        hooks: Any = self  # torch has no types for these
        hooks.register_state_dict_post_hook(_rename_saved)
        hooks.register_load_state_dict_pre_hook(_rename_loaded)

    def forward(self, x: Tensor) -> list[Tensor]:
        """N×3×H×W, normalised, to N×features×H/s×W/s for s = 32, 16, 8, 4, rounded up."""
        found = self.decoder(self.encoder(x).feature_maps)
        return [*found.multi_scale_features, found.mask_features]


def _config(architecture: Architecture) -> Any:
    module, name = _CONFIGS[architecture.encoder]
    encoder = getattr(import_module(module), name)(
        image_size=32 * architecture.window,  # Swin-V2 has no larger windows than this has pixels
        embed_dim=architecture.embed,
        depths=list(architecture.depths),
        num_heads=list(architecture.heads),
        window_size=architecture.window,
        drop_path_rate=0.0,
        out_features=_STAGES,
    )
    return _imported("configuration_mask2former").Mask2FormerConfig(
        backbone_config=encoder,
        feature_size=architecture.features,
        mask_feature_size=architecture.features,
        hidden_dim=architecture.features,
        encoder_feedforward_dim=architecture.feed_forward,
        encoder_layers=architecture.decoder_layers,
        num_attention_heads=ATTENTION_HEADS,
    )


def _imported(name: str) -> Any:
    try:
        return import_module(_MASK2FORMER + name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "transformers":
            raise
        raise NotInstalled("StyleMatte", package="transformers", extra="stylematte") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """No word from transformers below an error."""
    logger = logging.getLogger("transformers")
    _imported("modeling_mask2former")  # sets up its logging
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _leave_out_unused(encoder: Any) -> None:
    """A layer whose output nothing reads has no gradients, for which training in parts waits."""
    inner = getattr(encoder, "swin", None)
    if inner is not None:
        inner.layernorm = nn.Identity()


@torch.no_grad()
def _start(decoder: Any) -> None:
    """First weights of the pixel decoder, which transformers gives only to whole models.

    Each head looks in a direction of its own, each of its points further that way, and all count
    alike (Zhu and others, "Deformable DETR", 2021, appendix A.4).
    """
    nn.init.normal_(decoder.level_embed)
    for layer in decoder.encoder.layers:
        attention = layer.self_attn
        nn.init.zeros_(attention.sampling_offsets.weight)
        attention.sampling_offsets.bias.copy_(_directions(attention).flatten())
        nn.init.zeros_(attention.attention_weights.weight)
        nn.init.zeros_(attention.attention_weights.bias)
        for projection in (attention.value_proj, attention.output_proj):
            nn.init.xavier_uniform_(projection.weight)
            nn.init.zeros_(projection.bias)


def _directions(attention: Any) -> Tensor:
    """Offsets, heads×levels×points×2."""
    angles = torch.arange(attention.n_heads) * (2 * math.pi / attention.n_heads)
    way = torch.stack([angles.cos(), angles.sin()], -1)
    way = way / way.abs().amax(-1, keepdim=True)
    steps = torch.arange(1, attention.n_points + 1).view(-1, 1)
    return (way[:, None, None] * steps).repeat(1, attention.n_levels, 1, 1)


def _rename_saved(
    module: nn.Module, state: OrderedDict[str, Any], prefix: str, _metadata: Any
) -> None:
    """Give tensors their stored names; keep the order, since others' tensors may come before."""
    own = [name.removeprefix(prefix) for name in state if name.startswith(prefix)]
    for name in own:
        tensor = state.pop(prefix + name)
        if is_weight(name):
            state[prefix + stored_name(name)] = tensor


def _rename_loaded(module: nn.Module, state: dict[str, Any], prefix: str, *_others: Any) -> None:
    """Give tensors the names that the module itself has for them."""
    own = _own_names(module)
    for name, stored in stored_names(own).items():
        if prefix + stored in state:
            state[prefix + name] = state.pop(prefix + stored)
    for name in own:
        if not is_weight(name):
            state[prefix + name] = module.get_buffer(name)


def _own_names(module: nn.Module) -> list[str]:
    parts = {name: part.state_dict() for name, part in module.named_children()}
    return [f"{name}.{key}" for name, state in parts.items() for key in state]
