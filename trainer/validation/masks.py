"""Judge a network for coarse masks on a pool that it never saw, beside what it weighs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.imaging.types import Alpha
from trainer.data.matting_samples import picture_tensor
from trainer.data.pool.masks import GUIDANCE, MaskCrop, MaskPool
from trainer.data.pool.variation import unit
from trainer.phase import Validation
from trainer.validation.sheet import picture_sheet

BATCH = 8


@dataclass(frozen=True)
class MaskJudge:
    """Computes figures of the network called `network`.

    Attributes:
        root: the pool.
        count: how many crops, spread over it.
        shown: how many are on the sheet.
        network: its name in the recipe's `Setup`.
    """

    root: Path
    count: int = 192
    shown: int = 6
    network: str = "alpha"

    def __call__(self, networks: Mapping[str, nn.Module]) -> Validation:
        """Mean absolute errors over the crops, in thousandths: `mad` of the network, `mad_mask`,
        `mad_matte` and `mad_cut` of the planes it weighs; and a sheet."""
        found: dict[str, list[float]] = defaultdict(list)
        rows: list[list[NDArray[np.generic]]] = []
        for crop, answer in _answers(networks[self.network], self._crops()):
            truth = unit(crop.alpha)
            planes = {f"mad_{name}": unit(getattr(crop, name)) for name in GUIDANCE}
            for name, plane in {"mad": answer, **planes}.items():
                found[name].append(float(np.abs(plane - truth).mean()))
            if len(rows) < self.shown:
                rows.append([crop.image, *planes.values(), answer, truth])
        figures = {name: 1000 * float(np.mean(values)) for name, values in found.items()}
        return Validation(figures, "mad", {"sheet": picture_sheet(rows)})

    def _crops(self) -> list[MaskCrop]:
        pool = MaskPool(self.root)
        chosen = np.linspace(0, len(pool) - 1, min(self.count, len(pool))).astype(int)
        return [pool.at(int(number)) for number in chosen]


def _answers(network: nn.Module, crops: list[MaskCrop]) -> Iterator[tuple[MaskCrop, Alpha]]:
    where = next(network.parameters()).device
    for first in range(0, len(crops), BATCH):
        batch = crops[first : first + BATCH]
        rgb = torch.stack([picture_tensor(one.image) for one in batch]).to(where)
        planes = np.stack([[unit(getattr(one, name)) for name in GUIDANCE] for one in batch])
        with torch.no_grad():
            alpha = network.predict(rgb, torch.from_numpy(planes).to(where))  # type: ignore[operator]
        yield from zip(batch, alpha[:, 0].float().clamp(0, 1).cpu().numpy(), strict=True)
