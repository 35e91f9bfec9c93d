"""Judge a segmenter on labelled people that it never saw, whole and from the waist up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.imaging.types import Alpha
from trainer.config import Block
from trainer.data.matting_samples import picture_tensor
from trainer.data.people_scenes import labelled
from trainer.data.portraits import portrait_photograph
from trainer.data.sample import Photograph, Pixels8
from trainer.data.sources import MADE
from trainer.metrics.overlap import boundary_f, overlap
from trainer.phase import Validation
from trainer.validation.sheet import picture_sheet

SEED = 900_000
"""Of made portraits."""


class Judged(Block):
    """What a segmenter is judged on.

    Attributes:
        photographs: data set of labelled people, of whom those held out count, or "made".
        count: how many, spread over them.
        side: of made portraits in pixels.
        area: pixels that the network sees of each, about.
        shown: how many are on the sheet.
    """

    photographs: str = "people"
    count: int = 90
    side: int = 256
    area: int = 65_536
    shown: int = 6


@dataclass(frozen=True)
class PeopleJudge:
    """Computes figures of the network called `network`.

    Attributes:
        settings: what it is judged on.
        multiple: both sides of what the network sees are multiples.
        network: its name in the recipe's `Setup`.
    """

    settings: Judged
    multiple: int = 32
    network: str = "segmentation"

    def __call__(self, networks: Mapping[str, nn.Module]) -> Validation:
        """`iou` and `boundary` of whole photographs, `iou_upper` and `iou_head` of pieces, in per
        cent; `least`, the smallest IoU of a whole one; `wrong`, 100 − the mean of all, selects."""
        found: dict[str, list[float]] = {"body": [], "upper": [], "head": [], "boundary": []}
        rows: list[list[NDArray[np.generic]]] = []
        area, multiple = self.settings.area, self.multiple
        for name, photograph in self._pieces():
            answer = answer_of(
                networks[self.network], photograph.image, area=area, multiple=multiple
            )
            truth = photograph.alpha > 0.5
            found[name].append(overlap(answer > 0.5, truth))
            if name == "body":
                found["boundary"].append(boundary_f(answer > 0.5, truth))
                if len(rows) < self.settings.shown:
                    rows.append([photograph.image, answer, photograph.alpha])
        figures = {
            "iou": 100 * float(np.mean(found["body"])),
            "iou_upper": 100 * float(np.mean(found["upper"])),
            "iou_head": 100 * float(np.mean(found["head"])),
            "boundary": 100 * float(np.mean(found["boundary"])),
            "least": 100 * float(np.min(found["body"])),
        }
        figures["wrong"] = 100 - (figures["iou"] + figures["iou_upper"] + figures["iou_head"]) / 3
        return Validation(figures, "wrong", {"sheet": picture_sheet(rows)})

    def _pieces(self) -> Iterator[tuple[str, Photograph]]:
        for photograph in _held_out(self.settings):
            yield "body", photograph
            yield "upper", upper(photograph, 0.5)
            yield "head", upper(photograph, 0.28)


def _held_out(settings: Judged) -> Iterator[Photograph]:
    if settings.photographs == MADE:
        for number in range(settings.count):
            rng = np.random.default_rng((SEED, number))
            yield portrait_photograph(rng, settings.side, "validation")
        return
    opened, kept = labelled(settings.photographs, "validation")
    chosen = np.linspace(0, len(kept) - 1, min(settings.count, len(kept))).astype(int)
    for number in chosen:
        yield opened.photograph(kept[int(number)])


def upper(photograph: Photograph, part: float) -> Photograph:
    """A portrait: so much of the person's height from the head down, with room around it."""
    rows = np.flatnonzero((photograph.alpha > 0.5).any(axis=1))
    height, width = photograph.alpha.shape
    tall = part * (rows[-1] + 1 - rows[0])
    top, bottom = max(0, round(rows[0] - 0.12 * tall)), min(height, round(rows[0] + tall))
    columns = np.flatnonzero((photograph.alpha[top:bottom] > 0.5).any(axis=0))
    wide = max(columns[-1] + 1 - columns[0], bottom - top) * 1.2
    middle = columns.mean()
    left, right = max(0, round(middle - wide / 2)), min(width, round(middle + wide / 2))
    inside = slice(top, bottom), slice(left, right)
    return Photograph(photograph.image[inside], photograph.alpha[inside], photograph.name)


def answer_of(network: nn.Module, image: Pixels8, *, area: int, multiple: int) -> Alpha:
    """What a segmenter answers for a photograph, H×W float32 in [0, 1]."""
    height, width = image.shape[:2]
    scale = (area / (height * width)) ** 0.5
    size = [max(1, round(side * scale / multiple)) * multiple for side in (width, height)]
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    where = next(network.parameters()).device
    with torch.no_grad():
        answer = network.predict(picture_tensor(small)[None].to(where))[0, 0].float().cpu().numpy()  # type: ignore[operator]
    return np.asarray(cv2.resize(answer, (width, height), interpolation=cv2.INTER_LINEAR))
