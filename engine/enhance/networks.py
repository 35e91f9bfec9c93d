"""The networks of an enhancement, found by name and opened, each for the terms that need it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from engine.device import Compute
from engine.enhance.objective import Features, Judges
from engine.enhance.reference import allowed_terms, open_reference
from engine.enhance.result import Names
from engine.enhance.scenery import scenery_of
from engine.enhance.settings import EnhanceSettings, FeatureChoice, ModelChoice, Term
from engine.errors import BugError, UserError
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.models.features import load_vgg, vgg16
from engine.models.loaded import load_network
from engine.models.segmentation_net import SegmentationNet
from engine.models.stylegan2 import Generator
from engine.models.stylegan2_discriminator import Discriminator

VGG16 = "vgg16"
COLOURS = 3
STRIDE = 8
"""Of the layer that is looked at: VGG-16's conv4_2 has it, and the segmenter's is chosen by it."""


@dataclass(frozen=True, eq=False)
class Opened:
    """Networks that are ready.

    Attributes:
        generator: frozen.
        judges: who the terms ask.
        names: for reports.
        device: where all of them are, as torch spells it.
    """

    generator: Generator
    judges: Judges
    names: Names
    device: str


def open_networks(
    choice: ModelChoice,
    settings: EnhanceSettings,
    *,
    mask: Tensor | None = None,
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> Opened:
    """Open what the settings' terms need.

    Args:
        choice: names.
        settings: weights of the terms, and the feature network.
        mask: 1×1×W×W, for a matting network that was trained with masks alone.
        compute: where they run, in float32.
        ctx: progress and cancel.

    Raises:
        UserError: if weights are missing or of another kind; for the term of one, by its name.
    """
    generator = open_generator(choice.generator, compute=compute, ctx=SubContext(ctx, 0.0, 0.5))
    device = str(generator.mapping.w_avg.device)
    reference = open_reference(choice.reference, mask=mask, trusted=choice.trusted, compute=compute)
    wanted = _wanted(settings, allowed_terms(reference)[0])
    critic = None
    if "composition" in wanted:
        critic = _discriminator(choice.critic, generator.size.resolution, compute)
    features = None
    if "perceptual" in wanted:
        features = open_features(settings.features, device=device, compute=compute)
    scenery = scenery_of(choice.backgrounds)
    loading = SubContext(ctx, 0.5, 1.0)
    trimap = load_network(choice.trimap, kind="trimap", compute=compute, ctx=loading)
    names = Names(
        generator=choice.generator,
        discriminator="" if critic is None else choice.critic,
        trimap=choice.trimap,
        reference=reference.name,
        features="" if features is None else settings.features.name,
        scenery="" if critic is None else scenery.name,
        resolution=generator.size.resolution,
    )
    judges = Judges(reference, trimap.module, critic, features, scenery)
    return Opened(generator, judges, names, device)


def open_generator(
    name: str, *, compute: Compute = Compute(), ctx: JobContext = NOBODY
) -> Generator:
    """A generator of colour pictures, frozen.

    Raises:
        UserError: if there is none of this name, or it is no StyleGAN2.
    """
    network = load_network(name, kind="generator", compute=compute, ctx=ctx)
    module: Any = network.module
    if not isinstance(module, Generator):
        raise UserError(
            f"{name} is a network of the kind {network.spec.title!r}.",
            remedy="Portraits are enhanced with a StyleGAN2 generator.",
        )
    if module.size.colours != COLOURS:
        raise UserError(
            f"{name} draws pictures of {module.size.colours} planes.",
            remedy="Portraits are enhanced with a generator of three.",
        )
    return module


def open_features(
    choice: FeatureChoice, *, device: str = "cpu", compute: Compute = Compute()
) -> Features:
    """The network of the perceptual term, frozen: one layer of a stride of 8.

    Args:
        choice: VGG-16 with the user's file, or a segmenter's weights by name.
        device: where it goes.
        compute: of a segmenter.

    Raises:
        UserError: if there are no such weights; it names the term and what else there is.
    """
    if choice.name == VGG16:
        network = vgg16()
        otherwise = "Or name another network with --features, such as person_small."
        load_vgg(network, "VGG-16", choice.file, option="--features-file", otherwise=otherwise)
        network = network.requires_grad_(False).eval().to(device)
        return lambda rgb: network(rgb)[-1]
    module: Any = load_network(choice.name, kind="segmentation", compute=compute).module
    if not isinstance(module, SegmentationNet):
        raise UserError(f"{choice.name} has no encoder that the perceptual term could use.")
    return lambda rgb: _encoded(module, rgb)


def _encoded(network: SegmentationNet, rgb: Tensor) -> Tensor:
    levels: list[Tensor] = network.encoder((rgb - network.mean) / network.scale)
    return next(level for level in levels if level.shape[-1] * STRIDE <= rgb.shape[-1])


def _discriminator(name: str, resolution: int, compute: Compute) -> Discriminator:
    try:
        module: Any = load_network(name, kind="discriminator", compute=compute).module
    except UserError as error:
        raise UserError(
            f"The compositional term has no discriminator: {error.problem}",
            remedy=f"{error.remedy} Or do without the term: its weight is 0 then.",
            path=error.path,
        ) from error
    if not isinstance(module, Discriminator):
        raise BugError(f"the discriminator {name} is a {type(module).__name__}")
    if module.size.colours != COLOURS or module.size.resolution != resolution:
        raise UserError(
            f"{name} is no discriminator of colour pictures of {resolution} pixels.",
            remedy="Name the one that was trained with the generator.",
        )
    return module


def _wanted(settings: EnhanceSettings, allowed: Iterable[Term]) -> set[Term]:
    weights = settings.weights.as_dict()
    return {name for name in allowed if weights[name] > 0}
