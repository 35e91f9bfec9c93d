"""Mattes by a network: alone, or on top of what another method found.

Source: Yu, Zhang, Zhang, Wang, Shu, Lin, Xu, Yuille, "Mask Guided Matting via Progressive
Refinement Network", CVPR 2021; the refinement of other methods' mattes is its Table 2. The
guidance never enters the result by a maximum or a sum: what is known is set afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.device import Compute, device_ladder, retry_on_memory
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Alpha,
    Image,
    Rect,
    Trimap,
    check_alpha,
)
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.matting import network_tiles as tiler
from engine.matting.coarse_map import map_factor, softened
from engine.matting.conditions import Conditions, part_of
from engine.matting.method import Method
from engine.models.loaded import LoadedNetwork, load_network

TILE = 640
"""Side of a piece's core in pixels."""
SOFT_REACH = 15
"""Pixels around a matte's soft edge that a refinement without trimap may change (the paper's
width at test)."""
SOFT = 1 / 255

_GUIDANCE = np.zeros(256, np.float32)
_GUIDANCE[UNKNOWN], _GUIDANCE[FOREGROUND] = 0.5, 1.0


@dataclass(frozen=True, eq=False)
class NetworkMethod:
    """A network alone: its guidance is the trimap, or the mask that the trimap was made from.

    Where the photograph is larger than one piece, the network looks at a small copy of all of it
    first, and what it finds is the prior of the pieces; else the prior is the guidance. A network
    that was trained with masks alone gets it as soft as those were (`coarse_map`).
    """

    network: str
    conditions: Conditions
    reach: int = tiler.REACH
    spreads: bool = False

    def solve(self, image: Image, trimap: Trimap, *, tile: int, ctx: JobContext = NOBODY) -> Alpha:
        """See `Method.solve`."""
        loading = SubContext(ctx, 0.0, 0.1)
        network = load_network(self.network, compute=self.conditions.compute, ctx=loading)
        known = _GUIDANCE[trimap]
        whole = tiler.fits_whole(image.size, tile)
        seen = None if whole else self._look(network, image, trimap)

        def compute(rect: Rect) -> Alpha:
            guidance = self._guidance(trimap[rect.slices], rect)
            guidance = _as_trained(network, guidance, image.size)
            prior = None if seen is None else kept(seen.read(rect), trimap[rect.slices])
            return _answer(network, image.rgb(rect), guidance, prior)

        return tiler.solve_band(known, trimap, compute, tile=tile, ctx=SubContext(ctx, 0.1, 1.0))

    def resolve(
        self, image: Image, trimap: Trimap, alpha: Alpha, rect: Rect, *, ctx: JobContext = NOBODY
    ) -> Alpha:
        """See `Method.resolve`."""
        network = load_network(self.network, compute=self.conditions.compute, ctx=ctx)
        whole = tiler.fits_whole(image.size, TILE)
        prior = None if whole else kept(alpha, trimap)
        guidance = _as_trained(network, self._guidance(trimap, rect), image.size)
        matte = _answer(network, image.rgb(rect), guidance, prior)
        return tiler.solve_region(alpha, trimap, rect, image.size, matte)

    def _guidance(self, trimap: Trimap, rect: Rect) -> Alpha:
        """What the network is told of `rect`; `trimap` is of `rect` only."""
        mask = self.conditions.mask
        return _GUIDANCE[trimap] if mask is None else kept(part_of(mask, rect), trimap)

    def _look(self, network: LoadedNetwork, image: Image, trimap: Trimap) -> tiler.Overview:
        def compute(rgb: NDArray[np.float32], size: tuple[int, int]) -> Alpha:
            guidance = tiler.shrunk(self._guidance(trimap, Rect.whole(trimap.shape)), size)
            return _answer(network, rgb, _as_trained(network, guidance, size), None)

        return tiler.overview(image, compute)


@dataclass(frozen=True, eq=False)
class RefinedMethod:
    """A network on top of another method: guidance is the trimap, prior the other's matte.

    A network with one plane of guidance gets the other's matte as that plane.

    Attributes:
        automatic: the other method needs no trimap; where nothing is known, its own sure values
            take the trimap's place.
    """

    base: Method
    network: str
    conditions: Conditions = field(default_factory=Conditions)
    automatic: bool = False

    @property
    def reach(self) -> int:
        """The wider one of what network and base need."""
        return max(self.base.reach, tiler.REACH)

    @property
    def spreads(self) -> bool:
        """As the base's matte does."""
        return self.base.spreads

    def solve(self, image: Image, trimap: Trimap, *, tile: int, ctx: JobContext = NOBODY) -> Alpha:
        """See `Method.solve`."""
        prior = self.base.solve(image, trimap, tile=tile, ctx=SubContext(ctx, 0.0, 0.5))
        prior, trimap = kept(prior, trimap), self._told(prior, trimap)
        ctx.progress(0.5, "Refining the matte")
        network = load_network(self.network, compute=self.conditions.compute)
        return _refined(network, image, prior, trimap, tile=tile, ctx=SubContext(ctx, 0.5, 1.0))

    def resolve(
        self, image: Image, trimap: Trimap, alpha: Alpha, rect: Rect, *, ctx: JobContext = NOBODY
    ) -> Alpha:
        """See `Method.resolve`."""
        prior = kept(self.base.resolve(image, trimap, alpha, rect, ctx=ctx), trimap)
        trimap = self._told(prior, trimap)
        ctx.check()
        network = load_network(self.network, compute=self.conditions.compute)
        matte = _answer(network, image.rgb(rect), _GUIDANCE[trimap], prior)
        return tiler.solve_region(alpha, trimap, rect, image.size, matte)

    def _told(self, prior: Alpha, trimap: Trimap) -> Trimap:
        if not self.automatic:
            return trimap
        return np.where(trimap == UNKNOWN, around_soft(prior), trimap)


