"""Foregrounds made ahead of time, each with its matte, to be laid over any background."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import UNKNOWN
from trainer.data.crops import crop_around_unknown
from trainer.data.guidance import trimap_of
from trainer.data.pool.scenes import Sources, draw_subject
from trainer.data.pool.shards import Shards
from trainer.data.sample import Pixels8

_WIDTHS = (3, 21)
"""Of the ellipses around the soft part of a matte, in which the middle of a piece lies."""


@dataclass(frozen=True, eq=False)
class Layer:
    """A square piece of a subject.

    Attributes:
        foreground: S×S×3 uint8 straight colours, right where alpha > 0 and smooth elsewhere.
        alpha: S×S uint8, the exact matte in 255ths.
        family: as `Subject.family`.
        scene: which subject it is of.
    """

    foreground: Pixels8
    alpha: NDArray[np.uint8]
    family: str
    scene: str


class LayerPool(Shards[Layer]):
    """All layers of a folder; see `Shards`."""

    piece = Layer
    made_by = "matte-train pool OUT --layers"


def layers_of(sources: Sources, number: int, seed: int) -> Iterator[Layer]:
    """Pieces of subject `number` with some edge in each.

    They depend on the number, the seed and the sources alone.
    """
    rng = np.random.default_rng([seed, number])
    subject = draw_subject(sources, rng)
    if min(subject.size) < sources.side:
        return
    trimap = trimap_of(subject.alpha, rng, widths=_WIDTHS)
    if not (trimap == UNKNOWN).any():
        return
    alpha = np.rint(subject.alpha * 255).astype(np.uint8)
    for _ in range(sources.crops):
        cut = crop_around_unknown(trimap, sources.side, rng).slices
        if _is_mixed(alpha[cut]):
            yield Layer(subject.foreground[cut], alpha[cut], subject.family, f"{seed}-{number}")


def _is_mixed(alpha: NDArray[np.uint8]) -> bool:
    return bool(((alpha > 0) & (alpha < 255)).any())
