"""Affine warps between low-pass filters, differentiable any number of times.

Source: Karras et al., "Training Generative Adversarial Networks with Limited Data" (ADA, 2020),
appendix B: pictures are doubled in size by an orthogonal low-pass filter (sym6), sampled
bilinearly there, and halved by the same filter.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from trainer.networks.ada_blit import folded

SYM6 = (
    0.015404109327027373,
    0.0034907120842174702,
    -0.11799011114819057,
    -0.048311742585633,
    0.4910559419267466,
    0.787641141030194,
    0.3379294217276218,
    -0.07263752278646252,
    -0.021060292512300564,
    0.04472490177066578,
    0.0017677118642428036,
    -0.007800708325034148,
)
"""Low-pass filter of the symlet with six vanishing moments (Daubechies, "Ten Lectures on Wavelets",
1992): orthogonal to itself shifted by any even number."""
_DELAY = sum(k * tap for k, tap in enumerate(SYM6)) / sum(SYM6)
"""Pixel i of a picture is at 2 i + this of the doubled one."""
_MARGIN = len(SYM6) // 2
"""Pixels beyond the border that doubling makes use of, and a few to sample between."""
_BILINEAR, _BORDER = 0, 1
"""As PyTorch's sampling kernels number them."""


def warped(images: Tensor, matrices: Tensor) -> Tensor:
    """Take each pixel from elsewhere; beyond its border a picture goes on mirrored.

    Args:
        images: N×C×S×S, float32 or float64.
        matrices: N×2×3 float, from a pixel of the result to where it comes from, (row, col) in
            pixels from the middle.

    Returns:
        N×C×S×S.
    """
    count, planes, side = images.shape[:3]
    doubled = _doubled(images)
    places = _places(matrices.to(images), side)
    index = 2 * folded(places, side) + _DELAY + 2 * _MARGIN
    grid = ((2 * index + 1) / doubled.shape[-1] - 1).flip(-1)
    found: Tensor = _Sampled.apply(doubled, grid)  # type: ignore[no-untyped-call]
    taps = _taps(images) / 2**0.5
    halved = F.conv2d(found.flatten(0, 1)[:, None], taps.view(1, 1, -1, 1), stride=(2, 1))
    halved = F.conv2d(halved, taps.view(1, 1, 1, -1), stride=(1, 2))
    return halved.view(count, planes, side, side)


def _doubled(images: Tensor) -> Tensor:
    """N×C×(2 S + 34)²: twice the size, with what comes of `_MARGIN` more pixels on each side."""
    count, planes, side = images.shape[:3]
    around = torch.arange(-_MARGIN, side + _MARGIN, device=images.device, dtype=torch.float64)
    wide = folded(around, side).long()
    padded = images.index_select(2, wide).index_select(3, wide).flatten(0, 1)[:, None]
    taps = _taps(images) * 2**0.5
    tall = F.conv_transpose2d(padded, taps.view(1, 1, -1, 1), stride=(2, 1))
    both = F.conv_transpose2d(tall, taps.view(1, 1, 1, -1), stride=(1, 2))
    return both.view(count, planes, *both.shape[2:])


def _places(matrices: Tensor, side: int) -> Tensor:
    """Where the samples of a doubled result come from: N×H×W×2 pixels (row, col) of the picture."""
    wanted = torch.arange(2 * (side - 1) + len(SYM6), device=matrices.device, dtype=matrices.dtype)
    middle = (side - 1) / 2
    centred = (wanted - _DELAY) / 2 - middle
    rows, cols = torch.meshgrid(centred, centred, indexing="ij")
    places = torch.stack([rows, cols, torch.ones_like(rows)], -1)
    return torch.einsum("nij,hwj->nhwi", matrices, places) + middle


def _taps(images: Tensor) -> Tensor:
    return torch.tensor(SYM6, dtype=images.dtype, device=images.device)


class _Sampled(torch.autograd.Function):
    """Bilinear sampling at given places. PyTorch's has no second derivative; it is linear in the
    picture, so that its derivative's derivative is itself."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, grid: Tensor) -> Tensor:
        ctx.save_for_backward(grid)
        ctx.size = images.shape
        return F.grid_sample(images, grid, padding_mode="border", align_corners=False)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (grid,) = ctx.saved_tensors
        spread: Tensor = _Spread.apply(gradients[0], grid, ctx.size)  # type: ignore[no-untyped-call]
        return spread, None


class _Spread(torch.autograd.Function):
    """The transpose of `_Sampled`."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, grid: Tensor, size: torch.Size) -> Tensor:
        ctx.save_for_backward(grid)
        images = values.new_empty(size)  # only its size counts
        spread, _ = torch.ops.aten.grid_sampler_2d_backward(
            values, images, grid, _BILINEAR, _BORDER, False, (True, False)
        )
        return spread

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (grid,) = ctx.saved_tensors
        sampled: Tensor = _Sampled.apply(gradients[0], grid)  # type: ignore[no-untyped-call]
        return sampled, None, None
