"""Foreground colours: the subject's own colours from a photograph and its matte.

Source: Yu et al., "Mask Guided Matting via Progressive Refinement Network" (2021), section 3.3.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from engine.models import foreground_net, prn, small_unet
from trainer.config import Block, RunConfig
from trainer.data.foreground_samples import ForegroundSamples
from trainer.data.scenes import Augmentation
from trainer.data.sources import Source, open_scenes, pictures_of
from trainer.encoder_start import EncoderFile, start_encoder
from trainer.losses.foreground import ForegroundLoss
from trainer.phase import Batch, Phase, Setup, StepContext
from trainer.validation.foreground import ForegroundJudge
from trainer.validation.photographs import Judged


class Network(Block):
    """Which network.

    Attributes:
        name: "foreground", on the published backbone, or "foreground_small".
        narrow: divides every layer's channels; a narrow network is for trying out and can't be
            exported.
        encoder: weights of a classifier that the encoder of "foreground" starts from, or "off".
    """

    name: Literal["foreground", "foreground_small"] = "foreground"
    narrow: int = 1
    encoder: EncoderFile = None


class RandomAlpha(Block):
    """Random alpha blending.

    Attributes:
        share: of samples that are two random pictures blended by a matte; 0 is without it.
        pictures: data set with the pictures, or "made".
    """

    share: float = 1.0
    pictures: str = "coco"


class Losses(Block):
    """Weights of the terms, all over the whole image."""

    l1: float = 1.0
    composition: float = 1.0
    laplacian: float = 1.0


class Learning(Block):
    """Adam's settings.

    Attributes:
        rate: at the peak.
        betas: of the averages of gradient and square.
    """

    rate: float = 1e-3
    betas: tuple[float, float] = (0.5, 0.999)


class Config(RunConfig):
    """Everything about a run."""

    network: Network = Network()
    data: Source = Source()
    augmentation: Augmentation = Augmentation()
    random_alpha: RandomAlpha = RandomAlpha()
    loss: Losses = Losses()
    learning: Learning = Learning()
    validation: Judged = Judged()


def build(config: Config) -> Setup:
    """The recipe as its config has it.

    Raises:
        UserError: if data are missing.
    """
    network = _network(config.network)
    phase = Phase(
        "foreground",
        parameters=list(network.parameters()),
        loss=_Loss(network, config.loss),
        learning_rate=config.learning.rate,
        betas=config.learning.betas,
    )
    samples = ForegroundSamples(
        scenes=open_scenes(config.data, config.augmentation),
        pictures=pictures_of(config.random_alpha.pictures),
        augmentation=config.augmentation,
        seed=config.seed,
        random_alpha=config.random_alpha.share,
    )
    return Setup(
        networks={"foreground": network},
        phases=[phase],
        samples=samples,
        validate=ForegroundJudge(config.validation),
        exported=("foreground", config.network.name) if config.network.narrow == 1 else None,
    )


class _Loss:
    def __init__(self, network: nn.Module, weights: Losses) -> None:
        self._network = network
        self._loss = ForegroundLoss(
            l1=weights.l1, composition=weights.composition, laplacian=weights.laplacian
        )

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        return self._loss(self._network(batch["image"], batch["alpha"]), batch, context)


def _network(wanted: Network) -> foreground_net.ForegroundNet:
    if wanted.name == "foreground_small":
        widths = tuple(width // wanted.narrow for width in small_unet.WIDTHS)
        return foreground_net.build_small(widths=widths)
    backbone = foreground_net.PublishedColours(width=prn.WIDTH // wanted.narrow)
    if wanted.encoder is not None:
        start_encoder(backbone, wanted.encoder)
    return foreground_net.ForegroundNet(backbone)
