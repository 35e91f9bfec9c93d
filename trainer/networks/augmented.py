"""What a discriminator sees, augmented as its controller says (ADA): settings and doing.

Source: Karras et al., "Training Generative Adversarial Networks with Limited Data" (ADA, 2020).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor

from trainer.config import Block, Count
from trainer.networks.ada import Parts, changed, draw_changes
from trainer.networks.ada_control import Probability
from trainer.phase import StepContext


class Augmentation(Block):
    """What is done to all that the discriminator sees (ADA).

    Attributes:
        probability: of each change at the beginning.
        target: of r, the mean sign of what the discriminator says of real ones; "off" leaves the
            probability as it is.
        every: steps between changes of the probability.
        images: in which the probability can go from 0 to 1.
        blit: mirror, turn by quarters, shift by whole pixels.
        geometry: scale, turn, stretch, shift by parts of pixels.
        colour: change colours, a matte's plane not among them.
    """

    probability: Annotated[float, Field(ge=0, le=1)] = 0.0
    target: Literal["off"] | float = 0.6
    every: Count = 4
    images: float = 500_000
    blit: bool = True
    geometry: bool = True
    colour: bool = True


class Augmented:
    """What is done to all that the discriminator sees, as likely as the controller says.

    Args:
        settings: of it.
        batch: images in a step.
    """

    def __init__(self, settings: Augmentation, *, batch: int) -> None:
        self.chance = Probability(
            start=settings.probability,
            target=None if settings.target == "off" else settings.target,
            every=settings.every,
            images=settings.images,
            batch=batch,
        )
        self._parts = Parts(settings.blit, settings.geometry, settings.colour)

    def __call__(self, images: Tensor, context: StepContext) -> Tensor:
        """N×C×S×S, some changed."""
        probability = self.chance.at(context.step)
        if probability == 0:
            return images
        drawn = draw_changes(
            len(images) * context.world,
            images.shape[-1],
            probability=probability,
            generator=context.generator,
            parts=self._parts,
        )
        return changed(images, changes=drawn.own(context))

    def heard(self, logits: Tensor, context: StepContext) -> None:
        """Tell the controller what the discriminator said of real pictures."""
        self.chance.heard(logits, total=context.total)
