"""StyleMatteGAN: portraits with their mattes from random numbers.

Source: "Adversarially-Guided Portrait Matting" (paper 000), sections 3.2 and 4.3: StyleGAN3 with a
fourth plane, first against a discriminator of all planes (D4), then against one of composites (D3)
too, which looks through a frozen network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Literal, TypeAlias

from torch import nn

from engine.models.stylegan2_discriminator import Discriminator
from engine.models.stylegan2_size import Size as DiscriminatorSize
from engine.models.stylegan3 import SMALL, SMALL_DISCRIMINATOR, Generator, R, Size, T
from trainer.config import Block, Count, Learning, RunConfig
from trainer.data.folders import Pictures
from trainer.data.rgba_portraits import (
    Portraits,
    PortraitSamples,
    open_backgrounds,
    open_portraits,
)
from trainer.lazy import gamma_of, lazy_phases
from trainer.losses import generative, stylemattegan
from trainer.losses.multilevel import REAL
from trainer.losses.stylemattegan import Equation, Onlooker, Players
from trainer.matte_start import start_with_matte
from trainer.network_start import Weights
from trainer.networks.augmented import Augmentation, Augmented
from trainer.networks.blur import FadingBlur
from trainer.networks.feature_network import LooksName, open_look
from trainer.networks.projected_discriminator import WIDTH, ProjectedDiscriminator
from trainer.phase import LossTerms, Phase, Setup
from trainer.validation.generated import GeneratorJudge, Judged

PLANES = 4
ANY_SIZE = "stylegan3"
"""The model that a network of no shipped size is exported as."""
LARGEST_BLUR = 10.0
"""Of configuration R at the beginning, in pixels."""
Sizes: TypeAlias = tuple[Size, DiscriminatorSize]
Name: TypeAlias = Literal["stylegan3_t", "stylegan3_r", "stylemattegan_small"]


class Network(Block):
    """Which networks.

    Attributes:
        name: "stylegan3_t" or "stylegan3_r", the published configurations, or
            "stylemattegan_small".
        resolution: side of the pictures in pixels; None is the one that belongs to the name.
        narrow: divides every layer's channels; a narrow network is for trying out and can't be
            exported.
        grown_from: weights of the same networks with three planes, to which the matte is added: a
            file, a run's folder, or a name of the list of weights; "off" starts from random ones.
            `--init` goes on from networks of four planes.
    """

    name: Name = "stylegan3_t"
    resolution: int | None = None
    narrow: Count = 1
    grown_from: Weights = ""

    def sizes(self) -> Sizes:
        """The numbers of the generator and of D4."""
        largest, sizes = SIZES[self.name]
        generator, discriminator = sizes(self.resolution or largest)
        most = max(1, generator.most // self.narrow)
        return (
            replace(generator, base=generator.base // self.narrow, most=most),
            replace(
                discriminator,
                base=discriminator.base // self.narrow,
                most=max(1, discriminator.most // self.narrow),
            ),
        )

    def model(self) -> str | None:
        """What it is exported as."""
        if self.narrow > 1:
            return None
        return self.name if self.sizes()[0] == SMALL else ANY_SIZE


def _published(size: Callable[[int, int], Size], resolution: int) -> Sizes:
    generator = size(resolution, PLANES)
    base = T(resolution).base  # R's is twice as much
    return generator, DiscriminatorSize(resolution, PLANES, base=base, clamp=generator.clamp)


def _small(resolution: int) -> Sizes:
    judge = replace(SMALL_DISCRIMINATOR, resolution=resolution)
    return replace(SMALL, resolution=resolution), judge


SIZES: dict[Name, tuple[int, Callable[[int], Sizes]]] = {
    "stylegan3_t": (1024, partial(_published, T)),
    "stylegan3_r": (1024, partial(_published, R)),
    "stylemattegan_small": (SMALL.resolution, _small),
}
"""By name: the usual resolution, and the sizes at any."""


class Regularisation(Block):
    """The lazy penalty of D4.

    Attributes:
        r1: γ, or "auto" by resolution and batch; 0 does without.
        r1_every: steps between two.
    """

    r1: Literal["auto"] | float = 6.6
    r1_every: Count = 16


class Blur(Block):
    """What D4 sees is blurred at the beginning.

    Attributes:
        spread: of the Gaussian in the first step, in pixels; 0 never blurs, "auto" does for
            configuration R, by 10.
        images: after which nothing is blurred any more.
    """

    spread: Literal["auto"] | float = "auto"
    images: float = 200_000


class Losses(Block):
    """Equation 3, and D3.

    Attributes:
        lambda3: weight of D3.
        lambda4: weight of D4.
        weighed: "real" weighs only what the discriminators say of real pictures, as printed; "all"
            their terms of generated pictures and the generator's too, as released.
        warm_up: images before which D3 has no say.
        target: how real D3's photographs are, which is what the generator wants to reach.
        features: the frozen network that D3 looks through: "clip", the encoder of a "segmenter", or
            a small one with "random" weights.
        features_file: its weights: a file of CLIP's, or a segmenter's file or name.
        width: channels of D3's heads.
    """

    lambda3: float = 1.0
    lambda4: float = 1.0
    weighed: Literal["real", "all"] = "all"
    warm_up: float = 0.0
    target: float = REAL
    features: LooksName = "clip"
    features_file: str = ""
    width: Count = WIDTH


class Config(RunConfig):
    """Everything about a run.

    Attributes:
        stage: "first" trains against D4 alone; "second" against both, from the weights of the first
            (`--init`).
        discriminator: Adam's settings of both discriminators.
        tracking: share of the mean w that stays in a step.
    """

    stage: Literal["first", "second"] = "first"
    network: Network = Network()
    data: Portraits = Portraits()
    learning: Learning = Learning(rate=2.5e-3, betas=(0.0, 0.99))
    discriminator: Learning = Learning(rate=2e-3, betas=(0.0, 0.99))
    regularisation: Regularisation = Regularisation()
    augmentation: Augmentation = Augmentation()
    blur: Blur = Blur()
    loss: Losses = Losses()
    tracking: float = 0.998
    validation: Judged = Judged()


def build(config: Config) -> Setup:
    """The recipe as its config has it.

    Raises:
        UserError: if data are missing, or the weights that D3 looks with.
    """
    (size, judge), model = config.network.sizes(), config.network.model()
    generator, discriminator = Generator(size), Discriminator(judge)
    networks: dict[str, nn.Module] = {"generator": generator, "discriminator": discriminator}
    if config.network.grown_from:
        start_with_matte(networks, config.network.grown_from, seed=config.seed)
    if config.stage == "second":
        networks |= _onlooker(config.loss)
    pictures = open_portraits(config.data, side=size.resolution, seed=config.seed)
    augment = Augmented(config.augmentation, batch=config.global_batch)
    players = Players(generator, discriminator, _blur(config), augment, config.tracking)
    return Setup(
        networks=networks,
        phases=_phases(config, networks, players, augment),
        samples=_samples(config, pictures),
        validate=GeneratorJudge(config.validation, pictures),
        exported=None if model is None else ("generator", model),
        companions=() if model is None else (("discriminator", f"{model}_discriminator"),),
        averaged=("generator",),
        resources={"augmentation": augment.chance},
        settings=lambda: {
            "augmentation": augment.chance.value,
            "sureness": augment.chance.sureness,
        },
    )


def _blur(config: Config) -> FadingBlur:
    asked = config.blur
    usual = LARGEST_BLUR if config.network.name == "stylegan3_r" else 0.0
    spread = usual if asked.spread == "auto" else asked.spread
    return FadingBlur(spread, asked.images, config.global_batch)


def _onlooker(loss: Losses) -> dict[str, nn.Module]:
    features = open_look(loss.features, loss.features_file)
    heads = ProjectedDiscriminator(features.channels, features.maps, width=loss.width)
    return {"features": features, "heads": heads}


def _samples(config: Config, pictures: Pictures) -> PortraitSamples:
    behind = open_backgrounds(config.data) if config.stage == "second" else None
    side = config.network.sizes()[0].resolution
    return PortraitSamples(pictures, behind, side=side, mirror=config.data.mirror, seed=config.seed)


def _phases(
    config: Config, networks: Mapping[str, nn.Module], players: Players, augment: Augmented
) -> list[Phase]:
    asked, side = config.regularisation, players.generator.size.resolution
    gamma = gamma_of(asked.r1, resolution=side, batch=config.global_batch)
    penalty = generative.R1Loss(players, gamma * asked.r1_every)
    generator, discriminator = _losses(config, networks, players, augment)
    judges = [networks[name] for name in ("discriminator", "heads") if name in networks]
    drawing = list(players.generator.parameters())
    judging = [parameter for judge in judges for parameter in judge.parameters()]
    lazy = (penalty, asked.r1_every) if gamma else None
    return [
        *lazy_phases("generator", drawing, generator, config.learning, lazy=None),
        *lazy_phases("discriminator", judging, discriminator, config.discriminator, lazy=lazy),
    ]


def _losses(
    config: Config, networks: Mapping[str, nn.Module], players: Players, augment: Augmented
) -> tuple[LossTerms, LossTerms]:
    """The generator's, and that of what it is trained against."""
    asked, heard = config.loss, augment.heard
    if config.stage == "first":
        own = generative.DiscriminatorLoss(players, heard)
        return generative.GeneratorLoss(players), own
    onlooker = Onlooker(networks["features"], networks["heads"], asked.target)
    equation = Equation(
        asked.lambda3,
        asked.lambda4,
        real_alone=asked.weighed == "real",
        warm_up=asked.warm_up,
        batch=config.global_batch,
    )
    return (
        stylemattegan.GeneratorLoss(players, onlooker, equation),
        stylemattegan.DiscriminatorLoss(players, onlooker, equation, heard),
    )
