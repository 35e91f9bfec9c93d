"""Alpha generation: a matte from a photograph and a coarse map; against discriminators.

Source: Yaman, Ekenel, Waibel, "Alpha Matte Generation from Single Input for Portrait Matting"
(POMAGAN, 2021), section 3.2. It is trained apart from the segmentation network (section 3.3): the
map is the true one, roughened, or what a segmenter with weights of its own answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

import torch
from torch import Tensor, nn

from engine.models.alpha_generation import SMALL, AlphaGenerationNet
from engine.models.segmentation_net import PUBLISHED, Shape
from trainer.config import Block, Learning, RunConfig
from trainer.data.alpha_samples import AlphaSamples
from trainer.data.matting_samples import GuidanceMix, MattingSamples
from trainer.data.mixed_subjects import Mixture, mixed_backgrounds, mixed_subjects
from trainer.data.people_samples import Framing, PeopleSamples
from trainer.data.people_scenes import People, PeopleScenes
from trainer.data.pool.backgrounds import PooledBackgrounds
from trainer.data.pool.pieces import mixed_pieces
from trainer.data.sample import Backgrounds
from trainer.data.scenes import Augmentation, ComposedScenes
from trainer.data.sources import pictures_of
from trainer.losses.perceptual import LAYER_WEIGHTS, LayerWeights
from trainer.losses.pictures import Picture
from trainer.losses.pomagan import GeneratorLoss
from trainer.networks.adversary import Discriminator, phases_of
from trainer.networks.features import FeatureName, open_features
from trainer.networks.segmenter import open_segmenter
from trainer.networks.untouched import untouched
from trainer.phase import Batch, Phase, Samples, Setup, StepContext
from trainer.validation.matting import MattingJudge
from trainer.validation.photographs import Judged

Term: TypeAlias = Literal["perceptual", "alpha", "border"]


class Network(Block):
    """Which network.

    Attributes:
        name: "pomagan", of the published size, or "pomagan_small".
        narrow: divides every layer's channels; a narrow network is for trying out and can't be
            exported.
        segmentation_block: the map has an encoder of its own; without, it is a fourth plane of the
            photograph, which is for comparing and can't be exported either.
    """

    name: Literal["pomagan", "pomagan_small"] = "pomagan"
    narrow: int = 1
    segmentation_block: bool = True


class Pieces(Mixture):
    """What samples are cut from.

    Attributes:
        pieces: "crops" around what is unknown of a mixture of composed subjects, or "frames" of
            people as the segmenter's, of which `people` and `framing` say more, or crops of
            a "pool" made ahead of time. Losses compose people over backgrounds from the same
            place.
        pool: folder with a pool for each kind of `shares`, by its name, and one of "backgrounds".
    """

    pieces: Literal["crops", "frames", "pool"] = "crops"
    pool: Path = Path("pool")


class Maps(GuidanceMix):
    """How the coarse map is made.

    Attributes:
        kinds: name of `guidance.GUIDANCE_KINDS` to how often, relative to the others.
        network: weights of a segmenter (a file, a run's folder, a name) whose answer is the map
            while training; empty roughens the true one. Validation roughens in any case.
    """

    kinds: dict[str, float] = {"map": 1.0}  # noqa: RUF012 - pydantic copies defaults
    network: str = ""


class Losses(Block):
    """Weights of the terms (equation 11).

    Attributes:
        adversarial: of what the discriminators say of the matte; 0 trains without them.
        perceptual: λ, of the differences between features.
        alpha: β, of the absolute differences everywhere.
        border: γ, of those at the border.
        border_width: side of the square that finds the border, odd, in pixels.
        terms: those but the adversarial one that count (the upper part of table 3).
        pictures: what each of them compares (the lower part): the matte, the subject it cuts out,
            the picture it composes over an arbitrary background.
        in_sum: terms inside the sum over the discriminators; with discriminators they count once
            for each. As printed, all of them, while in equation 7 the border is outside.
        layer_weights: c_i of equation 3, the finest layer first.
        features: the network whose features are compared: "vgg19", the encoder of a "segmenter",
            or a small one with "random" weights.
        features_file: its weights: a file of VGG-19's, or a segmenter's file or name.
    """

    adversarial: float = 1.0
    perceptual: float = 10.0
    alpha: float = 100.0
    border: float = 100.0
    border_width: int = 31
    terms: tuple[Term, ...] = ("perceptual", "alpha", "border")
    pictures: tuple[Picture, ...] = ("map", "foreground", "image")
    in_sum: tuple[Term, ...] = ("perceptual", "alpha", "border")
    layer_weights: LayerWeights = LAYER_WEIGHTS
    features: FeatureName = "vgg19"
    features_file: str = ""

    def counted(self) -> Losses:
        """The same with the weights of the terms that don't count at 0."""
        left_out = {"perceptual", "alpha", "border"} - set(self.terms)
        return self.model_copy(update=dict.fromkeys(left_out, 0.0))


class Config(RunConfig):
    """Everything about a run."""

    network: Network = Network()
    data: Pieces = Pieces()
    augmentation: Augmentation = Augmentation()
    people: People = People()
    framing: Framing = Framing()
    guidance: Maps = Maps()
    loss: Losses = Losses()
    discriminator: Discriminator = Discriminator()
    learning: Learning = Learning()
    validation: Judged = Judged(kind="map")


SHAPES: dict[str, Shape] = {"pomagan": PUBLISHED, "pomagan_small": SMALL}


def build(config: Config) -> Setup:
    """The recipe as its config has it.

    Raises:
        UserError: if data are missing, or the weights of the feature network or the segmenter.
    """
    networks, wanted = _networks(config), config.network
    exported = wanted.narrow == 1 and wanted.segmentation_block
    return Setup(
        networks=networks,
        phases=_phases(config, networks),
        samples=_samples(config),
        validate=MattingJudge(config.validation, config.guidance),
        exported=("alpha", wanted.name) if exported else None,
    )


def alpha_network(wanted: Network) -> AlphaGenerationNet:
    """The network that a config asks for, with random weights."""
    shape = SHAPES[wanted.name].narrowed(wanted.narrow)
    return AlphaGenerationNet(shape, segmentation_block=wanted.segmentation_block)


def _networks(config: Config) -> dict[str, nn.Module]:
    loss = config.loss.counted()
    networks: dict[str, nn.Module] = {"alpha": alpha_network(config.network)}
    if loss.adversarial:
        networks["discriminator"] = config.discriminator.network()
    if loss.perceptual:
        networks["features"] = open_features(loss.features, loss.features_file)
    if config.guidance.network:
        segmenter = open_segmenter(config.guidance.network, purpose="a recipe that makes maps")
        networks["segmentation"] = segmenter.requires_grad_(False).eval()
    return networks


def _samples(config: Config) -> AlphaSamples:
    opened = PIECES[config.data.pieces](config)
    return AlphaSamples(*opened, guidance=config.guidance, seed=config.seed)


def _frames(config: Config) -> tuple[Samples, Backgrounds]:
    scenes = PeopleScenes(config.people, "train")
    frames = PeopleSamples(
        scenes, framing=config.framing, batch=config.global_batch, seed=config.seed
    )
    return frames, pictures_of(config.people.backgrounds)


def _crops(config: Config) -> tuple[Samples, Backgrounds]:
    subjects, backgrounds = mixed_subjects(config.data), mixed_backgrounds(config.data)
    scenes = ComposedScenes(subjects, backgrounds, config.augmentation)
    crops = MattingSamples(
        scenes, config.augmentation, config.guidance, seed=config.seed, layers=False
    )
    return crops, backgrounds


def _pooled(config: Config) -> tuple[Samples, Backgrounds]:
    root = config.data.pool.expanduser()
    shares = {str(kind): share for kind, share in config.data.shares.items()}
    pieces = mixed_pieces(root, shares, seed=config.seed)
    return pieces, PooledBackgrounds(root / "backgrounds")


PIECES: dict[str, Callable[[Config], tuple[Samples, Backgrounds]]] = {
    "crops": _crops,
    "frames": _frames,
    "pool": _pooled,
}


def _phases(config: Config, networks: Mapping[str, nn.Module]) -> list[Phase]:
    def answer(batch: Batch) -> Tensor:
        coarse = _coarse(networks, batch)
        logits: Tensor = untouched(networks["alpha"], batch["image"], coarse)
        return logits.sigmoid()

    loss = _Loss(networks, config.loss.counted())
    against = config.discriminator
    return phases_of(networks, "alpha", loss, config.learning, answer=answer, against=against)


class _Loss:
    """The generator's (equation 11): named terms, already weighted."""

    def __init__(self, networks: Mapping[str, nn.Module], weights: Losses) -> None:
        self._networks = networks
        self._equation = GeneratorLoss(weights, ("alpha", weights.alpha), networks)

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        coarse = _coarse(self._networks, batch)
        found = self._networks["alpha"](batch["image"], coarse).sigmoid()
        return self._equation(found, batch, total=context.total)


def _coarse(networks: Mapping[str, nn.Module], batch: Batch) -> Tensor:
    """The map that the samples have, or what a segmenter says."""
    segmenter = networks.get("segmentation")
    if segmenter is None:
        return batch["map"]
    with torch.no_grad():
        logits: Tensor = segmenter(batch["image"])
    return logits.sigmoid()
