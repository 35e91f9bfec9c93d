"""StyleGAN2's networks as they meet in training, and the penalty for uneven steps in W.

Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), section 3 and
appendix B.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.models.stylegan2 import Generator
from engine.models.stylegan2_discriminator import Discriminator
from trainer.losses.generative import Augment, device_generator, latents, mean_of
from trainer.losses.path_length import PathLength, path_lengths
from trainer.phase import Batch, StepContext


@dataclass(frozen=True)
class Players:
    """The two networks, and how they meet (`trainer.losses.generative.Game`).

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

    def made(self, count: int, context: StepContext, *, learning: bool) -> Tensor:
        """See `Game`; the mean w follows in the generator's phase."""
        return self.pictures(self.styles(count, context, tracked=learning), context)

    def styles(self, count: int, context: StepContext, *, tracked: bool = False) -> Tensor:
        """N×num_ws×style of random z, for this process's samples."""
        mapping, levels = self.generator.mapping, self.generator.num_ws
        one, other = (mapping(self._latents(count, context)) for _ in range(2))
        if tracked:
            mapping.track(mean_of(one[:, 0], context), beta=self.tracking)
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
        drawn = latents(count, self.generator.size.latent, context)
        return drawn.to(self.generator.mapping.w_avg.device)


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
