"""Person segmentation: where the person is, from the photograph alone.

Source: Yaman, Ekenel, Waibel, "Alpha Matte Generation from Single Input for Portrait Matting"
(POMAGAN, 2021), section 3.1.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from engine.models.segmentation_net import PUBLISHED, SMALL, SegmentationNet, Shape
from trainer.config import Block, Learning, RunConfig
from trainer.data.people_samples import Framing, PeopleSamples
from trainer.data.people_scenes import People, PeopleScenes
from trainer.losses.border import border_map
from trainer.losses.cross_entropy import cross_entropy_loss
from trainer.losses.pictures import Picture, pictures, pictures_l1
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
        segmentation: β, of the absolute differences everywhere.
        border: γ, of those at the border.
        border_width: side of the square that finds the border, odd, in pixels.
        pictures: what is compared: the map, and the subject it cuts out.
    """

    cross_entropy: float = 0.0
    segmentation: float = 10.0
    border: float = 10.0
    border_width: int = 31
    pictures: tuple[Picture, ...] = ("map", "foreground")


class Config(RunConfig):
    """Everything about a run."""

    network: Network = Network()
    people: People = People()
    framing: Framing = Framing()
    loss: Losses = Losses()
    learning: Learning = Learning()
    validation: Judged = Judged()


SHAPES: dict[str, Shape] = {"pomagan_segmentation": PUBLISHED, "person_small": SMALL}


def build(config: Config) -> Setup:
    """The recipe as its config has it.

    Raises:
        UserError: if data are missing.
    """
    network = SegmentationNet(SHAPES[config.network.name].narrowed(config.network.narrow))
    phase = Phase(
        "segmentation",
        parameters=list(network.parameters()),
        loss=_Loss(network, config.loss),
        learning_rate=config.learning.rate,
        betas=config.learning.betas,
    )
    samples = PeopleSamples(
        PeopleScenes(config.people, "train"),
        framing=config.framing,
        batch=config.global_batch,
        seed=config.seed,
    )
    return Setup(
        networks={"segmentation": network},
        phases=[phase],
        samples=samples,
        validate=PeopleJudge(config.validation, multiple=max(32, network.size_multiple)),
        exported=("segmentation", config.network.name) if config.network.narrow == 1 else None,
    )


class _Loss:
    def __init__(self, network: SegmentationNet, weights: Losses) -> None:
        self._network, self._weights = network, weights

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        image, truth, weights = batch["image"], batch["alpha"], self._weights
        logits = self._network(image)
        everywhere, total = torch.ones_like(truth), context.total
        found = pictures(logits.sigmoid(), image, weights.pictures)
        true = pictures(truth, image, weights.pictures)
        terms: dict[str, Tensor] = {}
        if weights.cross_entropy:
            entropy = cross_entropy_loss(logits, truth, everywhere, total=total)
            terms["cross_entropy"] = weights.cross_entropy * entropy
        if weights.segmentation:
            difference = pictures_l1(found, true, everywhere, total=total)
            terms["segmentation"] = weights.segmentation * difference
        if weights.border:
            border = border_map(truth, weights.border_width)
            terms["border"] = weights.border * pictures_l1(found, true, border, total=total)
        return terms
