"""StyleGAN2 with adaptive augmentation: pictures of faces from random numbers.

Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020) and "Training
Generative Adversarial Networks with Limited Data" (ADA, 2020).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor

from engine.models.stylegan2 import SMALL, Generator, Size
from engine.models.stylegan2_discriminator import Discriminator
from trainer.config import Block, Count, Learning, RunConfig
from trainer.data.portrait_pictures import Faces, FaceSamples, open_faces
from trainer.losses.path_length import PathLength
from trainer.losses.stylegan2 import (
    DiscriminatorLoss,
    GeneratorLoss,
    PathLengthLoss,
    Players,
    R1Loss,
)
from trainer.networks.ada import Parts, changed, draw_changes
from trainer.networks.ada_control import Probability
from trainer.phase import LossTerms, Phase, Setup, StepContext
from trainer.validation.generated import GeneratorJudge, Judged

SIZES = {"stylegan2": Size(), "portrait_small": SMALL}
ANY_SIZE = "stylegan2"
"""The model that a network of no shipped size is exported as."""
ADAM = Learning(rate=2e-3, betas=(0.0, 0.99))
AUTO_R1 = 2e-4
"""γ for each pixel of a picture, divided by the batch (ADA's code)."""


class Network(Block):
    """Which networks.

    Attributes:
        name: "stylegan2", of the published size, or "portrait_small".
        resolution: side of the pictures in pixels; None is the one that belongs to the name.
        colours: 3, or 4 with a matte.
        narrow: divides every layer's channels; a narrow network is for trying out and can't be
            exported.
    """

    name: Literal["stylegan2", "portrait_small"] = "stylegan2"
    resolution: int | None = None
    colours: Literal[3, 4] = 3
    narrow: Count = 1

    def size(self) -> Size:
        """Its numbers."""
        named = SIZES[self.name]
        return replace(
            named,
            resolution=self.resolution or named.resolution,
            colours=self.colours,
            base=named.base // self.narrow,
            most=max(1, named.most // self.narrow),
        )

    def model(self) -> str | None:
        """What it is exported as."""
        if self.narrow > 1:
            return None
        return self.name if self.size() == SIZES[self.name] else ANY_SIZE


class Regularisation(Block):
    """The lazy penalties; each has a phase of its own.

    Attributes:
        r1: γ, or "auto" by resolution and batch; 0 does without.
        r1_every: steps between two.
        path_length: weight; 0 does without.
        path_length_every: steps between two.
        path_length_shrink: so many times fewer pictures than in a batch are looked at.
        path_length_decay: how fast the average length moves.
    """

    r1: Literal["auto"] | float = 10.0
    r1_every: Count = 16
    path_length: float = 2.0
    path_length_every: Count = 4
    path_length_shrink: Count = 2
    path_length_decay: float = 0.01


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


class Config(RunConfig):
    """Everything about a run.

    Attributes:
        mixing: share of the pictures that have the styles of two z.
        tracking: share of the mean w that stays in a step.
    """

    network: Network = Network()
    data: Faces = Faces()
    learning: Learning = ADAM
    discriminator: Learning = ADAM
    regularisation: Regularisation = Regularisation()
    augmentation: Augmentation = Augmentation()
    mixing: float = 0.9
    tracking: float = 0.995
    validation: Judged = Judged()


def build(config: Config) -> Setup:
    """The recipe as its config has it.

    Raises:
        UserError: if data are missing.
    """
    size, model = config.network.size(), config.network.model()
    generator, discriminator = Generator(size), Discriminator(size)
    pictures = open_faces(config.data, side=size.resolution, planes=size.colours, seed=config.seed)
    lengths = PathLength(config.regularisation.path_length_decay)
    augment = Augmented(config.augmentation, batch=config.global_batch)
    players = Players(
        generator,
        discriminator,
        augment,
        mixing=config.mixing,
        tracking=config.tracking,
    )
    return Setup(
        networks={"generator": generator, "discriminator": discriminator},
        phases=[
            *_generator(config, players, lengths),
            *_discriminator(config, players, augment),
        ],
        samples=FaceSamples(pictures, mirror=config.data.mirror, seed=config.seed),
        validate=GeneratorJudge(config.validation, pictures),
        exported=None if model is None else ("generator", model),
        companions=() if model is None else (("discriminator", f"{model}_discriminator"),),
        averaged=("generator",),
        resources={"augmentation": augment.chance, "path_length": lengths},
        settings=lambda: {
            "augmentation": augment.chance.value,
            "sureness": augment.chance.sureness,
            "path_length": lengths.mean,
        },
    )


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


def _generator(config: Config, players: Players, lengths: PathLength) -> list[Phase]:
    asked = config.regularisation
    every, weight = asked.path_length_every, asked.path_length
    penalty = PathLengthLoss(players, lengths, weight * every, asked.path_length_shrink)
    return _phases(
        "generator",
        players.generator,
        GeneratorLoss(players),
        config.learning,
        lazy=(penalty, every) if weight else None,
    )


def _discriminator(config: Config, players: Players, augment: Augmented) -> list[Phase]:
    asked = config.regularisation
    auto = AUTO_R1 * players.generator.size.resolution**2 / config.global_batch
    gamma = auto if asked.r1 == "auto" else asked.r1
    penalty = R1Loss(players, gamma * asked.r1_every)
    return _phases(
        "discriminator",
        players.discriminator,
        DiscriminatorLoss(players, augment.heard),
        config.discriminator,
        lazy=(penalty, asked.r1_every) if gamma else None,
    )


def _phases(
    name: str,
    network: Generator | Discriminator,
    loss: LossTerms,
    learning: Learning,
    *,
    lazy: tuple[LossTerms, int] | None,
) -> list[Phase]:
    """A network's phase, and that of a penalty which takes steps of the same optimiser.

    With a step more in every k, the rate and the averages' decay are those of k/(k + 1) steps
    (StyleGAN2, appendix B).
    """
    parameters = list(network.parameters())
    if lazy is None:
        return [Phase(name, parameters, loss, learning.rate, learning.betas)]
    penalty, every = lazy
    share = every / (every + 1)
    rate, betas = learning.rate * share, (learning.betas[0] ** share, learning.betas[1] ** share)
    return [
        Phase(name, parameters, loss, rate, betas),
        Phase(f"{name}_penalty", parameters, penalty, rate, betas, every, shares=name),
    ]
