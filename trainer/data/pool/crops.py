"""Crops of photographs, each with the matte that closed form finds for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.data.pool.shards import Shards
from trainer.data.sample import Pixels8


@dataclass(frozen=True, eq=False)
class Crop:
    """A square piece of a photograph.

    Attributes:
        image: S×S×3 uint8, degradations included.
        alpha: S×S uint8, the exact matte in 255ths.
        trimap: S×S uint8 (0, 128, 255).
        prior: S×S uint8, what closed form found with that trimap, in 255ths; a copy of the trimap
            where `kind` is "coarse".
        kind: "fine" at the photograph's own resolution, "coarse" reduced to see more of it.
        family: as `Photograph.family`.
        scene: which photograph it is of.
    """

    image: Pixels8
    alpha: NDArray[np.uint8]
    trimap: NDArray[np.uint8]
    prior: NDArray[np.uint8]
    kind: str
    family: str
    scene: str


class Pool(Shards[Crop]):
    """All crops of a folder; see `Shards`."""

    piece = Crop
    made_by = "matte-train pool OUT"
