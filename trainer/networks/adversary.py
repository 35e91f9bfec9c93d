"""A generator and what it is trained against: settings, network and the two phases."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor, nn

from trainer.config import Block, Learning
from trainer.losses.adversarial import DiscriminatorLoss
from trainer.networks.patch_discriminator import MultiScaleDiscriminator
from trainer.phase import Batch, LossTerms, Phase

NAME = "discriminator"
"""Of the network in a recipe's `Setup`, and of its phase."""


class Discriminator(Block):
    """The discriminators, where `loss.adversarial` is more than 0.

    Attributes:
        width: channels of the first layer.
        scales: how many there are, each for half the size of the one before.
        learning: Adam's settings of theirs.
    """

    width: int = 64
    scales: int = 3
    learning: Learning = Learning(rate=1e-5)

    def network(self) -> MultiScaleDiscriminator:
        """The discriminators with random weights."""
        return MultiScaleDiscriminator(width=self.width, scales=self.scales)


def phases_of(
    networks: Mapping[str, nn.Module],
    generator: str,
    loss: LossTerms,
    learning: Learning,
    *,
    answer: Callable[[Batch], Tensor],
    against: Discriminator,
) -> list[Phase]:
    """The generator's phase, and the discriminators' after it if there are any.

    Args:
        networks: of the recipe, the generator and, where there is one, `NAME`.
        generator: its name.
        loss: the generator's.
        learning: the generator's.
        answer: what the generator makes of a batch, as `DiscriminatorLoss` asks for it.
        against: the discriminators' settings.
    """
    phases = [_phase(networks, generator, loss, learning)]
    if NAME in networks:
        theirs = DiscriminatorLoss(networks[NAME], answer)
        phases.append(_phase(networks, NAME, theirs, against.learning))
    return phases


def _phase(
    networks: Mapping[str, nn.Module], name: str, loss: LossTerms, learning: Learning
) -> Phase:
    parameters = list(networks[name].parameters())
    return Phase(name, parameters, loss, learning.rate, learning.betas)
