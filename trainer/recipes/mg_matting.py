"""Mask-guided matting: a matte from a photograph and any guidance, refined progressively.

Source: Yu et al., "Mask Guided Matting via Progressive Refinement Network" (2021).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from torch import Tensor, nn

from engine.errors import UserError
from engine.models import mask_small, prn, prn_small, small_unet
from trainer.config import Block, Learning, RunConfig
from trainer.data.mask_samples import MaskSamples
from trainer.data.matting_samples import FirstPlanes, GuidanceMix, MattingSamples
from trainer.data.pool import PoolSamples
from trainer.data.scenes import Augmentation
from trainer.data.sources import WITHOUT_LAYERS, Source, open_scenes
from trainer.encoder_start import EncoderFile, start_encoder
from trainer.losses.matting import LEVEL_WEIGHTS, WIDEST, MattingLoss
from trainer.phase import Batch, Phase, Samples, Setup, StepContext
from trainer.validation.masks import MaskJudge
from trainer.validation.matting import MattingJudge
from trainer.validation.photographs import Judged
from trainer.validation.pool import PoolJudge


class Network(Block):
    """Which network.

    Attributes:
        name: "prn", as published; "prn_small", which corrects a matte; "mask_small", which weighs
            what classical methods make of a coarse mask (from a pool of masks alone).
        narrow: divides every layer's channels; a narrow network is for trying out and can't be
            exported.
        encoder: weights of a classifier that the encoder of "prn" starts from, or "off".
    """

    name: Literal["prn", "prn_small", "mask_small"] = "prn"
    narrow: int = 1
    encoder: EncoderFile = None


class Losses(Block):
    """Weights of the loss, and how the self-guidance grows up; see `MattingLoss`.

    Attributes:
        levels: of the heads: "paper" is 1:2:3 from coarse to fine, "code" the released 1:1:2.
        l1: weight of the absolute difference.
        composition: weight of the composition term; 0 where the picture is degraded after
            composing, or its layers are not known.
        laplacian: weight of the pyramids' difference.
        widest: dilation of the self-guidance: "paper" up to 30 and 15, "code" up to 29 and 14.
        guided_from: step from which half of the images guide themselves.
        self_guided_from: step from which all do.
    """

    levels: Literal["paper", "code"] = "paper"
    l1: float = 1.0
    composition: float = 1.0
    laplacian: float = 1.0
    widest: Literal["paper", "code"] = "paper"
    guided_from: int = 5_000
    self_guided_from: int = 15_000


class Config(RunConfig):
    """Everything about a run."""

    network: Network = Network()
    data: Source = Source()
    augmentation: Augmentation = Augmentation()
    guidance: GuidanceMix = GuidanceMix()
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
        "matting",
        parameters=list(network.parameters()),
        loss=_Loss(network, config.loss),
        learning_rate=config.learning.rate,
        betas=config.learning.betas,
    )
    return Setup(
        networks={"alpha": network},
        phases=[phase],
        samples=_samples(config, network.guidance_channels),
        validate=_judge(config),
        exported=("alpha", config.network.name) if config.network.narrow == 1 else None,
    )


def _samples(config: Config, planes: int) -> Samples:
    if config.network.name == "mask_small" and config.data.source != "pool":
        raise UserError(
            "The network mask_small is trained on a pool of masks alone.",
            remedy="Set data.source=pool and data.pool to what `matte-train pool --masks` made.",
        )
    if config.data.source in WITHOUT_LAYERS and config.loss.composition > 0:
        raise UserError(
            f"Samples of {config.data.source!r} come without foreground and background.",
            remedy="Set loss.composition=0.",
        )
    if config.data.source == "pool":
        if config.network.name == "mask_small":
            return MaskSamples(config.data.pool, seed=config.seed)
        return FirstPlanes(PoolSamples(config.data.pool, seed=config.seed), planes)
    return MattingSamples(
        scenes=open_scenes(config.data, config.augmentation),
        augmentation=config.augmentation,
        guidance=config.guidance,
        seed=config.seed,
        planes=planes,
        layers=config.loss.composition > 0,
    )


def _judge(config: Config) -> MattingJudge | PoolJudge | MaskJudge:
    asked = config.validation
    if asked.photographs == "pool":
        if config.network.name == "mask_small":
            return MaskJudge(asked.pool, count=asked.count, shown=asked.shown)
        return PoolJudge(asked.pool, count=asked.count, seed=asked.seed, shown=asked.shown)
    return MattingJudge(asked, config.guidance)


class _Loss:
    def __init__(self, network: nn.Module, weights: Losses) -> None:
        self._network = network
        self._loss = MattingLoss(
            level_weights=LEVEL_WEIGHTS[weights.levels],
            l1=weights.l1,
            composition=weights.composition,
            laplacian=weights.laplacian,
            widest=WIDEST[weights.widest],
            guided_from=weights.guided_from,
            self_guided_from=weights.self_guided_from,
        )

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        heads = self._network(batch["image"], batch["guidance"])
        return self._loss(heads, batch, context)


_Network: TypeAlias = prn.Prn | prn_small.PrnSmall | mask_small.MaskSmall
_SMALL: dict[str, tuple[Callable[..., _Network], tuple[int, ...]]] = {
    "prn_small": (prn_small.PrnSmall, small_unet.WIDTHS),
    "mask_small": (mask_small.MaskSmall, mask_small.WIDTHS),
}
"""Network and channels."""


def _network(wanted: Network) -> _Network:
    if wanted.name != "prn":
        make, widths = _SMALL[wanted.name]
        return make(widths=tuple(width // wanted.narrow for width in widths))
    network = prn.Prn(width=prn.WIDTH // wanted.narrow)
    if wanted.encoder is not None:
        start_encoder(network, wanted.encoder)
    return network
