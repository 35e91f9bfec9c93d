"""The held-out made portraits of `enhance_table.py`, and how a matting model does on them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.device import Compute
from engine.enhance.align import Alignment
from engine.enhance.networks import open_networks
from engine.enhance.objective import Judged, Objective
from engine.enhance.settings import EnhanceSettings, ModelChoice, for_generation
from engine.imaging.tensors import from_tensor, to_tensor
from engine.imaging.types import FOREGROUND, Alpha, Image, Rgb
from trainer.ablation.judging import small_trimap
from trainer.data.heads import head_of
from trainer.data.portraits.traits import sample_traits
from trainer.evaluation.guidance import coarse_mask
from trainer.evaluation.networks import in_eight_bits
from trainer.metrics import measure

SEED = 31
METRICS = ("Grad", "Conn", "MSE", "SAD")
PROFILE_YAW = (0.42, 0.6)
"""Radians of those who are turned away: as far as made portraits turn."""
EVERY_PROFILE = 4
"""Each fourth portrait is turned away."""
WRONG = 0.1
"""A trimap is wrong where it is sure and the matte is further away than this."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A made portrait that fills the generator's square.

    Attributes:
        number: which one.
        image: S×S.
        alpha: its exact matte.
        turned: it is one of the profiles.
    """

    number: int
    image: Image
    alpha: Alpha
    turned: bool

    @property
    def alignment(self) -> Alignment:
        """The whole picture."""
        side = len(self.alpha)
        return Alignment(side / 2, side / 2, float(side))


def picture(number: int, side: int) -> Picture:
    """Portrait `number` of the validation split, always the same."""
    rng = np.random.default_rng((SEED, number))
    traits, turned = sample_traits(rng, "validation"), number % EVERY_PROFILE == 3
    if turned:
        traits = replace(traits, yaw=float(rng.choice([-1, 1]) * rng.uniform(*PROFILE_YAW)))
    image, alpha = head_of(traits, rng, side, "validation")
    return Picture(number, Image(image), alpha, turned)


class Judge:
    """A matting model's errors on a portrait.

    Args:
        models: the model, and the network that draws its trimaps.
        settings: of the enhancements; the terms don't matter here.
        alpha: the true matte; of a model that takes masks alone, its mask is this one's, cut at
            one half.
        compute: where networks run.
    """

    def __init__(
        self, models: ModelChoice, settings: EnhanceSettings, alpha: Alpha, compute: Compute
    ) -> None:
        told = to_tensor(coarse_mask(alpha))
        settings = replace(for_generation(settings), foreground_alpha="enhanced")
        opened = open_networks(models, settings, mask=told, compute=compute)
        self._objective = Objective(opened.judges, settings, original=None)
        self._reference, self._device = opened.judges.reference, opened.device
        self._alpha, self._trimap = alpha, small_trimap(alpha)

    def errors(self, shown: Rgb) -> dict[str, dict[str, float]]:
        """Errors of the mattes by the trimap network's trimap ("own"), and by the true one.

        Args:
            shown: S×S×3 float32 in [0, 1].
        """
        tensor = to_tensor(np.ascontiguousarray(shown), device=self._device)
        judged = self._objective.judged(tensor)
        with torch.no_grad():
            told = to_tensor(self._trimap.astype(np.float32) / FOREGROUND).round(decimals=1)
            by_truth = self._reference.alpha(tensor, told.to(tensor))
        found = {"own": from_tensor(judged.alpha), "true": from_tensor(by_truth)}
        rows = {name: self._measured(matte) for name, matte in found.items()}
        return {**rows, "trimap": self._trimap_errors(judged)}

    def _measured(self, matte: Alpha) -> dict[str, float]:
        rounded = in_eight_bits(matte.clip(0, 1))
        errors = measure(rounded, self._alpha, trimap=self._trimap)["whole"]
        return {name: errors[name] for name in METRICS}

    def _trimap_errors(self, judged: Judged) -> dict[str, float]:
        """Shares of the picture: where the trimap is sure and wrong, and where it is unsure."""
        trimap = from_tensor(judged.trimap)
        sure = trimap != 0.5
        wrong = sure & (np.abs(trimap - self._alpha) > WRONG)
        return {"wrong": float(wrong.mean()), "unknown": float(1 - sure.mean())}
