"""A map, the subject it cuts out, the picture it composes: what POMAGAN's losses compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from trainer.losses.l1 import l1_loss
from trainer.losses.masked import Total

Picture: TypeAlias = Literal["map", "foreground", "image"]


def pictures(
    plane: Tensor, image: Tensor, wanted: Sequence[Picture], behind: Tensor | None = None
) -> dict[Picture, Tensor]:
    """What a map or matte makes of a photograph (equations 2 and 8).

    Args:
        plane: B×1×H×W in [0, 1].
        image: B×3×H×W in [0, 1].
        wanted: "map" is the plane, "foreground" I·α, "image" I·α + B·(1 − α).
        behind: B, for "image".

    Raises:
        ValueError: if the image is wanted without a background.
    """
    made: dict[Picture, Tensor] = {}
    for name in wanted:
        if name == "map":
            made[name] = plane
        elif name == "foreground":
            made[name] = image * plane
        elif behind is None:
            raise ValueError("a picture is composed over a background")
        else:
            made[name] = image * plane + behind * (1 - plane)
    return made


def pictures_l1(
    found: dict[Picture, Tensor], true: dict[Picture, Tensor], mask: Tensor, *, total: Total
) -> Tensor:
    """Sum of the pictures' mean absolute differences inside a mask (equations 4, 6, 9 and 10).

    Args:
        found: of the prediction.
        true: of the truth, the same pictures.
        mask: B×1×H×W weights.
        total: see `trainer.phase.StepContext`.
    """
    terms = [l1_loss(found[name], true[name], mask, total=total) for name in found]
    return torch.stack(terms).sum()
