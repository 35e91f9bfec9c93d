"""Judge a matting network: SAD and MSE where the true matte is unknown, and a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.imaging.types import UNKNOWN, Alpha
from trainer.data.guidance import GuidanceSettings, guidance_of, trimap_of
from trainer.data.matting_samples import picture_tensor, plane_tensor
from trainer.data.sample import Photograph
from trainer.metrics.differences import differences
from trainer.phase import Validation
from trainer.validation.photographs import Judged, judged_photographs
from trainer.validation.sheet import picture_sheet

UNKNOWN_WIDTH = 20
"""Ellipse in pixels around the soft part of the true matte, where it came without a trimap."""


@dataclass(frozen=True)
class MattingJudge:
    """Computes figures of the network called `network`.

    Attributes:
        settings: which photographs.
        guidance: how their guidance is made.
        network: its name in the recipe's `Setup`.
    """

    settings: Judged
    guidance: GuidanceSettings
    network: str = "alpha"

    def __call__(self, networks: Mapping[str, nn.Module]) -> Validation:
        """Means over the photographs of `sad` (thousands of pixels) and `mse`, both in the
        unknown region; `mse_family` for each family of edges; a sheet of photograph, guidance,
        answer, truth."""
        found: list[tuple[str, dict[str, float]]] = []
        rows: list[list[NDArray[np.generic]]] = []
        for number, read in enumerate(judged_photographs(self.settings)):
            photograph = read()
            rng = np.random.default_rng((self.settings.seed, number))
            guidance = guidance_of(
                photograph.alpha, self.settings.kind, rng, settings=self.guidance
            )
            answer = answered(networks[self.network], photograph, guidance)
            found.append((photograph.family, _figures(answer, photograph)))
            if number < self.settings.shown:
                rows.append([photograph.image, guidance, answer, photograph.alpha])
        return Validation(mean_figures(found), "mse", {"sheet": picture_sheet(rows)})


def answered(network: nn.Module, photograph: Photograph, guidance: Alpha) -> Alpha:
    """What a network answers for a whole photograph, H×W float32 in [0, 1]."""
    where = next(network.parameters()).device
    height, width = photograph.alpha.shape
    channels = int(network.guidance_channels)  # type: ignore[arg-type]
    planes = plane_tensor(guidance).repeat(channels, 1, 1)
    batch = [picture_tensor(photograph.image)[None], planes[None]]
    rgb, given = (padded(tensor, network.size_multiple).to(where) for tensor in batch)  # type: ignore[arg-type]
    with torch.no_grad():
        alpha: Tensor = network.predict(rgb, given)  # type: ignore[operator]
    return alpha.detach()[0, 0, :height, :width].float().clamp(0, 1).cpu().numpy()


def padded(batch: Tensor, multiple: int) -> Tensor:
    """A batch with its last rows and columns repeated until both sides are multiples."""
    below, beside = (-side % multiple for side in batch.shape[-2:])
    return F.pad(batch, (0, beside, 0, below), mode="replicate")


def mean_figures(found: list[tuple[str, dict[str, float]]]) -> dict[str, float]:
    """Means of each figure over all photographs, and of `mse` over those of each family."""
    names = found[0][1]
    figures = {name: float(np.mean([values[name] for _, values in found])) for name in names}
    for family in sorted({family for family, _ in found if family}):
        own = [values["mse"] for other, values in found if other == family]
        figures[f"mse_{family}"] = float(np.mean(own))
    return figures


def _figures(answer: Alpha, photograph: Photograph) -> dict[str, float]:
    trimap = photograph.trimap
    if trimap is None:
        trimap = trimap_of(photograph.alpha, UNKNOWN_WIDTH, rule="p3m")
    region = trimap == UNKNOWN
    if not region.any():
        region = np.ones_like(region)
    errors = differences(answer, photograph.alpha, region)
    return {"sad": errors["SAD"], "mse": errors["MSE"]}
