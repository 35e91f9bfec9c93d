"""StyleMatte: a matte from the photograph alone, by a transformer, in three phases.

Source: "Adversarially-Guided Portrait Matting" (paper 000), sections 3.1 and 4.2: the decoder at
low resolution while the encoder is left as it is, crops, whole photographs one by one. A run goes
through all three.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, TypeAlias

from torch import Tensor, nn

from engine.models.stylematte import StyleMatte
from engine.models.stylematte_size import GROUPS, PAPER, RELEASED, SMALL, Architecture
from trainer.config import Block, Count, RunConfig, Whole
from trainer.data.portrait_material import Material, open_behind, open_material
from trainer.data.stylematte_augment import Look, Motion
from trainer.data.stylematte_samples import StyleMatteSamples, View
from trainer.encoder_start import EncoderFile
from trainer.losses.stylematte import StyleMatteLoss
from trainer.network_start import say
from trainer.phase import Batch, Phase, Setup, StepContext
from trainer.stylematte_start import random_encoder, start_stylematte
from trainer.validation.automatic import AutomaticJudge
from trainer.validation.photographs import Asked

Learns: TypeAlias = Literal["all", "decoder", "head"]


class Network(Block):
    """Which network.

    Attributes:
        name: "stylematte" of the published size, or "stylematte_small".
        swin: version of the published one's encoder: "v2" as in the paper, "v1" as released.
        upsampling: from a quarter of the size to all of it; the released weights have
            "fast_guided".
        head: "pyramid", or the "last" output of the decoder alone (section 4.5).
        narrow: divides channels; a narrow network is for trying out and can't be exported.
        encoder: file with a pretrained encoder, of transformers' Mask2Former, Swin or Swin-V2; or
            "off".
    """

    name: Literal["stylematte", "stylematte_small"] = "stylematte"
    swin: Literal["v1", "v2"] = "v2"
    upsampling: Literal["bilinear", "guided", "fast_guided"] = "guided"
    head: Literal["pyramid", "last"] = "pyramid"
    narrow: Count = 1
    encoder: EncoderFile = None


class Stage(Block):
    """One of the phases of training.

    Attributes:
        steps: how many.
        batch: samples in a step; "off" is the run's `global_batch`.
        rate: learning rate at the peak. Each phase goes through the run's schedule.
        longest: photographs are reduced until their longer side is at most this, in pixels.
        crop: side of a sample in pixels; 0 is the whole photograph.
    """

    steps: Whole = 0
    batch: Count | None = None
    rate: float = 1e-5
    longest: Count = 1080
    crop: Whole = 800


class Decoder(Stage):
    """Phase 1, at low resolution, by the L1 loss alone.

    Attributes:
        learns: "decoder" is all but the Swin transformer; "head" all but the pixel decoder too, as
            in the released code; "all" is for a network whose encoder has learnt nothing yet.
    """

    rate: float = 1e-4
    longest: Count = 540
    crop: Whole = 400
    learns: Learns = "decoder"


class Full(Block):
    """Phase 3, whole photographs, in what is left of the run's steps.

    Attributes:
        batch: samples in a step.
        rate: learning rate at the peak.
        longest: photographs are reduced until their longer side is at most this, in pixels.
    """

    batch: Count = 1
    rate: float = 1e-5
    longest: Count = 4096


class Losses(Block):
    """Weights of the terms of phases 2 and 3.

    Attributes:
        l1: of the absolute differences; of phase 1 too.
        laplacian: of the pyramids' differences.
        composed: of the squared error of the pictures composed.
    """

    l1: float = 1.0
    laplacian: float = 1.0
    composed: float = 10.0


class Config(RunConfig):
    """Everything about a run.

    Attributes:
        weight_decay: of AdamW.
        betas: of AdamW.
    """

    network: Network = Network()
    data: Material = Material()
    motion: Motion = Motion()
    look: Look = Look()
    decoder: Decoder = Decoder()
    crops: Stage = Stage()
    whole: Full = Full()
    loss: Losses = Losses()
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.999)
    validation: Asked = Asked()


def build(config: Config) -> Setup:
    """The recipe as its config has it.

    Raises:
        UserError: if data are missing, or the encoder that phase 1 leaves as it is.
    """
    network, wanted = stylematte(config.network), config.network
    _start(network, config)
    stages = _stages(config)
    return Setup(
        networks={"alpha": network},
        phases=_phases(network, stages, config),
        samples=_samples(config, stages),
        validate=AutomaticJudge(config.validation),
        exported=("alpha", wanted.name) if wanted.narrow == 1 else None,
        batches=tuple((one.steps, one.batch or config.global_batch) for one in stages.values()),
    )


def stylematte(wanted: Network) -> StyleMatte:
    """The network that a config asks for, with random weights.

    Raises:
        UserError: if transformers is not installed.
    """
    return StyleMatte(_narrowed(_architecture(wanted), wanted.narrow))


def _architecture(wanted: Network) -> Architecture:
    size = SMALL if wanted.name == "stylematte_small" else SIZES[wanted.swin]
    return replace(size, upsampling=wanted.upsampling, head=wanted.head)


SIZES: dict[str, Architecture] = {"v1": RELEASED, "v2": PAPER}
"""By the version of the encoder."""


def _narrowed(size: Architecture, narrow: int) -> Architecture:
    return replace(
        size,
        embed=size.embed // narrow,
        features=max(2 * GROUPS, size.features // narrow // GROUPS * GROUPS),
        feed_forward=size.feed_forward // narrow,
    )


def _start(network: StyleMatte, config: Config) -> None:
    """Give the network its encoder, or see that phase 1 trains all of it."""
    wanted, learns = config.network, config.decoder.learns
    if wanted.encoder is not None:
        start_stylematte(network, wanted.encoder, decoder=learns == "head")
    elif config.decoder.steps and learns != "all":
        raise random_encoder(wanted.name)
    else:
        say(f"{wanted.name} has no pretrained encoder here: every phase trains all of it.")


def _stages(config: Config) -> dict[str, Stage]:
    """The phases that come to be in the run's steps, in order."""
    left, found = config.steps, {}
    whole = Stage(steps=left, crop=0, **config.whole.model_dump())
    for name, stage in {"decoder": config.decoder, "crops": config.crops, "whole": whole}.items():
        steps = min(left, stage.steps)
        if steps:
            found[name] = stage.model_copy(update={"steps": steps})
        left -= steps
    return found


