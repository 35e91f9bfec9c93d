"""Foreground colours: the subject's own colours from a photograph and its matte.

Source: Yu et al., "Mask Guided Matting via Progressive Refinement Network" (2021), section 3.3.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from torch import Tensor, nn

from engine.errors import UserError
from engine.models import foreground_net, prn
from trainer.config import Block, Learning, RunConfig
from trainer.data.foreground_samples import ForegroundSamples
from trainer.data.picture_store import stored_pictures, training_pictures
from trainer.data.pool import LayerPool, Pool
from trainer.data.pooled_colours import PooledColours
from trainer.data.scenes import Augmentation
from trainer.data.sources import WITHOUT_LAYERS, Source, open_scenes, pictures_of
from trainer.encoder_start import EncoderFile, start_encoder
from trainer.losses.foreground import ForegroundLoss, Region
from trainer.phase import Batch, Phase, Samples, Setup, StepContext
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


class Data(Source):
    """What samples are made of; a pool gives the mattes of random alpha blending.

    Attributes:
        layers: with a pool, folder of the foregrounds that come with their own mattes
            (`matte-train pool --layers`); not needed where all samples are blended at random.
        pictures: with a pool, folders of photographs, each with different names.
        store: with a pool, folder in which the photographs are kept decoded; grows by a megabyte
            or two for each of them.
    """

    layers: Path = Path("layers")
    pictures: tuple[Path, ...] = ()
    store: Path = Path("pictures")


class RandomAlpha(Block):
    """Random alpha blending.

    Attributes:
        share: of samples that are two random pictures blended by a matte; 0 is without it.
        pictures: data set with the pictures, or "made"; a pool's are `data.pictures`.
    """

    share: float = 1.0
    pictures: str = "coco"


class Losses(Block):
    """Weights of the terms, and where they count.

    Attributes:
        l1: weight of the absolute difference.
        composition: weight of the composition term.
        laplacian: weight of the pyramids' difference.
        region: a key of `trainer.losses.foreground.REGIONS`: "everywhere", as the paper has it,
            "visible" where alpha > 0, or "near" it.
    """

    l1: float = 1.0
    composition: float = 1.0
    laplacian: float = 1.0
    region: Region = "everywhere"


class Config(RunConfig):
    """Everything about a run."""

    network: Network = Network()
    data: Data = Data()
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
    return Setup(
        networks={"foreground": network},
        phases=[phase],
        samples=_samples(config),
        validate=ForegroundJudge(config.validation),
        exported=("foreground", config.network.name) if config.network.narrow == 1 else None,
    )


def _samples(config: Config) -> Samples:
    share, source = config.random_alpha.share, config.data.source
    if source == "pool":
        return _pooled(config)
    if source in WITHOUT_LAYERS and share < 1:
        raise UserError(
            f"Samples of {source!r} come without their foreground's colours.",
            remedy="Set random_alpha.share=1: then only their mattes are used.",
        )
    return ForegroundSamples(
        scenes=open_scenes(config.data, config.augmentation),
        pictures=pictures_of(config.random_alpha.pictures),
        augmentation=config.augmentation,
        seed=config.seed,
        random_alpha=share,
    )


def _pooled(config: Config) -> PooledColours:
    data, share = config.data, config.random_alpha.share
    if not data.pictures:
        raise UserError(
            "A pool's mattes need pictures to blend.",
            remedy='Set data.pictures to folders of photographs: data.pictures=["a", "b"].',
        )
    return PooledColours(
        mattes=Pool(data.pool),
        layers=LayerPool(data.layers) if share < 1 else None,
        pictures=stored_pictures(training_pictures(data.pictures), data.store),
        crop=config.augmentation.crop,
        seed=config.seed,
        random_alpha=share,
    )


class _Loss:
    def __init__(self, network: nn.Module, weights: Losses) -> None:
        self._network = network
        self._loss = ForegroundLoss(
            l1=weights.l1,
            composition=weights.composition,
            laplacian=weights.laplacian,
            region=weights.region,
        )

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        return self._loss(self._network(batch["image"], batch["alpha"]), batch, context)


def _network(wanted: Network) -> foreground_net.ForegroundNet:
    if wanted.name == "foreground_small":
        widths = tuple(width // wanted.narrow for width in foreground_net.COLOUR_WIDTHS)
        return foreground_net.build_small(widths=widths)
    backbone = foreground_net.PublishedColours(width=prn.WIDTH // wanted.narrow)
    if wanted.encoder is not None:
        start_encoder(backbone, wanted.encoder)
    return foreground_net.ForegroundNet(backbone)
