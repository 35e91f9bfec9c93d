"""StyleGAN2 with adaptive augmentation: pictures of faces from random numbers.

Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020) and "Training
Generative Adversarial Networks with Limited Data" (ADA, 2020).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from engine.models.stylegan2 import SMALL, Generator, Size
from engine.models.stylegan2_discriminator import Discriminator
from trainer.config import Block, Count, Learning, RunConfig
from trainer.data.portrait_pictures import Faces, FaceSamples, open_faces
from trainer.lazy import gamma_of, lazy_phases
from trainer.losses.generative import DiscriminatorLoss, GeneratorLoss, R1Loss
from trainer.losses.path_length import PathLength
from trainer.losses.stylegan2 import PathLengthLoss, Players
from trainer.networks.augmented import Augmentation, Augmented
from trainer.phase import Phase, Setup
from trainer.validation.generated import GeneratorJudge, Judged

SIZES = {"stylegan2": Size(), "portrait_small": SMALL}
ANY_SIZE = "stylegan2"
"""The model that a network of no shipped size is exported as."""
ADAM = Learning(rate=2e-3, betas=(0.0, 0.99))


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


def _generator(config: Config, players: Players, lengths: PathLength) -> list[Phase]:
    asked = config.regularisation
    every, weight = asked.path_length_every, asked.path_length
    penalty = PathLengthLoss(players, lengths, weight * every, asked.path_length_shrink)
    return lazy_phases(
        "generator",
        list(players.generator.parameters()),
        GeneratorLoss(players),
        config.learning,
        lazy=(penalty, every) if weight else None,
    )


def _discriminator(config: Config, players: Players, augment: Augmented) -> list[Phase]:
    asked = config.regularisation
    side = players.generator.size.resolution
    gamma = gamma_of(asked.r1, resolution=side, batch=config.global_batch)
    penalty = R1Loss(players, gamma * asked.r1_every)
    return lazy_phases(
        "discriminator",
        list(players.discriminator.parameters()),
        DiscriminatorLoss(players, augment.heard),
        config.discriminator,
        lazy=(penalty, asked.r1_every) if gamma else None,
    )
