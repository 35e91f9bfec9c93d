"""Foregrounds made ahead of time, each with its matte, to be laid over any background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import UNKNOWN
from trainer.data.crops import crop_around_unknown
from trainer.data.guidance import trimap_of
from trainer.data.pool.scenes import Sources, draw_subject
from trainer.data.pool.shards import Shards, write_planes
from trainer.data.sample import Pixels8

PLANES = ("foreground", "alpha")
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


def write_layers(folder: Path, layers: Sequence[Layer]) -> None:
    """Write layers as one folder; it appears under its name when it is whole."""
    write_planes(
        folder,
        {name: np.stack([getattr(layer, name) for layer in layers]) for name in PLANES},
        [{"family": layer.family, "scene": layer.scene} for layer in layers],
    )


class LayerPool:
    """All layers of a folder, as they are now.

    Args:
        root: the folder.

    Raises:
        UserError: if there are none, or one can't be read.
    """

    def __init__(self, root: Path) -> None:
        remedy = "Make one with `matte-train pool OUT --layers`."
        self._shards = Shards(root, PLANES, remedy=remedy)

    def __len__(self) -> int:
        return len(self._shards)

    def layer(self, index: int) -> Layer:
        """Layer `index`; its arrays are mapped, not copied."""
        return Layer(**self._shards.at(index))


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
