"""The kinds of guidance that models are scored with: each a rule, the same at every call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.imaging.types import FOREGROUND, Alpha, Trimap
from trainer.data.guidance import trimap_guidance, trimap_of
from trainer.data.morphology import dilated, eroded
from trainer.data.soft_errors import SoftErrors, spoilt_matte

TRIMAP_WIDTH = 20
"""Ellipse in pixels that widens the unknown region where a data set has no trimaps (paper 003, §4,
Distinctions-646)."""
MASK_WIDTHS = (10, 20, 30)
"""By how much masks are eroded and dilated (paper 003, §5, "Robustness to Guidance")."""


@dataclass(frozen=True)
class GuidanceKind:
    """One kind.

    Attributes:
        name: what the command line calls it.
        summary: one line for people.
        make: from the true matte, its trimap and a generator to H×W float32 in [0, 1].
    """

    name: str
    summary: str
    make: Callable[[Alpha, Trimap, np.random.Generator], NDArray[np.float32]]


def kind_named(name: str) -> GuidanceKind:
    """The kind called `name`.

    Raises:
        UserError: if there is none; it lists what there is.
    """
    if name not in KINDS:
        raise UserError(
            f"There is no kind of guidance {name!r}.", remedy=f"Choose one of: {', '.join(KINDS)}."
        )
    return KINDS[name]


def true_trimap(alpha: Alpha) -> Trimap:
    """The trimap of a picture that came without one: unknown is what is soft, and around it."""
    return trimap_of(alpha, TRIMAP_WIDTH, rule="p3m")


def coarse_mask(alpha: Alpha, *, grown: int = 0) -> NDArray[np.float32]:
    """A binary mask of a matte.

    Args:
        alpha: H×W float32 in [0, 1].
        grown: width in pixels of the ellipse it is dilated by; eroded if negative.
    """
    mask = (alpha >= 0.5).astype(np.uint8)
    if grown:
        mask = dilated(mask, grown) if grown > 0 else eroded(mask, -grown)
    return mask.astype(np.float32)


def _mask_kind(grown: int) -> GuidanceKind:
    def make(alpha: Alpha, _: Trimap, __: np.random.Generator) -> NDArray[np.float32]:
        return coarse_mask(alpha, grown=grown)

    if not grown:
        return GuidanceKind("mask", "the true matte, cut at one half", make)
    word = "dilated" if grown > 0 else "eroded"
    return GuidanceKind(
        f"mask_{word}_{abs(grown)}", f"the mask, {word} by {abs(grown)} pixels", make
    )


def _trimap(_: Alpha, trimap: Trimap, __: np.random.Generator) -> NDArray[np.float32]:
    return trimap_guidance(trimap)


def _trimap_fg(_: Alpha, trimap: Trimap, __: np.random.Generator) -> NDArray[np.float32]:
    return (trimap == FOREGROUND).astype(np.float32)


def _soft(alpha: Alpha, _: Trimap, rng: np.random.Generator) -> NDArray[np.float32]:
    return spoilt_matte(alpha, rng, settings=SoftErrors())


_ROWS = (
    GuidanceKind("trimap", "0, one half and 1", _trimap),
    GuidanceKind("trimap_fg", "1 where the trimap is foreground, else 0", _trimap_fg),
    _mask_kind(0),
    *(_mask_kind(sign * width) for sign in (-1, 1) for width in MASK_WIDTHS),
    GuidanceKind("soft", "a matte of low quality", _soft),
)
KINDS: dict[str, GuidanceKind] = {row.name: row for row in _ROWS}
