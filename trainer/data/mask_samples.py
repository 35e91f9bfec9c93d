"""Training samples of the network for coarse masks, from a pool."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from trainer.data.pool.masks import GUIDANCE, MaskPool
from trainer.data.pool.variation import Order, lit, turned, unit

APART = 0.02
"""Where a plane and the truth differ by more, and `NEAR` pixels on, the finer heads are judged."""
NEAR = 4


class MaskSamples:
    """An endless stream of samples from a pool of masks (`trainer.phase.Samples`).

    Each pass over the pool takes every crop once, in another order.

    Args:
        root: the pool.
        seed: of order and light.
    """

    def __init__(self, root: Path, *, seed: int) -> None:
        self._pool = MaskPool(root)
        self._order = Order(len(self._pool), seed)
        self._seed = seed

    def __len__(self) -> int:
        return len(self._pool)

    def sample(self, index: int) -> dict[str, Tensor]:
        """`image`, `alpha`, `guidance` (mask, closed form's matte, GrabCut's mask), `unknown`."""
        rng = np.random.default_rng([self._seed, index])
        crop = self._pool.at(self._order.at(index))
        guidance = np.stack([getattr(crop, name) for name in GUIDANCE], axis=-1)
        planes: dict[str, NDArray[np.float32]] = {
            "image": lit(crop.image, rng),
            "alpha": unit(crop.alpha)[..., None],
            "guidance": unit(guidance),
        }
        sample = turned(planes, rng)
        return {**sample, "unknown": _disputed(sample["guidance"], sample["alpha"])}


def _disputed(guidance: Tensor, alpha: Tensor) -> Tensor:
    """Where not all planes are right, and a little around."""
    apart = ((guidance - alpha).abs().amax(0, keepdim=True) > APART).float()
    return F.max_pool2d(apart[None], 2 * NEAR + 1, stride=1, padding=NEAR)[0]
