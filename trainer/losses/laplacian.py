"""The Laplacian pyramid loss: the same difference, seen at several sizes of detail."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as nn_functional

from engine.errors import BugError
from trainer.losses.masked import Total, in_full_precision, masked_mean

PROGRESSIVE_WEIGHTS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Of the mask-guided networks: five levels, each twice the one before."""
PLAIN_WEIGHTS = (1.0, 1.0, 1.0)
"""Of StyleMatte: three levels alike."""

_BINOMIAL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
_REACH = 2  # of the kernel, to each side


@in_full_precision
def laplacian_loss(
    prediction: Tensor,
    target: Tensor,
    mask: Tensor,
    *,
    total: Total,
    level_weights: Sequence[float] = PROGRESSIVE_WEIGHTS,
) -> Tensor:
    """L1 between Laplacian pyramids, summed over levels (paper 003, after Hou and Liu 2019).

    A level is what is left of an image when its blurred, halved and enlarged self is taken away.
    The mask of a level is every second pixel of the one before. The pyramid is linear, so that of
    the difference is built once.

    Args:
        prediction: B×C×H×W, any scale.
        target: as `prediction`.
        mask: B×1×H×W weights.
        total: see `trainer.phase.StepContext`.
        level_weights: one for each level, the finest first.

    Returns:
        A scalar, this rank's share.

    Raises:
        BugError: if the image is too small for so many levels.
    """
    loss = prediction.new_zeros(())
    at_level = mask
    for level, weight in zip(
        laplacian_pyramid(prediction - target, levels=len(level_weights)),
        level_weights,
        strict=True,
    ):
        loss = loss + weight * masked_mean(level.abs(), at_level, total=total)
        at_level = at_level[:, :, ::2, ::2]
    return loss


def laplacian_pyramid(image: Tensor, *, levels: int) -> list[Tensor]:
    """The levels of an image, the finest first; the coarse rest is not among them.

    Args:
        image: B×C×H×W.
        levels: how many.

    Returns:
        `levels` tensors, each half as large as the one before (rounded up).

    Raises:
        BugError: if the image is too small for so many levels.
    """
    found = []
    current = image
    for _ in range(levels):
        if min(current.shape[-2:]) <= _REACH:
            raise BugError(f"{tuple(image.shape)} is too small for {levels} Laplacian levels")
        smaller = _blurred(current)[:, :, ::2, ::2]
        found.append(current - _enlarged(smaller, current))
        current = smaller
    return found


def _enlarged(small: Tensor, like: Tensor) -> Tensor:
    """Twice the size, zeros between the samples, blurred at four times the weight."""
    height, width = like.shape[-2:]
    spread = like.new_zeros((*small.shape[:2], height, width))
    spread[:, :, ::2, ::2] = small
    return 4 * _blurred(spread)


def _blurred(image: Tensor) -> Tensor:
    """Under the 5×5 binomial kernel, borders mirrored without repeating the edge."""
    batch, channels, height, width = image.shape
    line = torch.tensor(_BINOMIAL, dtype=image.dtype, device=image.device)
    planes = image.reshape(batch * channels, 1, height, width)
    padded = nn_functional.pad(planes, (_REACH, _REACH, _REACH, _REACH), mode="reflect")
    across = nn_functional.conv2d(padded, line.view(1, 1, 1, 5))
    return nn_functional.conv2d(across, line.view(1, 1, 5, 1)).view_as(image)
