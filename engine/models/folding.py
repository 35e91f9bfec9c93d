"""Networks made cheaper for use: normalisations go into the weights beside them."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.nn.utils.parametrize import is_parametrized

from engine.errors import BugError
from engine.models.spectral import SpectralConv


@torch.no_grad()
def fold(network: nn.Module) -> None:
    """Fold spectral and batch normalisation into the convolutions, in place.

    Batch normalisation goes where it stands behind a convolution within an `nn.Sequential`. The
    answers stay the same to rounding. The network can't be trained any more, and takes weights of
    the usual arrangement no more: fold after loading.

    Args:
        network: in evaluation mode, in float32.

    Raises:
        BugError: if it is in training mode.
    """
    if network.training:
        raise BugError("a network in training mode cannot be folded")
    for module in list(network.modules()):
        for name, layer in list(module.named_children()):
            if isinstance(layer, SpectralConv):
                setattr(module, name, _plain(layer))
    for chain in [part for part in network.modules() if isinstance(part, nn.Sequential)]:
        _fold_norms(chain)


def _fold_norms(chain: nn.Sequential) -> None:
    for at, (conv, norm) in enumerate(pairwise(list(chain))):
        # exactly these types: what a subclass or a hook does to its weight is not known here
        if type(conv) is not nn.Conv2d or type(norm) is not nn.BatchNorm2d:
            continue
        if not is_parametrized(conv) and not conv._forward_pre_hooks:
            chain[at] = fuse_conv_bn_eval(conv, norm).requires_grad_(conv.weight.requires_grad)
            chain[at + 1] = nn.Identity()


def _plain(layer: SpectralConv) -> nn.Module:
    plain = layer.plain()
    plain.weight.copy_(layer.module())
    return plain.eval().requires_grad_(layer.module.weight_bar.requires_grad)
