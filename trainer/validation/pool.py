"""Judge a refining network on a pool of crops that it never saw, kind of guidance by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.imaging.types import UNKNOWN, Alpha
from trainer.data.guidance import guidance_of, trimap_guidance
from trainer.data.matting_samples import picture_tensor
from trainer.data.pool import Crop, Pool
from trainer.data.pool.variation import unit
from trainer.phase import Validation
from trainer.validation.sheet import picture_sheet

BATCH = 8
REFINE = "refine"
"""Guidance is the trimap, and the prior is what closed form found with it."""
KINDS = {"fine": (REFINE, "mask"), "coarse": ("mask",)}
"""What each kind of crop is judged with."""


@dataclass(frozen=True)
class PoolJudge:
    """Computes figures of the network called `network`.

    Attributes:
        root: the pool.
        count: how many crops, spread over it.
        seed: of the guidance.
        shown: how many are on the sheet.
        network: its name in the recipe's `Setup`.
    """

    root: Path
    count: int = 192
    seed: int = 900_000
    shown: int = 6
    network: str = "alpha"

    def __call__(self, networks: Mapping[str, nn.Module]) -> Validation:
        """Means over the crops, in thousandths.

        `mse_refine` in the unknown region, beside closed form's own; `mad_fine` and `mad_coarse`
        over the whole crop for coarse masks, beside the masks' own; `score`, the sum of the
        network's three.
        """
        found: dict[str, list[float]] = defaultdict(list)
        rows: list[list[NDArray[np.generic]]] = []
        network = networks[self.network]
        for asked, answer in _answers(network, self._questions()):
            for name, value in asked.errors(answer).items():
                found[name].append(value)
            if len(rows) < self.shown:
                rows.append([asked.crop.image, asked.guidance, asked.prior, answer, asked.truth])
        figures = {name: 1000 * float(np.mean(values)) for name, values in sorted(found.items())}
        own = ("mse_refine", "mad_fine", "mad_coarse")
        figures["score"] = sum(figures.get(name, 0.0) for name in own)
        return Validation(figures, "score", {"sheet": picture_sheet(rows)})

    def _questions(self) -> Iterator[_Question]:
        pool = Pool(self.root)
        chosen = np.linspace(0, len(pool) - 1, min(self.count, len(pool))).astype(int)
        for number in chosen:
            crop = pool.at(int(number))
            for kind in KINDS[crop.kind]:
                yield _asked(crop, kind, np.random.default_rng([self.seed, int(number)]))


@dataclass(frozen=True, eq=False)
class _Question:
    crop: Crop
    kind: str
    guidance: Alpha
    prior: Alpha
    truth: Alpha

    def errors(self, answer: Alpha) -> dict[str, float]:
        if self.kind != REFINE:
            name = f"mad_{self.crop.kind}"
            apart = np.abs(answer - self.truth).mean(), np.abs(self.prior - self.truth).mean()
            return {name: float(apart[0]), f"{name}_given": float(apart[1])}
        unknown = self.crop.trimap == UNKNOWN
        if not unknown.any():
            return {}
        squared = (np.square(matte - self.truth)[unknown] for matte in (answer, self.prior))
        return dict(
            zip(("mse_refine", "mse_closed_form"), (float(s.mean()) for s in squared), strict=True)
        )


def _asked(crop: Crop, kind: str, rng: np.random.Generator) -> _Question:
    truth = unit(crop.alpha)
    if kind == REFINE:
        prior = unit(crop.prior)
        return _Question(crop, kind, trimap_guidance(crop.trimap), prior, truth)
    guidance = guidance_of(truth, kind, rng)
    return _Question(crop, kind, guidance, guidance, truth)


def _answers(
    network: nn.Module, questions: Iterator[_Question]
) -> Iterator[tuple[_Question, Alpha]]:
    where = next(network.parameters()).device
    while batch := list(islice(questions, BATCH)):
        rgb = torch.stack([picture_tensor(one.crop.image) for one in batch]).to(where)
        planes = np.stack([np.stack([one.guidance, one.prior]) for one in batch])
        given = torch.from_numpy(planes.astype(np.float32)).to(where)
        with torch.no_grad():
            alpha = network.predict(rgb, given)  # type: ignore[operator]
        yield from zip(batch, alpha[:, 0].float().clamp(0, 1).cpu().numpy(), strict=True)
