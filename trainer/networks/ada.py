"""Random changes to what a discriminator sees, each with a probability that adapts itself.

Source: Karras et al., "Training Generative Adversarial Networks with Limited Data" (ADA, 2020),
appendix B; its set "bgc": blitting, geometry and colours. Strengths are the paper's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from trainer.losses.masked import in_full_precision
from trainer.networks.ada_blit import blitted
from trainer.networks.ada_warp import warped
from trainer.phase import StepContext

LARGEST_SHIFT = 0.125
"""Of the side, in whole pixels."""
SCALE, STRETCH = 0.2, 0.2
"""Spread of the binary logarithm of the scale, and of the ratio of the sides."""
SHIFT = 0.125
"""Spread of the shift by parts of pixels, of the side."""
BRIGHTNESS, CONTRAST, SATURATION = 0.2, 0.5, 1.0
"""Spread of what is added, and of the binary logarithms of the factors."""
RGB = 3


@dataclass(frozen=True)
class Parts:
    """Which changes there are.

    Attributes:
        blit: mirroring, quarter turns, shifts by whole pixels.
        geometry: scale, turns, ratio of the sides, shifts by parts of pixels.
        colour: brightness, contrast, luma flip, hue, saturation; of the first three planes alone,
            so that a fourth, the matte, keeps its values.
    """

    blit: bool = True
    geometry: bool = True
    colour: bool = True


ALL = Parts()


@dataclass(frozen=True)
class Changes:
    """What is done to each of N pictures, drawn; tensors on the CPU.

    Attributes:
        mirrored: N bool.
        turns: N int64, quarter turns.
        shifts: N×2 int64, pixels (down, right).
        matrices: N×2×3 float64, from pixels of the result to their places (row, col), from the
            middle.
        colours: N×3×4 float64, from (R, G, B, 1) in [-1, 1] to new ones.
    """

    mirrored: Tensor
    turns: Tensor
    shifts: Tensor
    matrices: Tensor
    colours: Tensor

    def own(self, context: StepContext) -> Changes:
        """Those of this process's samples."""
        return Changes(**{name: context.own(drawn) for name, drawn in vars(self).items()})


def draw_changes(
    count: int,
    side: int,
    *,
    probability: float,
    generator: torch.Generator,
    parts: Parts = ALL,
) -> Changes:
    """Draw what is done to `count` pictures of `side` pixels, each change with a probability.

    The generator is asked for the same numbers whatever the probability and the parts.
    """
    some = _Some(count, probability, generator)
    mirrored = some.of(torch.randint(2, (count,), generator=generator), 0)
    turns = some.of(torch.randint(4, (count,), generator=generator), 0)
    spread = 2 * torch.rand((count, 2), generator=generator, dtype=torch.float64) - 1
    shifts = some.of(torch.round(spread * LARGEST_SHIFT * side).long(), 0)
    drawn = Changes(mirrored.bool(), turns, shifts, _matrices(some, side), _colours(some))
    still = unchanged(count)
    if not parts.blit:
        drawn = replace(drawn, mirrored=still.mirrored, turns=still.turns, shifts=still.shifts)
    return replace(
        drawn,
        matrices=drawn.matrices if parts.geometry else still.matrices,
        colours=drawn.colours if parts.colour else still.colours,
    )


def unchanged(count: int) -> Changes:
    """Nothing is done to any of `count` pictures."""
    whole = torch.zeros(count, dtype=torch.int64)
    eye = torch.eye(4, dtype=torch.float64)
    return Changes(
        mirrored=whole.bool(),
        turns=whole,
        shifts=torch.zeros((count, 2), dtype=torch.int64),
        matrices=eye[:2, :3].repeat(count, 1, 1),
        colours=eye[:3].repeat(count, 1, 1),
    )


@in_full_precision
def changed(images: Tensor, *, changes: Changes) -> Tensor:
    """Pictures with their changes; those without any stay as they are, bit for bit.

    Args:
        images: N×C×S×S in about [-1, 1], C at least 3 where colours change.
        changes: of N pictures.

    Returns:
        N×C×S×S float32, beyond [-1, 1] where brightness or contrast lead there; differentiable any
        number of times.
    """
    still, device = unchanged(len(images)), images.device
    if any(bool(getattr(changes, name).any()) for name in ("mirrored", "turns", "shifts")):
        images = blitted(
            images,
            mirrored=changes.mirrored.to(device),
            turns=changes.turns.to(device),
            shifts=changes.shifts.to(device),
        )
    moved = (changes.matrices != still.matrices).flatten(1).any(1).nonzero()[:, 0]
    if len(moved):
        matrices, which = changes.matrices[moved], moved.to(device)
        now = warped(images.index_select(0, which), matrices.to(device, images.dtype))
        images = images.index_copy(0, which, now)
    if torch.equal(changes.colours, still.colours):
        return images
    return _coloured(images, changes.colours.to(device, images.dtype))


