"""The losses of a generator of pictures from random numbers, and of what it is trained against.

Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), section 3 and
appendix B.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from trainer.losses.adversarial import discriminator_loss, generator_loss
from trainer.losses.r1 import r1_penalty
from trainer.phase import Batch, StepContext

Augment = Callable[[Tensor, StepContext], Tensor]
"""What is done to all that the discriminator sees, N×C×S×S in about [-1, 1]."""
_SEEDS = 2**62


class Game(Protocol):
    """A generator and a discriminator, and how they meet."""

    def made(self, count: int, context: StepContext, *, learning: bool) -> Tensor:
        """New pictures, N×C×S×S in about [-1, 1], of this process's random z.

        Args:
            count: how many.
            context: of the step.
            learning: whether it is the generator's phase.
        """

    def judged(self, pictures: Tensor, context: StepContext) -> Tensor:
        """N×1 logits of augmented pictures."""


@dataclass(frozen=True)
class GeneratorLoss:
    """−log D(G(z)) (`trainer.phase.LossTerms`)."""

    players: Game

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        made = self.players.made(len(batch["image"]), context, learning=True)
        logits = self.players.judged(made, context)
        return {"fooling": generator_loss([logits], total=context.total)}


@dataclass(frozen=True)
class DiscriminatorLoss:
    """−log D(x) and −log(1 − D(G(z))) (`trainer.phase.LossTerms`).

    Attributes:
        players: the networks.
        heard: is told the logits of real pictures.
    """

    players: Game
    heard: Callable[[Tensor, StepContext], None]

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        with torch.no_grad():
            made = self.players.made(len(batch["image"]), context, learning=False)
        fake = self.players.judged(made, context)
        real = self.players.judged(batch["image"], context)
        self.heard(real, context)
        return discriminator_loss([real], [fake], total=context.total)


@dataclass(frozen=True)
class R1Loss:
    """R1 at real pictures, before they are augmented (`trainer.phase.LossTerms`).

    Attributes:
        players: the networks.
        weight: γ, times the steps between two.
    """

    players: Game
    weight: float

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        images = batch["image"].detach().requires_grad_()
        logits = self.players.judged(images, context)
        return {"r1": self.weight * r1_penalty(logits, images, total=context.total)}


def latents(count: int, length: int, context: StepContext) -> Tensor:
    """Normal z for this process's samples, count×length on the CPU."""
    drawn = torch.randn((count * context.world, length), generator=context.generator)
    return context.own(drawn)


def mean_of(styles: Tensor, context: StepContext) -> Tensor:
    """The mean over the samples of all processes.

    Args:
        styles: N×D.

    Returns:
        1×D float32, without a gradient.
    """
    count = styles.new_tensor([float(len(styles))])
    sums = context.total(torch.cat([styles.detach().sum(0), count]).float())
    return sums[None, :-1] / sums[-1]


def device_generator(context: StepContext, device: torch.device) -> torch.Generator:
    """For what is too much to draw for all processes and move: another one in each."""
    seeds = torch.randint(_SEEDS, (context.world,), generator=context.generator)
    return torch.Generator(device).manual_seed(int(seeds[context.rank]))
