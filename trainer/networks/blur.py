"""A blur of all that a discriminator sees, which goes away in the first steps.

Source: Karras et al., "Alias-Free Generative Adversarial Networks" (2021), appendix D.2: so
configuration R does not begin with what is fine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from trainer.losses.masked import in_full_precision

REACH = 3
"""Spreads of the Gaussian after which it is cut off."""


@dataclass(frozen=True)
class FadingBlur:
    """A Gaussian that becomes narrower with every step.

    Attributes:
        spread: at the beginning, in pixels; 0 never blurs.
        images: after which nothing is blurred any more.
        batch: images in a step.
    """

    spread: float
    images: float
    batch: int

    def at(self, step: int) -> float:
        """The spread in a step, in pixels."""
        left = 1 - step * self.batch / self.images if self.images else 0.0
        return self.spread * max(0.0, left)

    def __call__(self, pictures: Tensor, step: int) -> Tensor:
        """N×C×S×S, blurred; beyond their borders is 0."""
        spread = self.at(step)
        return pictures if math.floor(REACH * spread) == 0 else blurred(pictures, spread)


@in_full_precision
def blurred(pictures: Tensor, spread: float) -> Tensor:
    """Pictures behind a Gaussian.

    Args:
        pictures: N×C×H×W.
        spread: its standard deviation in pixels.
    """
    reach, planes = math.floor(REACH * spread), pictures.shape[1]
    along = torch.arange(-reach, reach + 1, device=pictures.device, dtype=pictures.dtype)
    taps = (-0.5 * (along / spread).square()).exp()
    taps = (taps / taps.sum()).expand(planes, 1, -1)
    rows = F.conv2d(pictures, taps[:, :, :, None], padding=(reach, 0), groups=planes)
    return F.conv2d(rows, taps[:, :, None, :], padding=(0, reach), groups=planes)
