"""Latent codes of the generator: what they make, where w lie, and how noise should look.

Source: as `engine.enhance.invert`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from engine.enhance.settings import InversionSettings
from engine.models.stylegan2 import Mapping as LatentMapping
from engine.models.stylegan2 import Synthesis

SMALLEST_NOISE = 8
"""Side down to which the noise's pyramid goes."""
BATCH = 1000
"""z that are mapped at a time."""


@dataclass(frozen=True, eq=False)
class LatentCodes:
    """What the generator makes one picture of.

    Attributes:
        ws: 1×num_ws×style.
        noise: 1×1×r×r each, in the order of `Synthesis.noise_shapes`.
    """

    ws: Tensor
    noise: tuple[Tensor, ...]

    def picture(self, synthesis: Synthesis) -> Tensor:
        """1×3×S×S, about [0, 1]."""
        made: Tensor = synthesis(self.ws, noise=list(self.noise))
        return (made + 1) / 2

    def named(self) -> dict[str, Tensor]:
        """By name: "w", "noise.00" and on."""
        return {"w": self.ws, **{f"noise.{n:02}": one for n, one in enumerate(self.noise)}}

    @classmethod
    def of(cls, named: Mapping[str, Tensor]) -> LatentCodes:
        """The inverse of `named`; other names are left out."""
        noise = sorted(name for name in named if name.startswith("noise."))
        return cls(named["w"], tuple(named[name] for name in noise))


@dataclass(frozen=True)
class MeanStyle:
    """Of many w: their mean (style,) and the root of their mean squared distance from it."""

    mean: Tensor
    deviation: float


def mean_style(mapping: LatentMapping, settings: InversionSettings, *, latent: int) -> MeanStyle:
    """The mean w and how far w are from it, of `settings.samples` mapped z.

    Args:
        mapping: the generator's.
        settings: how many z, and their seed.
        latent: length of z.
    """
    rng = torch.Generator().manual_seed(settings.seed)
    device = mapping.w_avg.device
    ws = []
    with torch.no_grad():
        for start in range(0, settings.samples, BATCH):
            count = min(BATCH, settings.samples - start)
            ws.append(mapping(torch.randn(count, latent, generator=rng).to(device))[:, 0])
    found = torch.cat(ws)
    mean = found.mean(0)
    return MeanStyle(mean, float((found - mean).square().sum(1).mean().sqrt()))


def self_correlation(noise: tuple[Tensor, ...]) -> Tensor:
    """How much noises resemble themselves a pixel aside, over a pyramid of means.

    Args:
        noise: 1×1×r×r each.
    """
    total = torch.zeros((), device=noise[0].device)
    for plane in noise:
        level = plane
        while True:
            for axis in (2, 3):
                total = total + (level * level.roll(1, axis)).mean().square()
            if level.shape[-1] <= SMALLEST_NOISE:
                break
            level = F.avg_pool2d(level, 2)
    return total


def psnr(found: Tensor, true: Tensor) -> float:
    """Decibels, of values in [0, 1]; `found` is cut to them."""
    error = float((found.detach().clamp(0, 1) - true).square().mean())
    return -10 * math.log10(max(error, 1e-12))
