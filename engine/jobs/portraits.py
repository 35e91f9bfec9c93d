"""Portraits that a network draws with their mattes, and the pictures they are saved as."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.device import Compute
from engine.errors import UserError
from engine.imaging.types import Alpha, Metadata, from_float
from engine.jobs.context import NOBODY, JobContext
from engine.models.registry import MODELS
from engine.models.safetensors_header import read_header
from engine.models.weights import FoundWeights, all_weights

PLANES = 4
_LAYER = re.compile(r"synthesis\.L(\d+)_\d+_(\d+)\.weight")


@dataclass(frozen=True)
class PortraitChoice:
    """Which portrait.

    Attributes:
        generator: name of its weights.
        seed: of z; the same gives the same portrait on the same machine.
        psi: truncation: 1 is all the variety, 0 the mean portrait, less than 0 the opposite.
    """

    generator: str
    seed: int = 0
    psi: float = 0.7

    @property
    def stem(self) -> str:
        """The name of its file, without the suffix."""
        return f"{self.generator}-{self.seed:06d}-psi{self.psi:+.2f}"


@dataclass(frozen=True, eq=False)
class Portrait:
    """A portrait that was drawn.

    Attributes:
        pixels: S×S×3 uint8, straight.
        alpha: S×S float32 in [0, 1].
    """

    pixels: NDArray[np.uint8]
    alpha: Alpha


@dataclass(frozen=True)
class PortraitRequest:
    """Draw one portrait (imports torch)."""

    chosen: PortraitChoice
    compute: Compute = field(default_factory=Compute)

    def __call__(self, ctx: JobContext = NOBODY) -> Portrait:
        """Draw it.

        Raises:
            UserError: if there is no such generator, or it draws no mattes.
            Cancelled: when asked to stop.
        """
        from engine.enhance.with_matte import draw_with_matte, open_with_matte

        generator = open_with_matte(self.chosen.generator, compute=self.compute, ctx=ctx)
        ctx.check()
        found, alpha = draw_with_matte(generator, self.chosen.seed, psi=self.chosen.psi)
        return Portrait(np.asarray(from_float(found, np.uint8), np.uint8), alpha)


@dataclass(frozen=True)
class SavePortraits:
    """Draw portraits of seeds one after the other, and save each with its matte.

    Attributes:
        first: the first portrait; the others are of the next seeds.
        paths: a file for each, of a format that holds transparency.
        compute: where the network runs.
    """

    first: PortraitChoice
    paths: tuple[Path, ...]
    compute: Compute = field(default_factory=Compute)

    def __call__(self, ctx: JobContext = NOBODY) -> tuple[Path, ...]:
        """Save them; their XMP says that a network has made them.

        Returns:
            The files.

        Raises:
            UserError: as `PortraitRequest`, or if a file can't be written.
            Cancelled: when asked to stop; what was saved stays.
        """
        from engine.imaging.digital_source import GENERATED, marked
        from engine.imaging.write import write_picture

        for number, path in enumerate(self.paths):
            ctx.progress(number / len(self.paths), f"Drawing {path.name}")
            chosen = replace(self.first, seed=self.first.seed + number)
            drawn = PortraitRequest(chosen, self.compute)(ctx)
            about = marked(Metadata(), GENERATED, path=path).metadata
            write_picture(path, drawn.pixels, alpha=drawn.alpha, metadata=about)
        return self.paths


def drawing_generators() -> dict[str, str]:
    """Names and origins of the weights on this machine that draw mattes; doesn't import torch.

    Raises:
        UserError: if a list of weights, or a generator's file, cannot be read.
    """
    return {each.row.model: each.row.origin for each in _drawing()}


def _drawing() -> Iterator[FoundWeights]:
    seen: set[str] = set()
    for each in all_weights():
        if each.path.is_file() and each.row.model not in seen:
            seen.add(each.row.model)
            known = MODELS.get(each.row.network or each.row.model)
            if known is not None and "drawn mattes" in known.abilities and _planes(each) == PLANES:
                yield each


def _planes(each: FoundWeights) -> int:
    """How many planes the last layer of a StyleGAN3 draws."""
    layers = [_LAYER.fullmatch(name) for name in read_header(each.path)]
    numbered = [(int(found[1]), int(found[2])) for found in layers if found]
    if not numbered:
        raise UserError("These are no weights of a StyleGAN3.", path=each.path)
    return max(numbered)[1]
