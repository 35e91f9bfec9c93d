"""A first guess of both layers' colours, computed where a network runs, from picture and matte.

After Germer et al., "Fast Multi-Level Foreground Estimation" (2020): the energy of closed-form
colours, relaxed from coarse to fine. Here every pixel of a level moves at once, which suits tensors
and any batch, and more often than there.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

LEVELS = 5
"""Halvings; both sides are multiples of 2 to that power."""
SMALL = 64
"""Longer side in pixels up to which a level is relaxed `OFTEN` times, and above it `SELDOM`."""
OFTEN, SELDOM = 20, 10
SMOOTHNESS = 1e-5
"""How much neighbours want the same colours where the matte doesn't change."""
_NEIGHBOURS = ((0, 1), (2, 1), (1, 0), (1, 2))
"""First row and column, in a plane padded by one pixel, of what lies above, below, and beside."""


@torch.no_grad()
def colour_prior(rgb: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
    """Foreground and background such that I = αF + (1 − α)B nearly holds and both are smooth.

    Args:
        rgb: B×3×H×W float32 in [0, 1]; sides are multiples of 32.
        alpha: B×1×H×W float32 in [0, 1].

    Returns:
        Foreground and background, each B×3×H×W in [0, 1], without a gradient. The foreground is
        the picture where alpha is 1.
    """
    pictures, mattes = _pyramid(rgb.float()), _pyramid(alpha.float())
    front, back = (_mean_colour(pictures[-1], share) for share in (mattes[-1], 1 - mattes[-1]))
    for picture, matte in zip(reversed(pictures), reversed(mattes), strict=True):
        front, back = (_enlarged(layer, picture) for layer in (front, back))
        front, back = _relaxed(picture, matte, front, back)
    rest = pictures[0] - mattes[0] * front - (1 - mattes[0]) * back
    return (front + mattes[0] * rest).clamp(0, 1), (back + (1 - mattes[0]) * rest).clamp(0, 1)


def _pyramid(plane: Tensor) -> list[Tensor]:
    """The plane and its halves, the finest first."""
    found = [plane]
    for _ in range(LEVELS):
        found.append(F.avg_pool2d(found[-1], 2))
    return found


def _mean_colour(picture: Tensor, share: Tensor) -> Tensor:
    weighted = (picture * share).mean((2, 3), keepdim=True)
    return (weighted / (share.mean((2, 3), keepdim=True) + 1e-3)).expand_as(picture)


def _enlarged(layer: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(layer, size=like.shape[-2:], mode="nearest")


def _relaxed(picture: Tensor, matte: Tensor, front: Tensor, back: Tensor) -> tuple[Tensor, Tensor]:
    """Solve each pixel's two colours for its neighbours' of the round before, again and again."""
    weights = [SMOOTHNESS + (matte - near).abs() for near in _neighbours(matte)]
    pull, other = torch.stack(weights).sum(0), 1 - matte
    determinant = (matte**2 + pull) * (other**2 + pull) - (matte * other) ** 2
    own, crossed = (other**2 + pull) / determinant, -matte * other / determinant
    back_own = (matte**2 + pull) / determinant
    for _ in range(OFTEN if max(picture.shape[-2:]) <= SMALL else SELDOM):
        wanted = matte * picture + _weighted(weights, front)
        wanted_back = other * picture + _weighted(weights, back)
        front = (own * wanted + crossed * wanted_back).clamp(0, 1)
        back = (crossed * wanted + back_own * wanted_back).clamp(0, 1)
    return front, back


def _neighbours(plane: Tensor) -> list[Tensor]:
    height, width = plane.shape[-2:]
    padded = F.pad(plane, (1, 1, 1, 1), mode="replicate")
    return [padded[..., row : row + height, col : col + width] for row, col in _NEIGHBOURS]


def _weighted(weights: Sequence[Tensor], plane: Tensor) -> Tensor:
    near = _neighbours(plane)
    total = weights[0] * near[0]
    for weight, one in zip(weights[1:], near[1:], strict=True):
        total = torch.addcmul(total, weight, one)
    return total
