"""Training samples from a pool: each crop comes back with other guidance and other light."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.imaging.types import UNKNOWN
from trainer.data.guidance import GuidanceSettings, guidance_of, trimap_guidance
from trainer.data.pool.shards import Crop, Pool

REFINE = "refine"
"""Guidance is the trimap, and the prior what closed form found with it."""
KINDS = {
    "fine": {REFINE: 0.86, "trimap": 0.03, "trimap_fg": 0.02, "mask": 0.05, "soft": 0.04},
    "coarse": {"mask": 0.75, "trimap_fg": 0.05, "soft": 0.15, "trimap": 0.05},
}
"""How often each kind of guidance goes with each kind of crop."""
GAIN, GAMMA = (0.8, 1.2), (0.8, 1.25)


class PoolSamples:
    """An endless stream of samples from a pool (`trainer.phase.Samples`).

    Each pass over the pool takes every crop once, in another order.

    Args:
        root: the pool.
        seed: of order, guidance and light.
        limit: the first so many crops; None takes all that were there when this was made.
        guidance: settings of what is made of the mattes; sides of a picture are those of a crop.
    """

    def __init__(
        self,
        root: Path,
        *,
        seed: int,
        limit: int | None = None,
        guidance: GuidanceSettings | None = None,
    ) -> None:
        self._pool = Pool(root)
        self._settings = guidance
        self._count = min(limit or len(self._pool), len(self._pool))
        self._seed = seed
        self._order: tuple[int, np.ndarray] = (-1, np.empty(0, np.int64))

    def __len__(self) -> int:
        return self._count

    def sample(self, index: int) -> dict[str, Tensor]:
        """`image`, `alpha`, `guidance` (two planes: guidance, prior) and `unknown`."""
        rng = np.random.default_rng([self._seed, index])
        crop = self._pool.crop(self._shuffled(index))
        guidance, prior = _guidance(crop, rng, self._settings)
        planes = {
            "image": _lit(crop.image, rng),
            "alpha": crop.alpha[..., None].astype(np.float32) / 255,
            "guidance": np.stack([guidance, prior], axis=-1),
            "unknown": _unknown(crop)[..., None],
        }
        turn, mirror = int(rng.integers(4)), bool(rng.integers(2))
        upright = turn if rng.random() < 0.25 else 0
        return {name: _tensor(plane, upright, mirror) for name, plane in planes.items()}

    def _shuffled(self, index: int) -> int:
        epoch, at = divmod(index, self._count)
        if self._order[0] != epoch:
            order = np.random.default_rng([self._seed, epoch, 1]).permutation(self._count)
            self._order = epoch, order
        return int(self._order[1][at])


def _guidance(
    crop: Crop, rng: np.random.Generator, settings: GuidanceSettings | None
) -> tuple[np.ndarray, np.ndarray]:
    shares = KINDS[crop.kind]
    kind = str(rng.choice(list(shares), p=list(shares.values())))
    if kind == REFINE:
        return trimap_guidance(crop.trimap), crop.prior.astype(np.float32) / 255
    alpha = crop.alpha.astype(np.float32) / np.float32(255)
    guidance = guidance_of(alpha, kind, rng, settings=settings)
    return guidance, guidance


def _unknown(crop: Crop) -> np.ndarray:
    fractional = (crop.alpha > 0) & (crop.alpha < 255)
    return ((crop.trimap == UNKNOWN) | fractional).astype(np.float32)


def _lit(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another exposure, white balance and contrast; the matte is the same."""
    gain = rng.uniform(*GAIN) * rng.uniform(0.93, 1.07, 3)
    values = np.arange(256, dtype=np.float32)[:, None] / 255
    table = np.clip(values ** np.float32(rng.uniform(*GAMMA)) * gain.astype(np.float32), 0, 1)
    return np.stack([table[:, c][image[..., c]] for c in range(3)], axis=-1)


def _tensor(plane: np.ndarray, turn: int, mirror: bool) -> Tensor:
    turned = np.rot90(plane, turn)
    turned = turned[:, ::-1] if mirror else turned
    return torch.from_numpy(np.ascontiguousarray(turned.transpose(2, 0, 1), dtype=np.float32))
