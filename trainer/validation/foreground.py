"""Judge a foreground network beside the multi-level estimate: errors of F and αF; and a sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import UserError
from engine.foreground.multilevel import multilevel
from engine.imaging.types import Rgb, to_float
from trainer.data.matting_samples import picture_tensor, plane_tensor
from trainer.data.sample import Photograph, Pixels8
from trainer.phase import Validation
from trainer.validation.matting import mean_figures, padded
from trainer.validation.photographs import Judged, judged_photographs
from trainer.validation.sheet import picture_sheet

SIZE_MULTIPLE = 32
Estimator: TypeAlias = Callable[[Photograph], Rgb]


@dataclass(frozen=True)
class ForegroundJudge:
    """Computes figures of the network called `network`.

    Attributes:
        settings: which photographs; they must come with their foreground.
        network: its name in the recipe's `Setup`.
    """

    settings: Judged
    network: str = "foreground"

    def __call__(self, networks: Mapping[str, nn.Module]) -> Validation:
        """Means over the photographs: `mse` and `sad` (thousands) of F over α > 0, and of αF as
        `mse_shown` and `sad_shown` (paper 003, Table 3); the same of each of `BESIDE`, such as
        `mse_multilevel`; a sheet of photograph, matte, answer, multi-level estimate, truth."""
        found: list[tuple[str, dict[str, float]]] = []
        rows: list[list[NDArray[np.generic]]] = []
        for number, read in enumerate(judged_photographs(self.settings)):
            photograph = read()
            truth = _foreground(photograph)
            answer = answered(networks[self.network], photograph)
            errors = colour_errors(answer, truth, photograph.alpha)
            beside = {name: estimator(photograph) for name, estimator in BESIDE.items()}
            for name, colours in beside.items():
                others = colour_errors(colours, truth, photograph.alpha)
                errors |= {f"{figure}_{name}": value for figure, value in others.items()}
            found.append((photograph.family, errors))
            if number < self.settings.shown:
                shown = (np.rint(c * 255).astype(np.uint8) for c in (answer, beside["multilevel"]))
                rows.append([photograph.image, photograph.alpha, *shown, truth])
        return Validation(mean_figures(found), "mse", {"sheet": picture_sheet(rows)})


def answered(network: nn.Module, photograph: Photograph) -> NDArray[np.float32]:
    """What a network answers for a whole photograph, H×W×3 float32 in [0, 1]."""
    where = next(network.parameters()).device
    height, width = photograph.alpha.shape
    batch = picture_tensor(photograph.image)[None], plane_tensor(photograph.alpha)[None]
    multiple = int(getattr(network, "size_multiple", SIZE_MULTIPLE))
    rgb, alpha = (padded(tensor, multiple).to(where) for tensor in batch)
    with torch.no_grad():
        colours: Tensor = network(rgb, alpha)
    planes = colours.detach()[0, :, :height, :width].float().clamp(0, 1).cpu().numpy()
    return np.ascontiguousarray(planes.transpose(1, 2, 0))


def colour_errors(
    answer: NDArray[np.float32], truth: Pixels8, alpha: NDArray[np.float32]
) -> dict[str, float]:
    """`mse`, `sad` of F over α > 0, and of αF over the same pixels.

    Args:
        answer: H×W×3 float32 in [0, 1].
        truth: H×W×3 uint8.
        alpha: H×W float32.
    """
    apart = (answer - truth / np.float32(255))[alpha > 0]
    shown = apart * alpha[alpha > 0][:, None]
    return {
        "mse": float(np.square(apart).mean()) if apart.size else 0.0,
        "sad": float(np.abs(apart).sum() / 1000),
        "mse_shown": float(np.square(shown).mean()) if apart.size else 0.0,
        "sad_shown": float(np.abs(shown).sum() / 1000),
    }


def _multilevel(photograph: Photograph) -> Rgb:
    return multilevel(photograph.image, photograph.alpha)[0]


def _picture(photograph: Photograph) -> Rgb:
    return to_float(photograph.image)


BESIDE: dict[str, Estimator] = {"multilevel": _multilevel, "picture": _picture}
"""What a network's figures are seen beside: the usual estimate, and doing nothing."""


def _foreground(photograph: Photograph) -> Pixels8:
    if photograph.foreground is None:
        raise UserError(
            f"{photograph.name} comes without foreground colours.",
            remedy="Judge on photographs that have them, such as made ones.",
        )
    return photograph.foreground
