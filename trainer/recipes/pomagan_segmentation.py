"""Person segmentation: where the person is, from the photograph alone; against discriminators.

Source: Yaman, Ekenel, Waibel, "Alpha Matte Generation from Single Input for Portrait Matting"
(POMAGAN, 2021), section 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from engine.models.segmentation_net import PUBLISHED, SMALL, SegmentationNet, Shape
from trainer.config import Block, Learning, RunConfig
from trainer.data.people_samples import Framing, PeopleSamples
from trainer.data.people_scenes import People, PeopleScenes
from trainer.losses.cross_entropy import cross_entropy_loss
from trainer.losses.perceptual import LAYER_WEIGHTS, LayerWeights
from trainer.losses.pictures import Picture
from trainer.losses.pomagan import GeneratorLoss
from trainer.networks.adversary import Discriminator, phases_of
from trainer.networks.features import FeatureName, open_features
from trainer.networks.untouched import untouched
from trainer.phase import Batch, Phase, Setup, StepContext
from trainer.validation.people import Judged, PeopleJudge


class Network(Block):
    """Which network.

    Attributes:
        name: "pomagan_segmentation", of the published size, or "person_small".
        narrow: divides every layer's channels; a narrow network is for trying out and can't be
            exported.
    """

    name: Literal["pomagan_segmentation", "person_small"] = "pomagan_segmentation"
    narrow: int = 1


class Losses(Block):
    """Weights of the terms (equation 7).

    Attributes:
        cross_entropy: of the map, which the paper does not have.
        adversarial: of what the discriminators say; 0 trains without them.
        perceptual: λ, of the differences between features.
        segmentation: β, of the absolute differences everywhere.
        border: γ, of those at the border.
        border_width: side of the square that finds the border, odd, in pixels.
        pictures: what is compared: the map, and the subject it cuts out.
        in_sum: terms inside equation 7's sum over the discriminators. With discriminators they
            count once for each; the border does not, while in equation 11 it does.
        layer_weights: c_i of equation 3, the finest layer first.
        features: the network whose features are compared: "vgg19", the encoder of a "segmenter",
            or a small one with "random" weights.
        features_file: its weights: a file of VGG-19's, or a segmenter's file or name.
    """

    cross_entropy: float = 0.0
    adversarial: float = 0.0
    perceptual: float = 0.0
    segmentation: float = 10.0
    border: float = 10.0
    border_width: int = 31
    pictures: tuple[Picture, ...] = ("map", "foreground")
    in_sum: tuple[Literal["perceptual", "segmentation", "border"], ...] = (
        "perceptual",
        "segmentation",
    )
    layer_weights: LayerWeights = LAYER_WEIGHTS
    features: FeatureName = "vgg19"
    features_file: str = ""


class Config(RunConfig):
    """Everything about a run."""

    network: Network = Network()
    people: People = People()
    framing: Framing = Framing()
    loss: Losses = Losses()
    discriminator: Discriminator = Discriminator()
    learning: Learning = Learning()
    validation: Judged = Judged()


SHAPES: dict[str, Shape] = {"pomagan_segmentation": PUBLISHED, "person_small": SMALL}


def build(config: Config) -> Setup:
    """The recipe as its config has it.

    Raises:
        UserError: if data are missing, or the weights of the feature network.
    """
    networks: dict[str, nn.Module] = {}
    network = SegmentationNet(SHAPES[config.network.name].narrowed(config.network.narrow))
    networks["segmentation"] = network
    if config.loss.adversarial:
        networks["discriminator"] = config.discriminator.network()
    if config.loss.perceptual:
        networks["features"] = open_features(config.loss.features, config.loss.features_file)
    samples = PeopleSamples(
        PeopleScenes(config.people, "train"),
        framing=config.framing,
        batch=config.global_batch,
        seed=config.seed,
    )
    return Setup(
        networks=networks,
        phases=_phases(config, networks),
        samples=samples,
        validate=PeopleJudge(config.validation, multiple=max(32, network.size_multiple)),
        exported=("segmentation", config.network.name) if config.network.narrow == 1 else None,
    )


def _phases(config: Config, networks: Mapping[str, nn.Module]) -> list[Phase]:
    def answer(batch: Batch) -> Tensor:
        logits: Tensor = untouched(networks["segmentation"], batch["image"])
        return logits.sigmoid()

    loss = _Loss(networks, config.loss)
    against = config.discriminator
    return phases_of(
        networks, "segmentation", loss, config.learning, answer=answer, against=against
    )


class _Loss:
    """The generator's (equation 7): named terms, already weighted."""

    def __init__(self, networks: Mapping[str, nn.Module], weights: Losses) -> None:
        self._network, self._weights = networks["segmentation"], weights
        self._equation = GeneratorLoss(weights, ("segmentation", weights.segmentation), networks)

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        logits, truth = self._network(batch["image"]), batch["alpha"]
        terms = self._equation(logits.sigmoid(), batch, total=context.total)
        if self._weights.cross_entropy:
            everywhere = torch.ones_like(truth)
            entropy = cross_entropy_loss(logits, truth, everywhere, total=context.total)
            terms["cross_entropy"] = self._weights.cross_entropy * entropy
        return terms