def _phases(network: StyleMatte, stages: dict[str, Stage], config: Config) -> list[Phase]:
    phases: list[Phase] = []
    for name, stage in stages.items():
        begins = phases[-1].ends or 0 if phases else 0
        phase = Phase(
            name,
            parameters=LEARNS[config.decoder.learns if name == "decoder" else "all"](network),
            loss=_Loss(network, _loss(config.loss, name)),
            learning_rate=stage.rate,
            betas=config.betas,
            weight_decay=config.weight_decay,
            decoupled=True,
            begins=begins,
            ends=begins + stage.steps,
        )
        phases.append(phase)
    return phases


LEARNS: dict[Learns, Callable[[StyleMatte], list[nn.Parameter]]] = {
    "all": lambda network: list(network.parameters()),
    "decoder": lambda network: list(network.decoder_parameters()),
    "head": lambda network: [
        p for name, p in network.named_parameters() if not name.startswith("pixel_decoder.")
    ],
}
"""By `Decoder.learns`."""


def _loss(weights: Losses, stage: str) -> StyleMatteLoss:
    if stage == "decoder":
        return StyleMatteLoss(weights.l1, laplacian=0.0, composition=0.0)
    return StyleMatteLoss(weights.l1, weights.laplacian, weights.composed)


class _Loss:
    def __init__(self, network: StyleMatte, loss: StyleMatteLoss) -> None:
        self._network, self._loss = network, loss

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        return self._loss(self._network(batch["image"]), batch, context)


def _samples(config: Config, stages: dict[str, Stage]) -> StyleMatteSamples:
    views = tuple(
        View(stage.longest, stage.crop, layers=bool(_loss(config.loss, name).composition))
        for name, stage in stages.items()
    )
    return StyleMatteSamples(
        open_material(config.data, seed=config.seed),
        open_behind(config.data),
        config.data.replaced,
        views,
        config.motion,
        config.look,
        multiple=StyleMatte.size_multiple,
        seed=config.seed,
    )
