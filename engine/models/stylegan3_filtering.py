"""StyleGAN3's filtered non-linearity, without ever having a picture at the higher rate.

Karras et al., "Alias-Free Generative Adversarial Networks" (2021), section 3.2: up, leaky ReLU,
clamp, down. A tile of the answer is made at a time, its rows and its columns by a small matrix from
a few of those that go in: a strided convolution with a kernel for each row of the tile. Gradients
are the same with the matrices transposed; what was bent is computed again rather than kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from engine.models.stylegan2_layers import SLOPE
from engine.models.stylegan3_matrices import Filtering, Strip


def filtered(x: Tensor, how: Filtering) -> Tensor:
    """Up, leaky ReLU with a gain of √2, clamp, down.

    Args:
        x: N×C×(h + k - 1)×(h + k - 1), as a k×k convolution leaves it.
        how: of a layer from h to r pixels.

    Returns:
        N×C×r×r, channels last. It can be differentiated as often as one likes.
    """
    device = x.device.type
    if torch.is_autocast_enabled(device):
        x = x.to(torch.get_autocast_dtype(device))
    return _filter(x.permute(0, 2, 3, 1).contiguous(), how).permute(0, 3, 1, 2)


def _raised(x: Tensor, rows: Strip, cols: Strip) -> Tensor:
    """From N×K×K×C to N×T×T×C, at the rate between."""
    return _over_rows(rows.up, _over_cols(cols.up, x))


def _lowered(x: Tensor, rows: Strip, cols: Strip) -> Tensor:
    """From N×T×T×C to N×O×O×C."""
    made = _over_rows(rows.down, x)  # N×(O·parts)×T×C
    height = rows.out.stop - rows.out.start
    return _over_cols(cols.down, made.view(len(x), height, -1, x.shape[3]))


def _raised_back(x: Tensor, rows: Strip, cols: Strip) -> Tensor:
    """The adjoint of `_raised`."""
    return _over_cols(cols.up.t(), _over_rows(rows.up.t(), x))


def _lowered_back(x: Tensor, rows: Strip, cols: Strip) -> Tensor:
    """The adjoint of `_lowered`."""
    made = _over_cols(cols.down.t(), x)  # N×O×(parts·T)×C
    width = cols.up.shape[0]
    return _over_rows(rows.down.t(), made.view(len(x), -1, width, x.shape[3]))


def _over_rows(matrix: Tensor, x: Tensor) -> Tensor:
    """Each column of N×H×W×C multiplied: N×rows×W×C."""
    count, height, width, channels = x.shape
    flat = x.reshape(count, height, width * channels)
    return torch.bmm(matrix.expand(count, -1, -1), flat).view(count, -1, width, channels)


def _over_cols(matrix: Tensor, x: Tensor) -> Tensor:
    """Each row of N×H×W×C multiplied: N×H×rows×C."""
    count, height, width, channels = x.shape
    flat = x.reshape(count * height, width, channels)
    made = torch.bmm(matrix.expand(len(flat), -1, -1), flat)
    return made.view(count, height, -1, channels)


def _bent(x: Tensor, clamp: float | None) -> Tensor:
    """Leaky ReLU and clamp, in place."""
    x = F.leaky_relu_(x, SLOPE)
    return x if clamp is None else x.clamp_(-clamp, clamp)


def _scaled(x: Tensor, steepness_at: Tensor, clamp: float | None) -> Tensor:
    """Multiplied with the derivative of `_bent`."""
    x = torch.ops.aten.leaky_relu_backward(x, steepness_at, SLOPE, False)
    if clamp is None:
        return x
    limits = -clamp / SLOPE, clamp  # of what is bent
    return torch.ops.aten.hardtanh_backward(x, steepness_at, *limits)


def _groups(x: Tensor) -> Iterator[slice]:
    """On a processor one picture at a time, so that tiles stay near it."""
    step = 1 if x.device.type == "cpu" else len(x)
    return (slice(first, first + step) for first in range(0, len(x), step))


class _Filter(torch.autograd.Function):
    """N×H×H×C, filtered."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, how: Filtering) -> Tensor:
        ctx.save_for_backward(x)
        ctx.how = how
        out = x.new_empty(len(x), how.side, how.side, x.shape[3])
        for some in _groups(x):
            for rows, cols in how.tiles():
                high = _raised(x[some, rows.into, cols.into], rows, cols)
                out[some, rows.out, cols.out] = _lowered(_bent(high, how.clamp), rows, cols)
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return _steep_back(gradients[0], x, ctx.how), None


class _SteepBack(torch.autograd.Function):
    """The gradient of what went in, linear in that of the answer; it is flat in x."""

    @staticmethod
    def forward(ctx: Any, grad: Tensor, x: Tensor, how: Filtering) -> Tensor:
        ctx.save_for_backward(x)
        ctx.how = how
        grad, found = grad.contiguous(), torch.zeros_like(x)
        for some in _groups(x):
            for rows, cols in how.tiles():
                high = _raised(x[some, rows.into, cols.into], rows, cols)
                back = _lowered_back(grad[some, rows.out, cols.out], rows, cols)
                back = _raised_back(_scaled(back, high, how.clamp), rows, cols)
                found[some, rows.into, cols.into] += back
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        return _steep(gradients[0], x, ctx.how), None, None


class _Steep(torch.autograd.Function):
    """The adjoint of `_SteepBack`."""

    @staticmethod
    def forward(ctx: Any, grad: Tensor, x: Tensor, how: Filtering) -> Tensor:
        ctx.save_for_backward(x)
        ctx.how = how
        grad, found = grad.contiguous(), x.new_empty(len(x), how.side, how.side, x.shape[3])
        for some in _groups(x):
            for rows, cols in how.tiles():
                part = some, rows.into, cols.into
                high, rising = _raised(x[part], rows, cols), _raised(grad[part], rows, cols)
                made = _lowered(_scaled(rising, high, how.clamp), rows, cols)
                found[some, rows.out, cols.out] = made
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        return _steep_back(gradients[0], x, ctx.how), None, None


_filter: Callable[[Tensor, Filtering], Tensor] = _Filter.apply
_steep_back: Callable[[Tensor, Tensor, Filtering], Tensor] = _SteepBack.apply
_steep: Callable[[Tensor, Tensor, Filtering], Tensor] = _Steep.apply
