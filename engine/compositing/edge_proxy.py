"""The edge tools on a small copy of a matte, for as long as a control is being dragged."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from engine.compositing.band import flat
from engine.compositing.edges import apply_edges
from engine.compositing.matte_copies import ReadMatte, axis_of, small_matte
from engine.compositing.proxy_size import halvings_of
from engine.compositing.pyramid import reduced
from engine.compositing.sampling import sample
from engine.imaging.types import Alpha, Rect
from engine.settings import EdgeSettings

_AROUND = 1


class EdgeProxy:
    """What the edge tools make of a matte, roughly and at once.

    Args:
        matte: H×W float32 in [0, 1]; its small copy is remembered for as long as it lives.
        size: (height, width).
        settings: the tools' strengths, in pixels of the whole matte.
    """

    def __init__(self, matte: ReadMatte, size: tuple[int, int], settings: EdgeSettings) -> None:
        self._halvings = halvings_of(size)
        small = small_matte(matte, size, self._halvings)
        self._small = apply_edges(small, scaled(settings, 1 << self._halvings))

    def read(self, rect: Rect) -> Alpha:
        """A rectangle of the whole matte, h×w float32 in [0, 1]."""
        return self._sampled(rect, 0)

    def at_level(self, rect: Rect, level: int) -> Alpha:
        """The same at 1/2^level of the size, `rect` in its pixels."""
        finer = level - self._halvings
        if finer < 0:
            return self._sampled(rect, level)
        samples = Rect(*(edge << finer for edge in rect))
        whole = Rect.whole((self._small.shape[0], self._small.shape[1]))
        return np.asarray(reduced(self._small[samples.intersected(whole).slices], 1 << finer))

    def _sampled(self, rect: Rect, level: int) -> Alpha:
        part = self._small[self._under(rect, level).slices]
        if flat(part):
            return np.full((rect.height, rect.width), part[0, 0], np.float32)
        rows, cols = (
            axis_of(samples, halvings=self._halvings, level=level) for samples in self._small.shape
        )
        return np.asarray(sample(self._small[..., None], rect, rows=rows, cols=cols)[..., 0])

    def _under(self, rect: Rect, level: int) -> Rect:
        """The samples that a rectangle is made of."""
        first = Rect(*(edge >> (self._halvings - level) for edge in rect))
        height, width = self._small.shape
        return first._replace(bottom=first.bottom + 1, right=first.right + 1).grown(
            _AROUND, within=(height, width)
        )


def scaled(settings: EdgeSettings, factor: int) -> EdgeSettings:
    """The settings that do the same to a matte at 1/factor of the size."""
    area = factor * factor
    return replace(
        settings,
        fill_holes=math.ceil(settings.fill_holes / area),
        remove_specks=math.ceil(settings.remove_specks / area),
        smooth=settings.smooth / factor,
        feather=settings.feather / factor,
    )