def refine(
    image: Image,
    alpha: Alpha,
    trimap: Trimap | None = None,
    *,
    model: str,
    compute: Compute = Compute(),
    tile: int = TILE,
    ctx: JobContext = NOBODY,
) -> Alpha:
    """Let a network improve a matte that anything else made.

    Args:
        image: the photograph.
        alpha: its matte, H×W float32 in [0, 1].
        trimap: what is known, H×W uint8; None lets the matte change within `SOFT_REACH` pixels of
            what is neither 0 nor 1 in it.
        model: the name of a matting network's weights.
        compute: where it runs.
        tile: side of a piece's core in pixels; halved where memory runs out, saying so.
        ctx: progress and cancel, between pieces.

    Returns:
        H×W float32 in [0, 1]; exactly 0 or 1 where the trimap is known, and `alpha` itself where
        without one it may not change.

    Raises:
        UserError: if the weights are missing or fit no matting network.
        Cancelled: when asked to stop.
    """
    check_alpha(alpha, image.size)

    def attempt(side: int, device: str) -> Alpha:
        chosen = replace(compute, device=device)
        network = load_network(model, compute=chosen, ctx=SubContext(ctx, 0.0, 0.1))
        rest = SubContext(ctx, 0.1, 1.0)
        if trimap is None:
            return _refined_softly(network, image, alpha, tile=side, ctx=rest)
        return _refined(network, image, kept(alpha, trimap), trimap, tile=side, ctx=rest)

    sides = (tile, tile // 2, tile // 4)
    return retry_on_memory(attempt, tiles=sides, devices=device_ladder(compute), ctx=ctx)


def _refined(
    network: LoadedNetwork,
    image: Image,
    prior: Alpha,
    trimap: Trimap,
    *,
    tile: int,
    ctx: JobContext,
) -> Alpha:
    def compute(rect: Rect) -> Alpha:
        guidance = _GUIDANCE[trimap[rect.slices]]
        return _answer(network, image.rgb(rect), guidance, prior[rect.slices])

    return tiler.solve_band(prior, trimap, compute, tile=tile, ctx=ctx)


def _refined_softly(
    network: LoadedNetwork, image: Image, alpha: Alpha, *, tile: int, ctx: JobContext
) -> Alpha:
    def compute(rect: Rect) -> Alpha:
        part = alpha[rect.slices]
        return _answer(network, image.rgb(rect), part, part)

    return tiler.solve_band(alpha, around_soft(alpha), compute, tile=tile, ctx=ctx)


def around_soft(alpha: Alpha) -> Trimap:
    """Unknown around what is neither 0 nor 1, and where the two meet."""
    binary = (alpha > 0.5).astype(np.uint8)
    unsure = (alpha > SOFT) & (alpha < 1 - SOFT)
    unsure |= cv2.morphologyEx(binary, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * SOFT_REACH + 1,) * 2)
    near = cv2.dilate(unsure.view(np.uint8), kernel) > 0
    sure = np.where(binary > 0, np.uint8(FOREGROUND), np.uint8(BACKGROUND))
    return np.where(near, np.uint8(UNKNOWN), sure)


def kept(matte: Alpha, trimap: Trimap) -> Alpha:
    """A matte with what the trimap knows set exactly."""
    return np.where(trimap == UNKNOWN, matte, _GUIDANCE[trimap])


def _as_trained(network: LoadedNetwork, guidance: Alpha, size: tuple[int, int]) -> Alpha:
    """Guidance of (a part of) a photograph of `size` as the network knows it."""
    if not network.spec.takes_masks_alone:
        return guidance
    return softened(guidance, map_factor(size))


def _answer(
    network: LoadedNetwork, rgb: NDArray[np.float32], guidance: Alpha, prior: Alpha | None
) -> Alpha:
    """The network's matte of one piece; without a prior the guidance is the prior."""
    prior = guidance if prior is None else prior
    if network.planes == 0:
        return network.run(rgb)
    planes = (prior,) if network.planes == 1 else (guidance, prior)
    return network.run(rgb, np.stack(planes, axis=-1))
