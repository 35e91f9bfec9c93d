"""Made mattes as a collection of subjects."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError
from trainer.data.made.families import FAMILIES, Family
from trainer.data.made.layers import Rgba, defocus, motion_blur, partly, straight
from trainer.data.made.noise import F32
from trainer.data.sample import Pixels8, Split, Subject

NOMINAL = 1_000_000
TRIES = 4
"""Drawings of one subject at most, until some of its border is in view."""
FINE = frozenset({"strands", "fur", "net", "veil"})


class MadeMattes:
    """Subjects drawn from nothing, with exact alpha and colours; implements `Subjects`.

    Args:
        split: which families, silhouettes and so on.
        size: height and width of each subject, 64 to 2048.
        families: names of `FAMILIES` to draw; all of the split if None.
        pictures: H×W×3 uint8 pictures whose pieces cloth and objects may show.
    """

    def __init__(
        self,
        split: Split,
        size: tuple[int, int],
        families: Sequence[str] | None = None,
        *,
        pictures: Sequence[Pixels8] = (),
    ) -> None:
        if not all(64 <= n <= 2048 for n in size):
            raise BugError(f"made mattes are 64 to 2048 pixels high and wide, not {size}")
        wanted = set(FAMILIES) if families is None else set(families)
        if families is not None and not wanted <= set(FAMILIES):
            raise BugError(f"no such families: {sorted(wanted - set(FAMILIES))}")
        self.split = split
        self.size = size
        self.pictures = pictures
        self.families = [f for f in FAMILIES.values() if f.split == split and f.name in wanted]
        if not self.families:
            raise BugError(f"no {split} family among {sorted(wanted)}")
        weights = np.array([family.weight for family in self.families])
        self._limits = np.cumsum(weights / weights.sum())

    def __len__(self) -> int:
        return NOMINAL

    def subject(self, index: int, rng: np.random.Generator) -> Subject:
        """A new subject; its family follows from `index`, the rest from `rng`."""
        family = self._family(index)
        layer = self._drawn(family, rng)
        if rng.random() < 0.5:
            layer = np.ascontiguousarray(layer[:, ::-1])
        foreground, alpha = straight(_through_lens(layer, family, rng))
        return Subject(
            foreground, alpha, f"{family.name}-{index}", family.name, _fine(alpha, family)
        )

    def _drawn(self, family: Family, rng: np.random.Generator) -> Rgba:
        """A layer with some border in view, if a few tries bring one."""
        for _ in range(TRIES):
            layer = family.draw(self.size, rng, self.split, self.pictures)
            mixed = (layer[..., 3] > 0.02) & (layer[..., 3] < 0.98)
            if mixed.mean() > 0.3 / min(self.size) and layer[..., 3].mean() > 0.02:
                break
        return layer

    def _family(self, index: int) -> Family:
        # The golden ratio spreads consecutive numbers evenly over the families' shares.
        at = (index * 0.6180339887498949) % 1.0
        return self.families[
            min(int(np.searchsorted(self._limits, at, "right")), len(self.families) - 1)
        ]


def _through_lens(layer: Rgba, family: Family, rng: np.random.Generator) -> Rgba:
    """The sharpness of a good lens, mostly; out of focus or shaken now and then."""
    sharp = defocus(layer, float(rng.uniform(0.25, 0.75)))
    if family.kind in ("soft", "solid"):
        return sharp
    what = rng.random()
    if what < 0.1:
        return defocus(layer, float(rng.uniform(0.8, 2.5)))
    if what < 0.25:
        return partly(sharp, defocus, float(rng.uniform(1.0, 4.0)), rng)
    if what < 0.3:
        return motion_blur(sharp, float(rng.uniform(2, 8)), float(rng.uniform(0, np.pi)))
    return sharp


def _fine(alpha: F32, family: Family) -> NDArray[np.bool_]:
    """Where fine structure is: around what is partly covered, in families that have any."""
    if family.kind not in FINE:
        return np.zeros(alpha.shape, np.bool_)
    mixed = ((alpha > 0.02) & (alpha < 0.98)).astype(np.uint8)
    return cv2.dilate(mixed, np.ones((5, 5), np.uint8)).astype(np.bool_)
