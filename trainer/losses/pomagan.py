"""What POMAGAN's generators minimise: equations 7 and 11."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from trainer.losses.adversarial import generator_loss
from trainer.losses.border import border_map
from trainer.losses.masked import Total
from trainer.losses.perceptual import perceptual_loss
from trainer.losses.pictures import Picture, pictures, pictures_l1
from trainer.networks.patch_discriminator import MultiScaleDiscriminator
from trainer.networks.untouched import untouched
from trainer.phase import Batch


class GeneratorWeights(Protocol):
    """Weights of the terms and how they are computed; those of 0 are not."""

    @property
    def adversarial(self) -> float: ...
    @property
    def perceptual(self) -> float: ...
    @property
    def border(self) -> float: ...
    @property
    def border_width(self) -> int: ...
    @property
    def pictures(self) -> Sequence[Picture]: ...
    @property
    def in_sum(self) -> Sequence[str]: ...
    @property
    def layer_weights(self) -> Sequence[float]: ...


@dataclass(frozen=True)
class GeneratorLoss:
    """Named terms, already weighted.

    Attributes:
        weights: of the terms.
        pixels: name and weight of the differences everywhere: the paper's segmentation or alpha
            loss (equations 4 and 9).
        networks: the "discriminator", if there is one, and the "features" of the perceptual term.
    """

    weights: GeneratorWeights
    pixels: tuple[str, float]
    networks: Mapping[str, nn.Module]

    def __call__(self, found: Tensor, batch: Batch, *, total: Total) -> dict[str, Tensor]:
        """The terms of what the generator made of a batch.

        Args:
            found: map or matte, B×1×H×W in [0, 1].
            batch: `image`, `alpha` and, for composed pictures, `behind`, an arbitrary background.
            total: see `trainer.phase.StepContext`.
        """
        terms: dict[str, Tensor] = {}
        if "discriminator" in self.networks:
            fake = untouched(self.networks["discriminator"], batch["image"], found)
            terms["adversarial"] = self.weights.adversarial * generator_loss(fake, total=total)
        compared = self._compared(found, batch, total)
        return terms | {name: self._times(name) * term for name, term in compared.items()}

    def _compared(self, plane: Tensor, batch: Batch, total: Total) -> dict[str, Tensor]:
        weights, truth = self.weights, batch["alpha"]
        found, true = (
            pictures(one, batch["image"], weights.pictures, batch.get("behind"))
            for one in (plane, truth)
        )
        name, weight = self.pixels
        terms: dict[str, Tensor] = {}
        if weights.perceptual:
            features = self.networks["features"]
            terms["perceptual"] = perceptual_loss(
                features, found, true, weights.layer_weights, total=total
            )
        if weight:
            terms[name] = pictures_l1(found, true, torch.ones_like(truth), total=total)
        if weights.border:
            border = border_map(truth, weights.border_width)
            terms["border"] = pictures_l1(found, true, border, total=total)
        return terms

    def _times(self, name: str) -> float:
        """Weight of a term, as often as the equation's sum over discriminators counts it."""
        adversary = self.networks.get("discriminator")
        count = len(adversary.scales) if isinstance(adversary, MultiScaleDiscriminator) else 1
        own, weight = self.pixels
        weight = weight if name == own else float(getattr(self.weights, name))
        return weight * (count if name in self.weights.in_sum else 1)
