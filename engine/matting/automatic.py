"""Mattes by a network that looks at the photograph alone.

What the user knows does not change what such a network sees: it is set in its matte afterwards. So
the matte of a photograph is computed once, and a stroke costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from weakref import WeakKeyDictionary, ref

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.proxy import proxy_pixels
from engine.imaging.types import UNKNOWN, Alpha, Image, Rect, Trimap, to_float
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.matting import network_tiles as tiler
from engine.matting.conditions import Conditions
from engine.matting.mask_guided import TILE, around_soft, kept
from engine.models.loaded import LoadedNetwork, load_network

WHOLE = 2.5
"""Up to a square of so many tiles each way a photograph is looked at in one piece: 1600×1600 pixels
with the usual ones. The portraits that such networks are trained and tested on are smaller."""

_seen: WeakKeyDictionary[Image, tuple[ref[LoadedNetwork], Alpha]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class AutomaticMethod:
    """A network's matte of the whole photograph, with what the trimap knows set in it.

    A larger photograph is looked at in a copy first, as large as may be; where this matte is
    neither 0 nor 1, pieces of the photograph at its own size say more, and fade into it.
    """

    network: str
    conditions: Conditions
    reach: int = 0
    spreads: bool = False

    def solve(self, image: Image, trimap: Trimap, *, tile: int, ctx: JobContext = NOBODY) -> Alpha:
        """See `Method.solve`."""
        return kept(self._matte(image, tile, ctx), trimap)

    def resolve(
        self, image: Image, trimap: Trimap, alpha: Alpha, rect: Rect, *, ctx: JobContext = NOBODY
    ) -> Alpha:
        """See `Method.resolve`."""
        return kept(self._matte(image, TILE, ctx)[rect.slices], trimap)

    def _matte(self, image: Image, tile: int, ctx: JobContext) -> Alpha:
        """Of the whole photograph; computed once, as long as the photograph is in memory."""
        loading = SubContext(ctx, 0.0, 0.1)
        network = load_network(self.network, compute=self.conditions.compute, ctx=loading)
        before = _seen.get(image)
        if before is None or before[0]() is not network:
            matte = _computed(network, image, tile, SubContext(ctx, 0.1, 1.0))
            _seen[image] = before = ref(network), matte
        return before[1]


def _computed(network: LoadedNetwork, image: Image, tile: int, ctx: JobContext) -> Alpha:
    ctx.progress(0.0, "Solving the matte")
    height, width = image.size
    share = (WHOLE * tile) / sqrt(height * width)
    if share >= 1:
        return network.run(image.rgb())
    small = to_float(proxy_pixels(image, int(share * max(image.size))))
    seen = network.run(small)
    ctx.progress(0.3)
    whole = tiler.Overview(seen, image.size).read(Rect.whole(image.size))
    unsure = _of_size(around_soft(seen), image.size)
    fine = tiler.solve_band(
        whole,
        unsure,
        lambda rect: network.run(image.rgb(rect)),
        tile=tile,
        ctx=SubContext(ctx, 0.3, 1.0),
    )
    return whole + _inside(unsure) * (fine - whole)


def _of_size(trimap: Trimap, size: tuple[int, int]) -> Trimap:
    large = cv2.resize(trimap, (size[1], size[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(large, np.uint8)


def _inside(trimap: Trimap) -> NDArray[np.float32]:
    """0 at the unknown region's edge, 1 from `tiler.RAMP` pixels inside it on."""
    unknown = (trimap == UNKNOWN).astype(np.uint8)
    if unknown.all():
        return np.ones(trimap.shape, np.float32)
    far = cv2.distanceTransform(unknown, cv2.DIST_L2, 3) / tiler.RAMP
    return np.asarray(np.minimum(far, 1), np.float32)
