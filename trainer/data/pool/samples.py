"""Training samples from a pool: each crop comes back with other guidance and other light."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.imaging.types import UNKNOWN
from trainer.data.guidance import guidance_of, trimap_guidance
from trainer.data.pool.crops import Crop, Pool
from trainer.data.pool.variation import Order, lit, turned, unit

REFINE = "refine"
"""Guidance is the trimap, and the prior what closed form found with it."""
KINDS = {
    "fine": {REFINE: 0.86, "trimap": 0.03, "trimap_fg": 0.02, "mask": 0.05, "soft": 0.04},
    "coarse": {"mask": 0.75, "trimap_fg": 0.05, "soft": 0.15, "trimap": 0.05},
}
"""How often each kind of guidance goes with each kind of crop."""


class PoolSamples:
    """An endless stream of samples from a pool (`trainer.phase.Samples`).

    Each pass over the pool takes every crop once, in another order.

    Args:
        root: the pool.
        seed: of order, guidance and light.
        limit: the first so many crops; None takes all that were there when this was made.
    """

    def __init__(self, root: Path, *, seed: int, limit: int | None = None) -> None:
        self._pool = Pool(root)
        self._order = Order(min(limit or len(self._pool), len(self._pool)), seed)
        self._seed = seed

    def __len__(self) -> int:
        return self._order.count

    def sample(self, index: int) -> dict[str, Tensor]:
        """`image`, `alpha`, `guidance` (two planes: guidance, prior) and `unknown`."""
        rng = np.random.default_rng([self._seed, index])
        crop = self._pool.at(self._order.at(index))
        guidance, prior = _guidance(crop, rng)
        planes: dict[str, NDArray[np.float32]] = {
            "image": lit(crop.image, rng),
            "alpha": unit(crop.alpha)[..., None],
            "guidance": np.stack([guidance, prior], axis=-1),
            "unknown": _unknown(crop)[..., None],
        }
        return turned(planes, rng)


def _guidance(crop: Crop, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    shares = KINDS[crop.kind]
    kind = str(rng.choice(list(shares), p=list(shares.values())))
    if kind == REFINE:
        return trimap_guidance(crop.trimap), unit(crop.prior)
    guidance = guidance_of(unit(crop.alpha), kind, rng)
    return guidance, guidance


def _unknown(crop: Crop) -> np.ndarray:
    fractional = (crop.alpha > 0) & (crop.alpha < 255)
    return ((crop.trimap == UNKNOWN) | fractional).astype(np.float32)
