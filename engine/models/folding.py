"""Networks made cheaper for use: normalisations go into the weights beside them."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from engine.errors import BugError
from engine.models.small_unet import ConvNorm
from engine.models.spectral import SpectralConv


@torch.no_grad()
def fold(network: nn.Module) -> None:
    """Fold spectral and batch normalisation into the convolutions, in place.

    The answers stay the same to rounding. The network can't be trained any more, and takes weights
    of the usual arrangement no more: fold after loading.

    Args:
        network: in evaluation mode, in float32.

    Raises:
        BugError: if it is in training mode.
    """
    if network.training:
        raise BugError("a network in training mode cannot be folded")
    for module in list(network.modules()):
        if isinstance(module, ConvNorm):
            _fold_norm(module)
        for name, layer in list(module.named_children()):
            if isinstance(layer, SpectralConv):
                setattr(module, name, _plain(layer))


def _fold_norm(layer: ConvNorm) -> None:
    conv, norm = layer[0], layer[1]
    if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
        layer[0], layer[1] = fuse_conv_bn_eval(conv, norm), nn.Identity()


def _plain(layer: SpectralConv) -> nn.Module:
    plain = layer.plain()
    plain.weight.copy_(layer.module())
    return plain.eval()
