"""How exactly a drawn picture moves and turns with its input: EQ-T and EQ-R in decibels.

Karras et al., "Alias-Free Generative Adversarial Networks" (2021), equation 3 and appendix E. Where
a picture must be looked at between its pixels, both are looked at through the same low-pass that is
alike in all directions, so that what is compared is the picture and not an interpolation. (The
paper's own filters reach a little further into the corners of the spectrum; its figures are not to
the tenth of a decibel ours.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from engine.errors import BugError
from engine.models.stylegan3 import Generator, placed

PEAK = 2.0
"""Of pictures in [-1, 1]."""
FARTHEST = 0.125
"""Of the side; pictures are moved by up to this."""
REACH = 12
"""Of the low-pass, pixels."""
CUTOFF = 0.375
"""Of the low-pass, cycles per pixel; it lets nothing through beyond half a cycle."""
_WINDOW = 8.0
_MOST = 4096
"""Places that are looked at together."""

Kind: TypeAlias = Literal["EQ-T", "EQ-T frac", "EQ-R"]
Draw: TypeAlias = Callable[[Tensor, tuple[float, float], float], Tensor]
"""Pictures N×C×r×r from z, moved by rows and columns in picture sides and turned by degrees
counterclockwise."""


@dataclass(frozen=True)
class Equivariance:
    """How far pictures are from where they should be.

    Attributes:
        error: mean squared difference.
        variance: of the pictures that did not move, where they were looked at.
    """

    error: float
    variance: float

    @property
    def decibels(self) -> float:
        """Peak to error, as published."""
        return _decibels(PEAK**2, self.error)

    @property
    def of_contrast(self) -> float:
        """Variance to error in decibels: pictures without contrast gain nothing here."""
        return _decibels(self.variance, self.error)


def equivariance(
    draw: Draw,
    kind: Kind,
    *,
    latent: int,
    pictures: int,
    batch: int = 4,
    generator: torch.Generator,
) -> Equivariance:
    """Draw pictures twice, as they are and moved, and compare.

    Args:
        draw: see `Draw`.
        kind: by whole pixels, by any distance, or turned by any angle.
        latent: length of z.
        pictures: how many are looked at.
        batch: how many share a movement.
        generator: draws z and the movements, on the CPU.

    Raises:
        BugError: if pictures are too small to be turned.
    """
    found = []
    for first in range(0, pictures, batch):
        z = torch.randn(min(batch, pictures - first), latent, generator=generator)
        found += [_compared(draw, kind, z, generator)] * len(z)
    total = torch.tensor(found, dtype=torch.float64).mean(0)
    return Equivariance(*total.tolist())


def drawing(network: Generator) -> Draw:
    """How a StyleGAN3 draws; the network's transform is as it was afterwards."""

    @torch.no_grad()
    def draw(z: Tensor, translation: tuple[float, float], degrees: float) -> Tensor:
        transform = network.synthesis.input.transform
        before = transform.clone()
        transform.copy_(placed(translation=translation, degrees=degrees))
        pictures = network(z.to(transform.device))
        transform.copy_(before)
        return pictures

    return draw


def _compared(draw: Draw, kind: Kind, z: Tensor, generator: torch.Generator) -> tuple[float, float]:
    """Error and variance."""
    still = draw(z, (0.0, 0.0), 0.0)
    side = still.shape[-1]
    down, right, angle = torch.rand(3, generator=generator).tolist()
    way = (2 * down - 1) * FARTHEST, (2 * right - 1) * FARTHEST
    if kind == "EQ-R":
        pair = _seen(draw, z, still, (0.0, 0.0), 360 * angle)
    elif kind == "EQ-T frac":
        pair = _seen(draw, z, still, way, 0.0)
    else:
        whole = round(way[0] * side), round(way[1] * side)
        moved = draw(z, (whole[0] / side, whole[1] / side), 0.0)
        pair = _overlapping(still, moved, whole)
    wanted, found = pair
    return float((found - wanted).square().mean()), float(wanted.var())


def _overlapping(still: Tensor, moved: Tensor, way: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """What both show."""
    sides = still.shape[2:]
    before, after = (
        tuple(
            slice(max(sign * by, 0), side + min(sign * by, 0))
            for by, side in zip(way, sides, strict=True)
        )
        for sign in (-1, 1)
    )
    return still[:, :, before[0], before[1]], moved[:, :, after[0], after[1]]


def _seen(
    draw: Draw, z: Tensor, still: Tensor, way: tuple[float, float], degrees: float
) -> tuple[Tensor, Tensor]:
    """Both through the low-pass at the same places of the moved one: N×C×places."""
    side = still.shape[-1]
    back = placed(translation=way, degrees=degrees).to(still)
    there = _places(side, margin=REACH + (0 if degrees else math.ceil(FARTHEST * side)))
    there = there.to(still)
    source = there @ back[:2, :2].t() + side * back[:2, 2]
    return low_passed(still, source), low_passed(draw(z, way, degrees), there)


def _places(side: int, *, margin: int) -> Tensor:
    """Column and row, from the middle, of the pixels in a disc that the low-pass can reach around:
    P×2."""
    radius = side / 2 - margin
    if radius < 1:
        raise BugError(f"pictures of {side} pixels are too small for a low-pass of {REACH}")
    along = torch.arange(side) + 0.5 - side / 2
    rows, cols = torch.meshgrid(along, along, indexing="ij")
    inside = torch.hypot(rows, cols) <= radius
    return torch.stack([cols[inside], rows[inside]], 1)


def low_passed(pictures: Tensor, places: Tensor) -> Tensor:
    """Pictures through a radial low-pass, at any places.

    Args:
        pictures: N×C×r×r.
        places: P×2, column and row in pixels from the middle, `REACH` inside the borders.

    Returns:
        N×C×P.
    """
    parts = [places[first : first + _MOST] for first in range(0, len(places), _MOST)]
    return torch.cat([_through(pictures, some) for some in parts], 2)


def _through(pictures: Tensor, places: Tensor) -> Tensor:
    side = pictures.shape[-1]
    corner = places + side / 2 - 0.5  # in indices of pixels
    first = corner.floor().long() - REACH + 1
    taps = first[:, None] + torch.arange(2 * REACH, device=places.device)[:, None]  # P×2R×2
    apart = taps - corner[:, None]
    weights = _kernel(torch.hypot(apart[:, None, :, 0], apart[:, :, None, 1]))  # P×rows×cols
    weights = weights / weights.sum((1, 2), keepdim=True)
    taps = taps.clamp(0, side - 1)
    around = pictures[:, :, taps[:, :, None, 1], taps[:, None, :, 0]]  # N×C×P×rows×cols
    return torch.einsum("ncpij,pij->ncp", around, weights.to(pictures.dtype))


def _kernel(distance: Tensor) -> Tensor:
    """A jinc under a Kaiser window, alike in all directions, by the distance in pixels."""
    near = distance.clamp(min=1e-4)
    jinc = torch.special.bessel_j1(2 * math.pi * CUTOFF * near) / near
    inside = (1 - (distance / REACH).square()).clamp(min=0)
    return jinc * torch.special.i0(_WINDOW * inside.sqrt()) * (inside > 0)


def _decibels(power: float, error: float) -> float:
    return 10 * math.log10(power / error) if error else math.inf
