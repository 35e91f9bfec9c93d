"""Progressive refinement: each finer head answers only where the coarser one is unsure.

Source: Yu et al., "Mask Guided Matting via Progressive Refinement Network" (2021), equations 2
and 3, with the tolerance and the elliptical dilation of the released code.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812 - the name the whole field uses
from torch import Tensor

from engine.errors import BugError

TOLERANCE = 1 / 255
"""An alpha this close to 0 or 1 is certain."""
TEST_WIDTHS = (15, 7)
"""Widths of the ellipses that widen the uncertain region before the heads of stride 4 and 1."""


class Heads(NamedTuple):
    """Raw mattes of the three heads, each B×1×H×W at the input's size.

    Their values may leave [0, 1].

    Attributes:
        os8: of the head at stride 8.
        os4: of the head at stride 4.
        os1: of the head at full resolution.
    """

    os8: Tensor
    os4: Tensor
    os1: Tensor


class Fused(NamedTuple):
    """Mattes after equation 3 and the masks that chose between the heads, each B×1×H×W.

    Attributes:
        os8: the coarse matte, in [0, 1].
        os4: the same, refined by the head at stride 4.
        os1: the answer.
        refine4: float 0/1, where the head at stride 4 was taken.
        refine1: float 0/1, where the head at full resolution was taken.
    """

    os8: Tensor
    os4: Tensor
    os1: Tensor
    refine4: Tensor
    refine1: Tensor


def uncertain(alpha: Tensor) -> Tensor:
    """Equation 2: where a matte is neither 0 nor 1.

    Args:
        alpha: any shape, float in [0, 1].

    Returns:
        float32 0/1 of the same shape, without a gradient.
    """
    values = alpha.detach().float()
    return ((values >= TOLERANCE) & (values <= 1 - TOLERANCE)).float()


def dilate(mask: Tensor, widths: int | Tensor) -> Tensor:
    """Widen a mask by an ellipse, as `cv2.dilate` does with `cv2.MORPH_ELLIPSE`.

    Args:
        mask: B×1×H×W, float 0/1 or bool.
        widths: of the ellipse in pixels, at least 1; one, or an integer tensor with one a sample.

    Returns:
        float32 0/1, B×1×H×W.

    Raises:
        BugError: for a width below 1, or another number of widths than samples.
    """
    if isinstance(widths, int):
        return _dilate(mask.float(), widths)
    if widths.shape != mask.shape[:1]:
        raise BugError(f"{tuple(widths.shape)} widths for a batch of {mask.shape[0]}")
    pairs = zip(mask.float(), widths.tolist(), strict=True)
    return torch.stack([_dilate(sample, int(width)) for sample, width in pairs])


def fuse(
    heads: Heads,
    *,
    widths4: int | Tensor = TEST_WIDTHS[0],
    widths1: int | Tensor = TEST_WIDTHS[1],
) -> Fused:
    """Equation 3, twice: the coarse matte refined at stride 4, then at full resolution.

    The mattes are clamped to [0, 1], and the gradient passes through the clamp unchanged, so that
    a head which overshoots can be pulled back. No gradient passes through the masks.

    Args:
        heads: raw mattes.
        widths4: width of the ellipse before the head at stride 4 is taken, as in `dilate`.
        widths1: the same before the head at full resolution.
    """
    os8, raw4, raw1 = (clamped(head) for head in heads)
    refine4 = dilate(uncertain(os8), widths4)
    os4 = torch.where(refine4 > 0, raw4, os8)
    refine1 = dilate(uncertain(os4), widths1)
    os1 = torch.where(refine1 > 0, raw1, os4)
    return Fused(os8, os4, os1, refine4, refine1)


class _Clamp(torch.autograd.Function):
    """Clamps to [0, 1]; its gradient is that of the identity."""

    @staticmethod
    def forward(ctx: Any, raw: Tensor) -> Tensor:
        return raw.clamp(0, 1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0]


def clamped(raw: Tensor) -> Tensor:
    """float32, clamped to [0, 1]; the gradient passes unchanged."""
    values: Tensor = _Clamp.apply(raw.float())  # type: ignore[no-untyped-call]
    return values


def _dilate(mask: Tensor, width: int) -> Tensor:
    """One width. An ellipse is a run of pixels in each row: whether a run holds any pixel of the
    mask is one subtraction in the mask's running sum. A convolution takes 300 times as long."""
    height, breadth = mask.shape[-2:]
    before, after = width // 2, (width - 1) // 2
    sums = F.pad(mask, (before + 1, after, before, after)).cumsum(-1)
    found = torch.zeros_like(mask)
    for row, (start, end) in enumerate(_runs(width)):
        line = sums[..., row : row + height, :]
        count = line[..., end : end + breadth] - line[..., start : start + breadth]
        torch.maximum(found, count, out=found)
    return (found > 0.5).float()


@lru_cache(maxsize=128)
def _runs(width: int) -> tuple[tuple[int, int], ...]:
    """First column and the one after the last, of each row of OpenCV's ellipse."""
    if width < 1:
        raise BugError(f"an ellipse cannot be {width} wide")
    radius = width // 2
    reach = [
        round(radius * sqrt((radius**2 - (row - radius) ** 2) / radius**2)) if radius else 0
        for row in range(width)
    ]
    return tuple((radius - dx, min(radius + dx + 1, width)) for dx in reach)