def _coloured(images: Tensor, colours: Tensor) -> Tensor:
    rgb = torch.einsum("nij,njhw->nihw", colours[:, :, :RGB], images[:, :RGB])
    rgb = rgb + colours[:, :, RGB, None, None]
    return rgb if images.shape[1] == RGB else torch.cat([rgb, images[:, RGB:]], 1)


@dataclass(frozen=True)
class _Some:
    """Draws for `count` pictures, of whom each gets a change with a probability."""

    count: int
    probability: float
    generator: torch.Generator

    def of(self, drawn: Tensor, otherwise: float, *, probability: float | None = None) -> Tensor:
        """`drawn` for some, `otherwise` for the others."""
        chance = self.probability if probability is None else probability
        hit = torch.rand((self.count,), generator=self.generator) < chance
        hit = hit.view(-1, *([1] * (drawn.ndim - 1)))
        return torch.where(hit, drawn, torch.full_like(drawn, otherwise))

    def normal(self, *shape: int) -> Tensor:
        """Of spread 1."""
        size = (self.count, *shape)
        return torch.randn(size, generator=self.generator, dtype=torch.float64)

    def angle(self) -> Tensor:
        """Any, in radians."""
        drawn = torch.rand((self.count,), generator=self.generator, dtype=torch.float64)
        return math.pi * (2 * drawn - 1)


def _matrices(some: _Some, side: int) -> Tensor:
    """Scale, turn, stretch, turn, shift, in this order, from the result back to the picture.

    Each turn has the probability 1 − √(1 − p), so that p of the pictures are turned.
    """
    turning = 1 - math.sqrt(1 - some.probability)
    scale = some.of(torch.exp2(SCALE * some.normal()), 1)
    first = some.of(some.angle(), 0, probability=turning)
    stretch = some.of(torch.exp2(STRETCH * some.normal()), 1)
    second = some.of(some.angle(), 0, probability=turning)
    shift = some.of(SHIFT * side * some.normal(2), 0)
    even = torch.diag_embed(torch.stack([1 / scale, 1 / scale], 1))
    uneven = torch.diag_embed(torch.stack([stretch, 1 / stretch], 1))
    linear = even @ _turned(first) @ uneven @ _turned(second)
    return torch.cat([linear, -linear @ shift[:, :, None]], 2)


def _turned(angles: Tensor) -> Tensor:
    cosines, sines = torch.cos(angles), torch.sin(angles)
    rows = torch.stack([cosines, sines], 1), torch.stack([-sines, cosines], 1)
    return torch.stack(rows, 1)


def _colours(some: _Some) -> Tensor:
    """Brightness, contrast, luma flip, hue, saturation, in this order."""
    eye = torch.eye(RGB, dtype=torch.float64)
    grey = torch.full((RGB, RGB), 1 / RGB, dtype=torch.float64)  # onto the axis of greys
    brighter = some.of(BRIGHTNESS * some.normal(), 0)
    contrast = some.of(torch.exp2(CONTRAST * some.normal()), 1)
    flipped = some.of(torch.randint(2, (some.count,), generator=some.generator), 0).double()
    angle = some.of(some.angle(), 0)
    saturation = some.of(torch.exp2(SATURATION * some.normal()), 1)

    def each(values: Tensor) -> Tensor:
        return values.view(-1, 1, 1)

    cross = torch.tensor([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], dtype=torch.float64) / math.sqrt(RGB)
    cosines, sines = each(torch.cos(angle)), each(torch.sin(angle))
    hue = cosines * eye + (1 - cosines) * grey + sines * cross
    luma = eye - 2 * each(flipped) * grey
    vivid = grey + each(saturation) * (eye - grey)
    linear = vivid @ hue @ luma * each(contrast)
    return torch.cat([linear, linear.sum(2, keepdim=True) * each(brighter)], 2)
