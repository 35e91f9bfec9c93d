"""Crops of pools for recipes that need nothing but a photograph and its matte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import Tensor

from trainer.data.pool.crops import Pool
from trainer.data.pool.variation import Order, lit, turned, unit
from trainer.phase import Samples


class PoolPieces:
    """The crops of a pool, each pass in another order, light and position; implements `Samples`.

    Args:
        root: the pool.
        seed: of order, light and position.
    """

    def __init__(self, root: Path, *, seed: int) -> None:
        self._pool = Pool(root)
        self._order = Order(len(self._pool), seed)
        self._seed = seed

    def sample(self, index: int) -> dict[str, Tensor]:
        """Sample `index`: `image` 3×S×S and `alpha` 1×S×S, float32 in [0, 1]."""
        rng = np.random.default_rng((self._seed, index, 3))
        crop = self._pool.at(self._order.at(index))
        planes = {"image": lit(crop.image, rng), "alpha": unit(crop.alpha)[..., None]}
        return turned(planes, rng)


@dataclass(frozen=True)
class MixedPieces:
    """Pieces of several pools; implements `Samples`.

    Sample `index` is sample `index` of one of them, so that a stream that takes a pool alone and
    one that mixes it with others agree where both take it.

    Attributes:
        collections: what is drawn from.
        shares: how often from each, adding up to one.
        seed: of the draw.
    """

    collections: tuple[Samples, ...]
    shares: tuple[float, ...]
    seed: int

    def sample(self, index: int) -> dict[str, Tensor]:
        """Sample `index`, see `Samples`."""
        rng = np.random.default_rng((self.seed, index, 2))
        return self.collections[int(rng.choice(len(self.shares), p=self.shares))].sample(index)


def mixed_pieces(root: Path, shares: Mapping[str, float], *, seed: int) -> MixedPieces:
    """The pools of a folder, mixed.

    Args:
        root: holds a pool for each name.
        shares: name to how often, relative to the others; those of 0 need not be there.
        seed: of everything random.

    Raises:
        UserError: if a pool is not there.
    """
    wanted = {name: share for name, share in shares.items() if share > 0}
    pools = tuple(PoolPieces(root / name, seed=seed) for name in wanted)
    parts = np.array(list(wanted.values())) / sum(wanted.values())
    return MixedPieces(pools, tuple(float(part) for part in parts), seed)
