"""How a crop of a pool comes back another time: in another order, light and position."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.data.sample import Pixels8

GAIN, TINT, GAMMA = (0.8, 1.2), (0.93, 1.07), (0.8, 1.25)
LYING = 0.25
"""How often a crop may be turned by quarters."""


class Order:
    """Every number below a count once, in another order each time round.

    Args:
        count: how many.
        seed: of all orders.
    """

    def __init__(self, count: int, seed: int) -> None:
        self.count, self._seed = count, seed
        self._kept: tuple[int, NDArray[np.int64]] = (-1, np.empty(0, np.int64))

    def at(self, index: int) -> int:
        """The number that comes `index`-th."""
        turn, place = divmod(index, self.count)
        if self._kept[0] != turn:
            order = np.random.default_rng([self._seed, turn, 1]).permutation(self.count)
            self._kept = turn, order
        return int(self._kept[1][place])


def unit(plane: NDArray[np.uint8]) -> NDArray[np.float32]:
    """255ths as float32 in [0, 1]."""
    return plane.astype(np.float32) / np.float32(255)


def lit(image: Pixels8, rng: np.random.Generator) -> NDArray[np.float32]:
    """Another exposure, white balance and contrast; the matte is the same."""
    gain = rng.uniform(*GAIN) * rng.uniform(*TINT, 3)
    values = np.arange(256, dtype=np.float32)[:, None] / 255
    table = np.clip(values ** np.float32(rng.uniform(*GAMMA)) * gain.astype(np.float32), 0, 1)
    return np.stack([table[:, c][image[..., c]] for c in range(3)], axis=-1)


def turned(
    planes: Mapping[str, NDArray[np.float32]], rng: np.random.Generator
) -> dict[str, Tensor]:
    """All planes, H×W×C, mirrored half of the time and now and then turned, as C×H×W tensors."""
    turns, mirror = int(rng.integers(4)), bool(rng.integers(2))
    upright = turns if rng.random() < LYING else 0
    return {name: _tensor(plane, upright, mirror) for name, plane in planes.items()}


def _tensor(plane: NDArray[np.float32], turns: int, mirror: bool) -> Tensor:
    moved = np.rot90(plane, turns)
    moved = moved[:, ::-1] if mirror else moved
    return torch.from_numpy(np.ascontiguousarray(moved.transpose(2, 0, 1), dtype=np.float32))
