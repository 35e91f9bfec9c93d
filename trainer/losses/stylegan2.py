"""The four losses that StyleGAN2 is trained with, a phase each: against the discriminator and for
even steps in W; against the generator and for a gradient that vanishes at real pictures.

Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), section 3 and
appendix B.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.models.stylegan2 import Generator
from engine.models.stylegan2_discriminator import Discriminator
from trainer.losses.adversarial import discriminator_loss, generator_loss
from trainer.losses.path_length import PathLength, path_lengths
from trainer.losses.r1 import r1_penalty
from trainer.phase import Batch, StepContext

Augment = Callable[[Tensor, StepContext], Tensor]
"""What is done to all that the discriminator sees, N×C×S×S in about [-1, 1]."""
_SEEDS = 2**62


@dataclass(frozen=True)
class Players:
    """The two networks, and how they meet.

    Attributes:
        generator: of pictures.
        discriminator: of real ones.
        augment: what is done to all that it sees.
        mixing: share of the pictures that have the styles of two z.
        tracking: share of the mean w that stays in a step.
    """

    generator: Generator
    discriminator: Discriminator
    augment: Augment
    mixing: float = 0.9
    tracking: float = 0.995

    def styles(self, count: int, context: StepContext, *, tracked: bool = False) -> Tensor:
        """N×num_ws×style of random z, for this process's samples."""
        mapping, levels = self.generator.mapping, self.generator.num_ws
        one, other = (mapping(self._latents(count, context)) for _ in range(2))
        if tracked:
            seen = torch.cat([one[:, 0].detach().sum(0), one.new_tensor([float(count)])])
            mean = context.total(seen.float())
            mapping.track(mean[None, :-1] / mean[-1], beta=self.tracking)
        drawn = torch.rand((count * context.world,), generator=context.generator)
        cut = context.integers(1, levels - 1, count)
        first = torch.where(context.own(drawn) < self.mixing, cut, levels)
        kept = torch.arange(levels) < first[:, None]
        return torch.where(kept[:, :, None].to(one.device), one, other)

    def pictures(self, styles: Tensor, context: StepContext) -> Tensor:
        """N×C×S×S of styles, with new noise."""
        noise = device_generator(context, styles.device)
        made: Tensor = self.generator.synthesis(styles, noise="random", generator=noise)
        return made

    def judged(self, pictures: Tensor, context: StepContext) -> Tensor:
        """N×1 logits of augmented pictures."""
        logits: Tensor = self.discriminator(self.augment(pictures, context))
        return logits

    def _latents(self, count: int, context: StepContext) -> Tensor:
        where = self.generator.mapping.w_avg.device
        size = (count * context.world, self.generator.size.latent)
        return context.own(torch.randn(size, generator=context.generator)).to(where)


def device_generator(context: StepContext, device: torch.device) -> torch.Generator:
    """For what is too much to draw for all processes and move: another one in each."""
    seeds = torch.randint(_SEEDS, (context.world,), generator=context.generator)
    return torch.Generator(device).manual_seed(int(seeds[context.rank]))


@dataclass(frozen=True)
class GeneratorLoss:
    """−log D(G(z)); the mean w follows (`trainer.phase.LossTerms`)."""

    players: Players

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        styles = self.players.styles(len(batch["image"]), context, tracked=True)
        logits = self.players.judged(self.players.pictures(styles, context), context)
        return {"fooling": generator_loss([logits], total=context.total)}


@dataclass(frozen=True)
class PathLengthLoss:
    """The path length penalty (`trainer.phase.LossTerms`).

    Attributes:
        players: the networks.
        lengths: the penalty with its average.
        weight: of the penalty, times the steps between two.
        shrink: so many times fewer pictures than in a batch are looked at.
    """

    players: Players
    lengths: PathLength
    weight: float
    shrink: int = 2

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        count = max(1, len(batch["image"]) // self.shrink)
        styles = self.players.styles(count, context)
        made = self.players.pictures(styles, context)
        drawn = device_generator(context, made.device)
        noise = torch.randn(made.shape, generator=drawn, device=made.device)
        penalty = self.lengths.penalty(path_lengths(made, styles, noise), total=context.total)
        return {"path_length": self.weight * penalty}


@dataclass(frozen=True)
class DiscriminatorLoss:
    """−log D(x) and −log(1 − D(G(z))) (`trainer.phase.LossTerms`).

    Attributes:
        players: the networks.
        heard: is told the logits of real pictures.
    """

    players: Players
    heard: Callable[[Tensor, StepContext], None]

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        with torch.no_grad():
            styles = self.players.styles(len(batch["image"]), context)
            made = self.players.pictures(styles, context)
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

    players: Players
    weight: float

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        images = batch["image"].detach().requires_grad_()
        logits = self.players.judged(images, context)
        return {"r1": self.weight * r1_penalty(logits, images, total=context.total)}
