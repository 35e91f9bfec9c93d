"""Moves of whole pixels, exact: mirroring, quarter turns, shifts.

Source: Karras et al., "Training Generative Adversarial Networks with Limited Data" (ADA, 2020),
appendix B, pixel blitting.
"""

from __future__ import annotations

import torch
from torch import Tensor

_COSINES, _SINES = (1, 0, -1, 0), (0, 1, 0, -1)


def blitted(images: Tensor, *, mirrored: Tensor, turns: Tensor, shifts: Tensor) -> Tensor:
    """Mirror left and right, then turn, then shift; beyond its border a picture goes on mirrored.

    Args:
        images: N×C×S×S.
        mirrored: N bool.
        turns: N, quarter turns as `torch.rot90` makes them, 0–3.
        shifts: N×2 whole pixels, down and to the right.

    Returns:
        N×C×S×S, each pixel one of the input's; differentiable any number of times.
    """
    count, planes, side = images.shape[:3]
    twice = 2 * torch.arange(side, device=images.device) - (side - 1)
    # where a pixel comes from, before the shift; twice its distance from the middle
    rows, cols = (_folded(twice[None] - 2 * by[:, None], 2 * side) for by in shifts.T)
    cosines, sines = (_of_turn(table, turns) for table in (_COSINES, _SINES))
    down, right = rows[:, :, None], cols[:, None, :]
    from_row = cosines * down + sines * right
    from_col = (cosines * right - sines * down) * torch.where(mirrored, -1, 1).view(-1, 1, 1)
    flat = ((from_row + side - 1) // 2) * side + (from_col + side - 1) // 2
    index = flat.view(count, 1, -1).expand(-1, planes, -1)
    return images.flatten(2).gather(2, index).view_as(images)


def folded(places: Tensor, side: int) -> Tensor:
    """Places on an axis taken into a picture of `side` pixels as if mirrors stood at its borders.

    Args:
        places: any shape; a pixel's middle is a whole number.
        side: in pixels.
    """
    across = (places + 0.5) % (2 * side)
    return torch.minimum(across, 2 * side - across) - 0.5


def _folded(twice: Tensor, around: int) -> Tensor:
    """`folded` for doubled distances from the middle, in whole numbers; `around` is two sides."""
    across = (twice + around // 2) % (2 * around)
    return torch.minimum(across, 2 * around - across) - around // 2


def _of_turn(table: tuple[int, ...], turns: Tensor) -> Tensor:
    return torch.tensor(table, device=turns.device)[turns].view(-1, 1, 1)
