"""A trimap model: background, unknown or subject at each pixel, learnt from alpha mattes.

Source: Xu et al., "Self-supervised Matting-specific Portrait Enhancement and Generation" (paper
002), section III-C: DeepLabV3 with a ResNet-50, fine-tuned; truth from mattes after AdaMatting.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from engine.models.deeplab import DeepLabV3
from engine.models.segmentation_net import SMALL
from engine.models.trimap_net import TrimapNet
from trainer.config import Block, Learning, RunConfig
from trainer.data.people_samples import Framing, PeopleSamples
from trainer.data.people_scenes import People, PeopleScenes
from trainer.data.trimap_samples import Mattes, TrimapSamples, TrimapScenes, Truth
from trainer.losses.trimap import trimap_loss
from trainer.network_start import Weights, start_network
from trainer.phase import Batch, Phase, Setup, StepContext
from trainer.validation.trimaps import Judged, TrimapJudge


class Network(Block):
    """Which network.

    Attributes:
        name: "trimap_deeplab", as published, or "trimap_small".
        narrow: divides every layer's channels; a narrow network is for trying out and can't be
            exported.
        start: weights to start from, a file, a run's folder or a name: of the published one a
            DeepLabV3 with torchvision's names for any classes, of the small one a person
            segmenter; "off" starts at random.
    """

    name: Literal["trimap_deeplab", "trimap_small"] = "trimap_deeplab"
    narrow: int = 1
    start: Weights = ""


class Losses(Block):
    """The loss, a weighted mean of cross entropies.

    Attributes:
        unknown: weight of pixels that are unknown, the others' is 1.
        auxiliary: weight of the published network's auxiliary head, as in torchvision's training.
    """

    unknown: float = 1.0
    auxiliary: float = 0.5


class Config(RunConfig):
    """Everything about a run."""

    network: Network = Network()
    people: People = People()
    mattes: Mattes = Mattes()
    framing: Framing = Framing()
    truth: Truth = Truth()
    loss: Losses = Losses()
    learning: Learning = Learning()
    validation: Judged = Judged()


def build(config: Config) -> Setup:
    """The recipe as its config has it.

    Raises:
        UserError: if data are missing, or the weights to start from.
    """
    wanted = config.network
    network = trimap_network(wanted)
    if wanted.start:
        start_network(network, wanted.name, wanted.start)
    phase = Phase(
        "trimap",
        parameters=list(network.parameters()),
        loss=_Loss(network, config.loss),
        learning_rate=config.learning.rate,
        betas=config.learning.betas,
    )
    return Setup(
        networks={"trimap": network},
        phases=[phase],
        samples=_samples(config),
        validate=_judge(config),
        exported=("trimap", wanted.name) if wanted.narrow == 1 else None,
    )


def trimap_network(wanted: Network) -> DeepLabV3 | TrimapNet:
    """The network that a config asks for, with random weights."""
    if wanted.name == "trimap_deeplab":
        return DeepLabV3(narrow=wanted.narrow)
    return TrimapNet(SMALL.narrowed(wanted.narrow))


def _samples(config: Config) -> TrimapSamples:
    scenes = TrimapScenes(PeopleScenes(config.people, "train"), config.mattes, "train")
    frames = PeopleSamples(
        scenes, framing=config.framing, batch=config.global_batch, seed=config.seed
    )
    return TrimapSamples(frames.drawn, config.truth, config.seed)


def _judge(config: Config) -> TrimapJudge:
    people = config.people.model_copy(update={"subjects": (), "person_lists": {}})
    nothing_made = Mattes()
    scenes = TrimapScenes(PeopleScenes(people, "validation"), nothing_made, "validation")
    return TrimapJudge(config.validation, scenes, config.truth)


class _Loss:
    """Named terms, already weighted."""

    def __init__(self, network: DeepLabV3 | TrimapNet, weights: Losses) -> None:
        self._network, self._weights = network, weights

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        if isinstance(self._network, TrimapNet):
            return {"trimap": self._term(self._network(batch["image"]), batch, context)}
        answer, beside = self._network.heads(batch["image"])
        auxiliary = self._weights.auxiliary * self._term(beside, batch, context)
        return {"trimap": self._term(answer, batch, context), "auxiliary": auxiliary}

    def _term(self, logits: Tensor, batch: Batch, context: StepContext) -> Tensor:
        unknown, total = self._weights.unknown, context.total
        return trimap_loss(logits, batch["truth"], batch["known"], unknown=unknown, total=total)
