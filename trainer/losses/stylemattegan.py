"""StyleMatteGAN's losses: a generator of pictures with mattes against D4, which sees all four
planes, and D3, which sees composites before random backgrounds through a frozen network.

Source: paper 000, section 3.2, equation 3. Its maximum over D3 and D4 is
E[λ3 log D3(r) + λ4 log D4(r)] + E[log (1 − D3(G(z))) (1 − D4(G(z)))]; the last is a sum of two
logarithms here, and the generator maximises log D instead, as StyleGAN does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.models.stylegan2_discriminator import Discriminator
from engine.models.stylegan3 import Generator
from engine.models.stylegan3_layers import HALF_LIFE, Layer
from trainer.losses.adversarial import discriminator_loss, generator_loss
from trainer.losses.composites import composites
from trainer.losses.generative import Augment, latents, mean_of
from trainer.losses.multilevel import FAKE, multilevel_loss
from trainer.networks.blur import FadingBlur
from trainer.networks.diff_augment import diff_augmented
from trainer.phase import Batch, StepContext


@dataclass(frozen=True)
class Players:
    """The generator and D4, and how they meet (`trainer.losses.generative.Game`).

    Attributes:
        generator: of pictures with mattes.
        discriminator: of real ones, D4.
        blur: what is done first to all that it sees.
        augment: what is done to it then.
        tracking: share of the mean w that stays in a step.
    """

    generator: Generator
    discriminator: Discriminator
    blur: FadingBlur
    augment: Augment
    tracking: float = 0.998

    def made(self, count: int, context: StepContext, *, learning: bool) -> Tensor:
        """See `Game`; the means of w and of magnitudes follow in the discriminator's phase."""
        mapping, synthesis = self.generator.mapping, self.generator.synthesis
        z = latents(count, self.generator.size.latent, context).to(mapping.w_avg.device)
        styles = mapping(z)
        if learning:
            return _pictures(synthesis, styles)
        mapping.track(mean_of(styles[:, 0], context), beta=self.tracking)
        means = [layer.magnitude_ema for layer in synthesis.children() if isinstance(layer, Layer)]
        before = [mean.clone() for mean in means]
        pictures = _pictures(synthesis, styles, track=True)
        _agree(means, before, count, context)
        return pictures

    def judged(self, pictures: Tensor, context: StepContext) -> Tensor:
        """N×1 logits of blurred and augmented pictures."""
        seen = self.augment(self.blur(pictures, context.step), context)
        logits: Tensor = self.discriminator(seen)
        return logits


@dataclass(frozen=True)
class Equation:
    """How the two discriminators are weighed.

    Attributes:
        lambda3: of D3.
        lambda4: of D4.
        real_alone: the weights count for what is real alone, as printed; else for all terms, the
            generator's too.
        warm_up: images before which D3 has no say, and learns nothing.
        batch: images in a step.
    """

    lambda3: float = 1.0
    lambda4: float = 1.0
    real_alone: bool = False
    warm_up: float = 0.0
    batch: int = 1

    def begun(self, step: int) -> bool:
        """Whether D3 has a say in a step."""
        return step * self.batch >= self.warm_up

    @property
    def elsewhere(self) -> tuple[float, float]:
        """What the terms of generated pictures are weighed with: D3's and D4's."""
        return (1.0, 1.0) if self.real_alone else (self.lambda3, self.lambda4)


@dataclass(frozen=True)
class Onlooker:
    """D3: heads on a frozen network's features of composites.

    Attributes:
        features: from N×3×S×S in [0, 1] to levels.
        heads: from levels to logits of each.
        target: how real the photographs are, which is what the generator wants to reach.
    """

    features: nn.Module
    heads: nn.Module
    target: float

    def levels(self, pictures: Tensor, batch: Batch, context: StepContext) -> list[Tensor]:
        """Features of N×4×S×S before the batch's backgrounds, changed at random."""
        composed = diff_augmented(composites(pictures, batch["background"]), context)
        found: list[Tensor] = self.features((composed + 1) / 2)
        return found

    def doubts(self, levels: list[Tensor], target: float, context: StepContext) -> Tensor:
        """How far the heads' answers are from a target."""
        return multilevel_loss(self.heads(levels), target, total=context.total)


@dataclass(frozen=True)
class GeneratorLoss:
    """What the generator minimises (`trainer.phase.LossTerms`)."""

    players: Players
    onlooker: Onlooker
    equation: Equation

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        lambda3, lambda4 = self.equation.elsewhere
        made = self.players.made(len(batch["image"]), context, learning=True)
        logits = self.players.judged(made, context)
        terms = {"fooling": lambda4 * generator_loss([logits], total=context.total)}
        if self.equation.begun(context.step):
            levels = self.onlooker.levels(made, batch, context)
            doubts = self.onlooker.doubts(levels, self.onlooker.target, context)
            terms["fooling_composed"] = lambda3 * doubts
        return terms


@dataclass(frozen=True)
class DiscriminatorLoss:
    """What D4 and the heads of D3 minimise together (`trainer.phase.LossTerms`).

    Attributes:
        players: the generator and D4.
        onlooker: D3.
        equation: how they are weighed.
        heard: is told D4's logits of real pictures.
    """

    players: Players
    onlooker: Onlooker
    equation: Equation
    heard: Callable[[Tensor, StepContext], None]

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        with torch.no_grad():
            made = self.players.made(len(batch["image"]), context, learning=False)
        fake = self.players.judged(made, context)
        real = self.players.judged(batch["image"], context)
        self.heard(real, context)
        terms = discriminator_loss([real], [fake], total=context.total)
        terms["real"] = self.equation.lambda4 * terms["real"]
        terms["fake"] = self.equation.elsewhere[1] * terms["fake"]
        return terms | self._composed(made, batch, context)

    def _composed(self, made: Tensor, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        if not self.equation.begun(context.step):
            return {}
        with torch.no_grad():
            fake = self.onlooker.levels(made, batch, context)
            real = self.onlooker.levels(batch["image"], batch, context)
        real_doubts = self.onlooker.doubts(real, self.onlooker.target, context)
        return {
            "real_composed": self.equation.lambda3 * real_doubts,
            "fake_composed": self.equation.elsewhere[0] * self.onlooker.doubts(fake, FAKE, context),
        }


def _pictures(synthesis: nn.Module, styles: Tensor, *, track: bool = False) -> Tensor:
    made: Tensor = synthesis(styles, track=track)
    return made


def _agree(means: list[Tensor], before: list[Tensor], count: int, context: StepContext) -> None:
    """Let all processes have the same means, moved as if one had seen all pictures."""
    if context.world == 1:
        return
    own, whole = (1 - 0.5 ** (seen / HALF_LIFE) for seen in (count, count * context.world))
    moved = torch.stack(means) - torch.stack(before)
    moved = context.total(moved) / context.world * (whole / own)
    for mean, old, by in zip(means, before, moved.unbind(), strict=True):
        mean.copy_(old + by)
