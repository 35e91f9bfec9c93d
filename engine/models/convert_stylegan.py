"""Official StyleGAN2 networks as weights of ours: every tensor and every setting accounted for.

Tensors have the same names and shapes on both sides. What the network was made with is compared
with what ours computes, in both repositories' arrangements: StyleGAN2-ADA keeps what the synthesis
is made with in a table of its own, StyleGAN3 beside the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import UserError
from engine.models.fitting import misfit
from engine.models.network_pickle import NetworkState

if TYPE_CHECKING:
    from torch import Tensor

    from engine.models.stylegan2_size import Size

_TINY = 1e-6
_OTHER = "Get a StyleGAN2 network without classes, such as ffhq.pkl of stylegan2-ada-pytorch."
_MADE_WITH = {
    "generator": ("z_dim", "c_dim", "w_dim", "img_resolution", "img_channels"),
    "discriminator": ("c_dim", "img_resolution", "img_channels"),
}
"""Arguments that may be given in order."""
_PICTURE = {"img_resolution": "resolution", "img_channels": "colours"}
_SIZES = {
    "generator": {
        **_PICTURE,
        **{"z_dim": "latent", "w_dim": "style", "mapping_kwargs.num_layers": "depth"},
    },
    "discriminator": _PICTURE,
}
"""Arguments that the shapes must agree with."""
_FREE = {
    *("channel_base", "channel_max", "conv_clamp", "num_fp16_res", "fused_modconv_default"),
    *("fp16_channels_last", "block_kwargs.fp16_channels_last", "block_kwargs.freeze_layers"),
    *("cmap_dim", "mapping_kwargs.embed_features", "mapping_kwargs.layer_features"),
    *("mapping_kwargs.w_avg_beta", "epilogue_kwargs.mbstd_group_size"),
}
"""Arguments that shapes show, or that change how it is trained and nothing of what it computes of a
picture."""
_TAPS = [1, 3, 3, 1]
_FIXED: dict[str, Any] = {
    "c_dim": 0,
    "use_noise": True,
    "resample_filter": _TAPS,
    "block_kwargs.resample_filter": _TAPS,
    "mapping_kwargs.lr_multiplier": 0.01,
    "epilogue_kwargs.mbstd_num_channels": 1,
    **dict.fromkeys(
        ("activation", *(f"{one}_kwargs.activation" for one in ("mapping", "block", "epilogue"))),
        "lrelu",
    ),
}
"""Arguments that ours has one value for."""
_ARCHITECTURE = {"generator": "skip", "discriminator": "resnet"}


@dataclass(frozen=True, eq=False)
class Converted:
    """Weights of one of our StyleGAN2 networks.

    Attributes:
        size: the network's, with the clamp, which weights do not show.
        tensors: by name, float32.
    """

    size: Size
    tensors: dict[str, Tensor]


def converted_generator(state: NetworkState) -> Converted:
    """Weights of `engine.models.stylegan2.Generator` (imports torch).

    Args:
        state: of an official file, its "G" or "G_ema".

    Raises:
        UserError: if it is another kind of network, has classes, was made with what ours does not
            compute, or a tensor is missing, unknown or of another shape.
    """
    from engine.models.stylegan2 import Generator
    from engine.models.stylegan2_size import generator_size

    if any(name.startswith("synthesis.input.") for name in state.tensors):
        raise UserError("This is a StyleGAN3 network, which cannot be run yet.", remedy=_OTHER)
    return _converted(state, "generator", generator_size(_shapes(state.tensors)), Generator)


def converted_discriminator(state: NetworkState) -> Converted:
    """As `converted_generator`, for "D" and `stylegan2_discriminator.Discriminator`."""
    from engine.models.stylegan2_discriminator import Discriminator
    from engine.models.stylegan2_size import discriminator_size

    size = discriminator_size(_shapes(state.tensors))
    return _converted(state, "discriminator", size, Discriminator)


def _converted(state: NetworkState, network: str, size: Size, kind: Any) -> Converted:
    import torch

    _check_made(state, network, size)
    size = dataclasses.replace(size, clamp=_clamp(state))
    with torch.device("meta"):
        wanted = _shapes(kind(size).state_dict())
    wrong = misfit(_shapes(state.tensors), wanted)
    if wrong:
        raise UserError(f"This is no StyleGAN2 {network} as published: {wrong}.", remedy=_OTHER)
    tensors = {name: one.float() for name, one in state.tensors.items()}
    _check_filters(tensors)
    return Converted(size, tensors)


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def _check_made(state: NetworkState, network: str, size: Size) -> None:
    """Compare what the network was made with, where it says so, with what ours is and does."""
    sizes = {name: getattr(size, of) for name, of in _SIZES[network].items()}
    fixed = {**_FIXED, **sizes, "architecture": _ARCHITECTURE[network]}
    for name, value in _arguments(state, _MADE_WITH[network]):
        if name in _FREE or (name in fixed and fixed[name] == value):
            continue
        what = f"{name} {value!r}" if name in fixed else f"the unknown setting {name}"
        raise UserError(
            f"This StyleGAN2 {network} was made with {what}, which cannot be run.", remedy=_OTHER
        )


def _arguments(state: NetworkState, order: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Name and value of each argument; those in tables with the table's name, but for synthesis."""
    if len(state.positional) > len(order):
        raise UserError("This network was made with unknown arguments.", remedy=_OTHER)
    for name, value in {**dict(zip(order, state.positional, strict=False)), **state.named}.items():
        if not isinstance(value, dict):
            yield name, value
            continue
        prefix = "" if name == "synthesis_kwargs" else f"{name}."
        yield from ((prefix + inner, one) for inner, one in value.items())


def _clamp(state: NetworkState) -> float | None:
    """What all layers keep their answers within, as the layers themselves say it."""
    found = {value for name, value in state.scalars.items() if name.endswith(".conv_clamp")}
    if not found:
        found = {dict(_arguments(state, _MADE_WITH["generator"])).get("conv_clamp")}
    if len(found) != 1 or not isinstance(clamp := found.pop(), float | int | None):
        raise UserError("The layers of this network clamp differently.", remedy=_OTHER)
    return None if clamp is None else float(clamp)


def _check_filters(tensors: Mapping[str, Tensor]) -> None:
    """Ours resamples with the binomial filter alone."""
    from engine.models.stylegan2_layers import binomial

    wanted = binomial()
    for name, tensor in tensors.items():
        if name.endswith("resample_filter") and (tensor - wanted).abs().max() > _TINY:
            raise UserError(f"{name} of this network is another filter.", remedy=_OTHER)
