"""Official StyleGAN2 and StyleGAN3 networks: what they may be made with, and what ours are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import UserError
from engine.models.network_pickle import NetworkState
from engine.models.published import CLAMP, Converted, Published, converted, shapes_of

if TYPE_CHECKING:
    from torch import Tensor

_TINY = 1e-6
_OTHER = "Get a StyleGAN2 network without classes, such as ffhq.pkl of stylegan2-ada-pytorch."
_OTHER_3 = "Get a StyleGAN3 network without classes, such as stylegan3-t-ffhq-1024x1024.pkl."
_LATENT = ("z_dim", "c_dim", "w_dim")
_PICTURE = {"img_resolution": "resolution", "img_channels": "colours"}
_GENERATOR = {
    **_PICTURE,
    **{"z_dim": "latent", "w_dim": "style", "mapping_kwargs.num_layers": "depth"},
}
_FREE = {
    *("channel_base", "channel_max", CLAMP, "num_fp16_res", "fused_modconv_default"),
    *("fp16_channels_last", "block_kwargs.fp16_channels_last", "block_kwargs.freeze_layers"),
    *("cmap_dim", "mapping_kwargs.embed_features", "mapping_kwargs.layer_features"),
    *("mapping_kwargs.w_avg_beta", "epilogue_kwargs.mbstd_group_size"),
}
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
GENERATOR = Published(
    network="stylegan2",
    title="StyleGAN2 generator",
    order=(*_LATENT, *_PICTURE),
    sizes=_GENERATOR,
    free=_FREE,
    fixed={**_FIXED, "architecture": "skip"},
    remedy=_OTHER,
)
DISCRIMINATOR = Published(
    network="stylegan2_discriminator",
    title="StyleGAN2 discriminator",
    order=("c_dim", *_PICTURE),
    sizes=_PICTURE,
    free=_FREE,
    fixed={**_FIXED, "architecture": "resnet"},
    remedy=_OTHER,
)
GENERATOR_3 = Published(
    network="stylegan3",
    title="StyleGAN3 generator",
    order=(*_LATENT, *_PICTURE),
    sizes={
        **_GENERATOR,
        "num_layers": "layers",
        "num_critical": "critical",
        "margin_size": "margin",
        "conv_kernel": "kernel",
        "use_radial_filters": "radial",
    },
    free={
        *("channel_base", "channel_max", CLAMP, "num_fp16_res", "magnitude_ema_beta"),
        *("mapping_kwargs.w_avg_beta",),
    },
    fixed={
        "c_dim": 0,
        "mapping_kwargs.lr_multiplier": 0.01,
        "first_cutoff": 2,
        "first_stopband": 2**2.1,
        "last_stopband_rel": 2**0.3,
        "output_scale": 0.25,
        "filter_size": 6,
        "lrelu_upsampling": 2,
    },
    remedy=_OTHER_3,
)


def converted_generator(state: NetworkState) -> Converted:
    """Weights of `engine.models.stylegan2.Generator` or of `stylegan3`'s (imports torch).

    Args:
        state: of an official file, its "G" or "G_ema".

    Raises:
        UserError: if it is another kind of network, has classes, was made with what ours does not
            compute, or a tensor is missing, unknown or of another shape.
    """
    from engine.models.stylegan2 import Generator
    from engine.models.stylegan2_size import generator_size

    if any(name.startswith("synthesis.input.") for name in state.tensors):
        return _converted_3(state)
    size = generator_size(shapes_of(state.tensors))
    made = converted(state, GENERATOR, size, Generator)
    _check_filters(made.tensors)
    return made


def converted_discriminator(state: NetworkState) -> Converted:
    """As `converted_generator`, for "D" and `stylegan2_discriminator.Discriminator`."""
    from engine.models.stylegan2_discriminator import Discriminator
    from engine.models.stylegan2_size import discriminator_size

    size = discriminator_size(shapes_of(state.tensors))
    made = converted(state, DISCRIMINATOR, size, Discriminator)
    _check_filters(made.tensors)
    return made


def _converted_3(state: NetworkState) -> Converted:
    """Filters stay the file's own: they are among its tensors."""
    from engine.models.stylegan3 import Generator
    from engine.models.stylegan3_size import generator_size

    made = converted(state, GENERATOR_3, generator_size(shapes_of(state.tensors)), Generator)
    if not made.size.clamp:
        raise UserError("The layers of this StyleGAN3 network do not clamp.", remedy=_OTHER_3)
    return made


def _check_filters(tensors: Mapping[str, Tensor]) -> None:
    """Ours resamples with the binomial filter alone."""
    from engine.models.stylegan2_layers import binomial

    wanted = binomial()
    for name, tensor in tensors.items():
        if name.endswith("resample_filter") and (tensor - wanted).abs().max() > _TINY:
            raise UserError(f"{name} of this network is another filter.", remedy=_OTHER)
