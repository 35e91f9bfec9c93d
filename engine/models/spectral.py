"""Spectral normalisation as the released networks have it.

Source: Miyato et al., "Spectral Normalization for Generative Adversarial Networks" (2018),
algorithm 1. The weight is reshaped along its first axis for transposed convolutions too, where
`torch.nn.utils.parametrizations.spectral_norm` takes the second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

SUFFIXES = (".module.weight_bar", ".module.weight_u", ".module.weight_v")
"""What a normalised layer stores in place of `.weight`: the raw weight and two unit vectors."""
Convolution = Callable[..., nn.Module]
"""Makes a layer without bias: `(planes, width, kernel, *, stride=1, transposed=False)`."""
_EPSILON = 1e-12
_ITERATIONS = 30


class SpectralWeight(nn.Module):
    """A weight divided by its largest singular value, estimated by power iteration.

    The estimate gets better by one iteration in each forward pass in training; else it rests.
    """

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        rows = weight.shape[0]
        self.weight_bar = nn.Parameter(weight)
        self.weight_u = _vector(weight.new_empty(rows))
        self.weight_v = _vector(weight.new_empty(weight.numel() // rows))

    def forward(self) -> Tensor:
        """The normalised weight, in the shape of the raw one."""
        with torch.autocast(self.weight_bar.device.type, enabled=False):
            if self.training:
                self._iterate()
            # copies, since the next pass changes the vectors before this one's gradient is taken
            u, v = self.weight_u.clone(), self.weight_v.clone()
            return self.weight_bar / u.dot(self.weight_bar.flatten(1).mv(v))

    @torch.no_grad()
    def _iterate(self) -> None:
        u, v = _better(self.weight_bar.flatten(1), self.weight_u)
        self.weight_u.copy_(u)
        self.weight_v.copy_(v)


class SpectralConv(nn.Module):
    """A convolution without bias under spectral normalisation; keys as in `SUFFIXES`.

    Attributes:
        plain: makes the same layer without the normalisation, with random weights.
    """

    def __init__(
        self, planes: int, width: int, kernel: int, *, stride: int = 1, transposed: bool = False
    ) -> None:
        super().__init__()
        self.plain = partial(
            plain_conv, planes, width, kernel, stride=stride, transposed=transposed
        )
        self.module = SpectralWeight(self.plain().weight.detach())
        self.stride = stride
        self.padding = _padding(kernel)
        self.convolve = F.conv_transpose2d if transposed else F.conv2d

    def forward(self, x: Tensor) -> Tensor:
        return self.convolve(x, self.module(), None, self.stride, self.padding)


def plain_conv(
    planes: int, width: int, kernel: int, *, stride: int = 1, transposed: bool = False
) -> nn.Conv2d | nn.ConvTranspose2d:
    """A convolution without bias that keeps the size, or divides or multiplies it by the stride."""
    padding = _padding(kernel)
    if transposed:
        return nn.ConvTranspose2d(planes, width, kernel, stride, padding, bias=False)
    layer = nn.Conv2d(planes, width, kernel, stride, padding, bias=False)
    nn.init.xavier_uniform_(layer.weight)
    return layer


def folded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same weights for a network of plain convolutions: each `.weight` is normalised.

    Args:
        state: with triplets of `SUFFIXES`; other entries are kept as they are.
    """
    found = {}
    for name, tensor in state.items():
        layer = name.removesuffix(SUFFIXES[0])
        if layer != name:
            u, v = (state[layer + suffix] for suffix in SUFFIXES[1:])
            found[f"{layer}.weight"] = tensor / u.dot(tensor.flatten(1).mv(v))
        elif not name.endswith(SUFFIXES[1:]):
            found[name] = tensor
    return found


def triplet(layer: str, weight: Tensor) -> dict[str, Tensor]:
    """What a normalised layer stores for a weight whose largest singular value is to become 1.

    Args:
        layer: name of the layer.
        weight: any real weight; its first axis counts the rows.
    """
    matrix = weight.detach().float().flatten(1)
    u = matrix.new_ones(len(matrix))
    for _ in range(_ITERATIONS):
        u, v = _better(matrix, u)
    return dict(zip((layer + suffix for suffix in SUFFIXES), (weight, u, v), strict=True))


def unfolded(layer: str, weight: Tensor) -> dict[str, Tensor]:
    """What a normalised layer stores so that its effective weight is just `weight`.

    The first vector is scaled so that the estimated singular value is 1; training makes it a unit
    vector again.
    """
    stored = triplet(layer, weight)
    u, v = (stored[layer + suffix] for suffix in SUFFIXES[1:])
    stored[layer + SUFFIXES[1]] = u / u.dot(weight.float().flatten(1).mv(v))
    return stored


def _padding(kernel: int) -> int:
    return (kernel - 1) // 2


def _better(matrix: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    v = F.normalize(matrix.t().mv(u), dim=0, eps=_EPSILON)
    return F.normalize(matrix.mv(v), dim=0, eps=_EPSILON), v


def _vector(empty: Tensor) -> nn.Parameter:
    return nn.Parameter(F.normalize(nn.init.normal_(empty), dim=0), requires_grad=False)
