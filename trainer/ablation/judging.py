"""What a variant is judged by: photographs that it never saw, with each kind of guidance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from torch import nn

from engine.imaging.types import Alpha, Trimap
from trainer.ablation.laboratory import MASK_WIDTH
from trainer.data.guidance import MaskPerturbation, perturbed_mask, trimap_of
from trainer.data.sample import Photograph
from trainer.evaluation.guidance import KINDS, GuidanceKind
from trainer.evaluation.networks import in_eight_bits
from trainer.metrics import measure
from trainer.validation.matting import answered

TRIMAP_WIDTH = 8
"""Ellipse in pixels that widens the unknown region of small photographs."""
REGIONS = ("whole", "unknown")
METRICS = ("SAD", "MSE")

Errors: TypeAlias = dict[str, dict[str, float]]
"""Region to metric to value; SAD in thousands of pixels."""


def laboratory_kinds(width: int = MASK_WIDTH) -> dict[str, GuidanceKind]:
    """Kinds of guidance by name: those of `evaluate`, and masks as in training.

    Args:
        width: largest kernel of the perturbation in pixels.
    """
    perturbed = _perturbed("perturbed", "a mask as in training, without CutMask", width, 0.0)
    cut = _perturbed("cut_mask", "a mask as in training, with CutMask", width, 1.0)
    return {**KINDS, perturbed.name: perturbed, cut.name: cut}


def small_trimap(alpha: Alpha) -> Trimap:
    """The trimap of a small photograph that came without one."""
    return trimap_of(alpha, TRIMAP_WIDTH, rule="p3m")


def errors_of(
    network: nn.Module,
    photograph: Photograph,
    kind: GuidanceKind,
    rng: np.random.Generator,
    *,
    trimap: Trimap,
    metrics: Sequence[str] = METRICS,
) -> Errors:
    """The errors of a network's answer, over the whole photograph and where it is unknown.

    The answer is rounded to 8 bits; what the trimap knows is not set (paper 003, §4, "Ablation
    Studies").

    Args:
        network: has `predict`, `guidance_channels` and `size_multiple`.
        photograph: with its true matte.
        kind: of guidance.
        rng: for kinds that are random.
        trimap: says where the photograph is unknown; also the guidance of kinds that need one.
        metrics: of `trainer.metrics.measure`.
    """
    guidance = kind.make(photograph.alpha, trimap, rng)
    matte = in_eight_bits(answered(network, photograph, guidance))
    found = measure(matte, photograph.alpha, trimap=trimap)
    return {
        region: {name: found[region][name] for name in metrics}
        for region in REGIONS
        if region in found
    }


def _perturbed(name: str, summary: str, width: int, cut_mask: float) -> GuidanceKind:
    settings = MaskPerturbation(width=width, cut_mask=cut_mask)

    def make(alpha: Alpha, _: Trimap, rng: np.random.Generator) -> Alpha:
        return perturbed_mask(alpha, rng, settings=settings)

    return GuidanceKind(name, summary, make)
