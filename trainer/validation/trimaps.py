"""Judge a trimap network on whole portraits that it never saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.imaging.types import Alpha
from trainer.config import Block
from trainer.data.matting_samples import picture_tensor
from trainer.data.people_samples import Drawable, Framing, framed
from trainer.data.sample import Pixels8
from trainer.data.trimap_samples import Classes, Truth, classes_of, known_of
from trainer.phase import Validation
from trainer.validation.sheet import picture_sheet

NAMES = ("background", "unknown", "foreground")
UNKNOWN = 1
SOFT = (0.1, 0.9)
"""Alpha between these is truly soft, whatever counts as unknown besides."""


class Judged(Block):
    """What a trimap network is judged on.

    Attributes:
        count: portraits, framed out of scenes of the validation split.
        side: of each in pixels.
        seed: of the scenes and frames.
        shown: how many are on the sheet.
    """

    count: int = 64
    side: int = 256
    seed: int = 900_000
    shown: int = 8


@dataclass(frozen=True, eq=False)
class Asked:
    """A portrait with its truth."""

    image: Pixels8
    alpha: Alpha
    classes: Classes
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class TrimapJudge:
    """Computes figures of the network called `network`.

    Attributes:
        settings: how many portraits, and how large.
        scenes: where they are from.
        truth: how classes come from mattes; the unknown grows by the mean of its widths.
        network: its name in the recipe's `Setup`.
    """

    settings: Judged
    scenes: Drawable
    truth: Truth
    network: str = "trimap"

    def __call__(self, networks: Mapping[str, nn.Module]) -> Validation:
        """Figures over all pixels of all portraits whose truth is known.

        In per cent: `iou_background`, `iou_unknown` and `iou_foreground`; `soft_found`, the share
        of truly soft pixels that are called unknown, and `soft_lost`, of those called background or
        foreground with at least ¾; `unknown`, the share of all pixels called so, beside
        `unknown_true`. `entropy` is the confidence map's mean in nats (paper 002, equation 3).
        `wrong`, 100 − the mean of the three IoUs, selects.
        """
        counts, rows = _Counts(), []
        for number, asked in enumerate(self._portraits()):
            confidence = _answer(networks[self.network], asked.image)
            counts.add(asked, confidence)
            if number < self.settings.shown:
                rows.append(_row(asked, confidence))
        return Validation(counts.figures(), "wrong", {"sheet": picture_sheet(rows)})

    def _portraits(self) -> Iterator[Asked]:
        side, (low, high) = self.settings.side, self.truth.widths
        width = (low + high) // 2
        for number in range(self.settings.count):
            rng = np.random.default_rng((self.settings.seed, number))
            photograph = self.scenes.scene(rng)
            image, alpha = framed(photograph, (side, side), rng, Framing())
            classes = classes_of(alpha, (width, width), sure=self.truth.sure)
            known = known_of(photograph, alpha, self.truth)
            yield Asked(image, alpha, classes, known)


class _Counts:
    def __init__(self) -> None:
        self.table = np.zeros((3, 3), np.int64)  # truth down, answer across
        self.soft = np.zeros(3, np.int64)  # all, found, lost
        self.entropies: list[float] = []

    def add(self, asked: Asked, confidence: NDArray[np.float32]) -> None:
        """Count the pixels of a portrait; the confidence map is 3×H×W."""
        found, known = confidence.argmax(0), asked.known
        pairs = 3 * asked.classes[known] + found[known]
        self.table += np.bincount(pairs, minlength=9).reshape(3, 3)
        soft = known & (asked.alpha > SOFT[0]) & (asked.alpha < SOFT[1])
        sure = np.maximum(confidence[0], confidence[2]) >= 0.75
        self.soft += [soft.sum(), (soft & (found == UNKNOWN)).sum(), (soft & sure).sum()]
        self.entropies.append(float(_entropy(confidence).mean()))

    def figures(self) -> dict[str, float]:
        """In the order in which they are read."""
        both, total = np.diag(self.table), max(1, int(self.table.sum()))
        either = self.table.sum(0) + self.table.sum(1) - both
        ious = 100 * np.where(either > 0, both / np.maximum(either, 1), 1.0)
        soft, found, lost = (int(count) for count in self.soft)
        return {
            **{f"iou_{name}": float(iou) for name, iou in zip(NAMES, ious, strict=True)},
            "soft_found": 100 * found / max(soft, 1),
            "soft_lost": 100 * lost / max(soft, 1),
            "unknown": 100 * float(self.table.sum(0)[UNKNOWN]) / total,
            "unknown_true": 100 * float(self.table.sum(1)[UNKNOWN]) / total,
            "entropy": float(np.mean(self.entropies)) if self.entropies else 0.0,
            "wrong": 100 - float(ious.mean()),
        }


def _answer(network: nn.Module, image: Pixels8) -> NDArray[np.float32]:
    where = next(network.parameters()).device
    with torch.no_grad():
        confidence = network.predict(picture_tensor(image)[None].to(where))  # type: ignore[operator]
    return np.asarray(confidence[0].float().cpu().numpy(), np.float32)


def _entropy(confidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """−Σ p log p of each pixel, H×W in nats."""
    return np.asarray(-(confidence * np.log(np.maximum(confidence, 1e-12))).sum(0), np.float32)


def _row(asked: Asked, confidence: NDArray[np.float32]) -> list[NDArray[np.generic]]:
    """The portrait, the answer, the truth (grey where nobody knows either), the entropy."""
    found = confidence.argmax(0).astype(np.float32) / 2
    true = np.where(asked.known, asked.classes / 2, 0.25).astype(np.float32)
    return [asked.image, found, true, _entropy(confidence) / np.float32(np.log(3))]
