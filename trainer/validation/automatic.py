"""Judge a network that needs no guidance on whole photographs: SAD, MSE, Grad, Conn, a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.imaging.types import Alpha
from trainer.data.guidance import trimap_of
from trainer.data.matting_samples import picture_tensor
from trainer.data.sample import Photograph
from trainer.metrics import measure
from trainer.phase import Validation
from trainer.validation.matting import UNKNOWN_WIDTH, mean_figures, padded
from trainer.validation.photographs import Asked, judged_photographs
from trainer.validation.sheet import picture_sheet

PROFILE = "p3m"
METRICS = ("SAD", "MSE", "Grad", "Conn")


@dataclass(frozen=True)
class AutomaticJudge:
    """Computes figures of the network called `network`.

    Attributes:
        settings: which photographs.
        network: its name in the recipe's `Setup`.
    """

    settings: Asked
    network: str = "alpha"

    def __call__(self, networks: Mapping[str, nn.Module]) -> Validation:
        """Means over the photographs, all of profile `p3m`.

        `sad` (which selects), `mse`, `grad` and `conn` of whole photographs; `sad_t` of their
        unknown regions; `mse_family` for each family of edges; a sheet: photograph, answer, truth.
        """
        found: list[tuple[str, dict[str, float]]] = []
        rows: list[list[NDArray[np.generic]]] = []
        for number, read in enumerate(judged_photographs(self.settings)):
            photograph = read()
            answer = answered(networks[self.network], photograph)
            found.append((photograph.family, _figures(answer, photograph)))
            if number < self.settings.shown:
                rows.append([photograph.image, answer, photograph.alpha])
        return Validation(mean_figures(found), "sad", {"sheet": picture_sheet(rows)})


def answered(network: nn.Module, photograph: Photograph) -> Alpha:
    """What a network answers for a whole photograph, H×W float32 in [0, 1]."""
    where = next(network.parameters()).device
    height, width = photograph.alpha.shape
    rgb = padded(picture_tensor(photograph.image)[None], network.size_multiple)  # type: ignore[arg-type]
    with torch.no_grad():
        alpha: Tensor = network(rgb.to(where))
    return alpha[0, 0, :height, :width].float().clamp(0, 1).cpu().numpy()


def _figures(answer: Alpha, photograph: Photograph) -> dict[str, float]:
    trimap = photograph.trimap
    if trimap is None:
        trimap = trimap_of(photograph.alpha, UNKNOWN_WIDTH, rule="p3m")
    errors = measure(answer, photograph.alpha, trimap=trimap, profile=PROFILE)
    figures = {name.lower(): errors["whole"][name] for name in METRICS}
    return figures | {"sad_t": errors.get("unknown", {"SAD": 0.0})["SAD"]}
