"""Random changes that a discriminator's gradient goes through: colours, places, a square cut out.

Source: Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training" (2020), its
policy "color, translation, cutout" with the strengths of the paper.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from trainer.phase import StepContext

BRIGHTNESS = 0.5
"""Most that is added or taken away, of values in [-1, 1]."""
SATURATION = (0.0, 2.0)
CONTRAST = (0.5, 1.5)
SHIFT = 1 / 8
"""Largest, of the side."""
CUT = 1 / 2
"""Side of the square, of the picture's."""


def diff_augmented(pictures: Tensor, context: StepContext) -> Tensor:
    """Change every picture a little, each otherwise.

    Args:
        pictures: N×3×S×S in [-1, 1].
        context: of the step; it draws for all processes.

    Returns:
        N×3×S×S; 0 where a picture was moved away from or cut.
    """
    count, side = len(pictures), pictures.shape[-1]
    draws = torch.rand((count * context.world, 3), generator=context.generator)
    pictures = _coloured(pictures, context.own(draws).to(pictures))
    largest = int(side * SHIFT + 0.5)
    places = _pairs(-largest, largest, count, context).to(pictures.device)
    pictures = _moved(pictures, places, largest)
    cut = int(side * CUT + 0.5)
    middles = _pairs(0, side - cut % 2, count, context).to(pictures.device)
    return pictures * _kept(middles, cut, side)


def _coloured(pictures: Tensor, draws: Tensor) -> Tensor:
    """Brightness, saturation, contrast, in this order."""
    lighter, vivid, contrast = draws[:, :, None, None, None].unbind(1)
    pictures = pictures + BRIGHTNESS * (2 * lighter - 1)
    grey = pictures.mean(1, keepdim=True)
    pictures = grey + (pictures - grey) * _between(SATURATION, vivid)
    mean = pictures.mean((1, 2, 3), keepdim=True)
    return mean + (pictures - mean) * _between(CONTRAST, contrast)


def _moved(pictures: Tensor, places: Tensor, largest: int) -> Tensor:
    """Each (rows, columns) down and to the right, N×2."""
    side = pictures.shape[-1]
    padded = F.pad(pictures, (largest,) * 4)
    along = torch.arange(side, device=pictures.device) + largest
    rows, cols = (along - by[:, None] for by in places.unbind(1))
    found = padded.gather(2, rows[:, None, :, None].expand(-1, 3, -1, padded.shape[-1]))
    return found.gather(3, cols[:, None, None, :].expand(-1, 3, side, -1))


def _kept(middles: Tensor, cut: int, side: int) -> Tensor:
    """0 in a square around each (row, column), else 1; N×1×S×S."""
    along = torch.arange(side, device=middles.device)
    first = middles - cut // 2
    rows, cols = ((along >= one[:, None]) & (along < one[:, None] + cut) for one in first.unbind(1))
    return ~(rows[:, None, :, None] & cols[:, None, None, :])


def _pairs(least: int, most: int, count: int, context: StepContext) -> Tensor:
    return torch.stack([context.integers(least, most, count) for _ in range(2)], 1)


def _between(ends: tuple[float, float], share: Tensor) -> Tensor:
    return ends[0] + (ends[1] - ends[0]) * share
