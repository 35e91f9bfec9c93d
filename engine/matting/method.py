"""What every matting method offers, and the one way in which tile solvers offer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import FOREGROUND, UNKNOWN, Alpha, Image, Rect, Rgb, Trimap
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.matting.band import (
    BandTile,
    band_tiles,
    bounding_box,
    cut_edges,
    in_parallel,
    is_deep,
    weights,
)
from engine.matting.global_start import solve_globally

WHOLE = 768 * 768
"""A band whose bounding box has at most this many pixels is solved in one piece."""

REGION_CONTEXT = 64
"""Pixels around a stroke that a band solver needs."""


class Method(Protocol):
    """A way to turn a photograph and a trimap into a matte; networks come in here too.

    Attributes:
        reach: pixels around a change in which a re-solve lets the matte follow.
        spreads: whether a change may reach further where nothing known stops it.
    """

    @property
    def reach(self) -> int: ...
    @property
    def spreads(self) -> bool: ...

    def solve(self, image: Image, trimap: Trimap, *, tile: int, ctx: JobContext = NOBODY) -> Alpha:
        """The matte of a whole photograph, H×W float32 in [0, 1]."""

    def resolve(
        self, image: Image, trimap: Trimap, alpha: Alpha, rect: Rect, *, ctx: JobContext = NOBODY
    ) -> Alpha:
        """New values for `rect`, continuous with `alpha` around it.

        Args:
            image: the photograph.
            trimap: of `rect` only.
            alpha: the present matte of `rect` only.
            rect: which part of the photograph to solve again.
            ctx: progress and cancel.
        """


class TileSolver(Protocol):
    """Solves one tile: colours, unknown pixels, boundary values with a first guess."""

    def __call__(
        self, rgb: Rgb, unknown: NDArray[np.bool_], start: Alpha, *, ctx: JobContext
    ) -> Alpha: ...


@dataclass(frozen=True)
class BandMethod:
    """A method that solves the unknown band tile by tile.

    The tiles' boundary values are the global start's, so nothing needs the whole photograph.
    """

    solve_tile: Callable[..., Alpha]
    reach: int = REGION_CONTEXT
    spreads: bool = True

    def solve(self, image: Image, trimap: Trimap, *, tile: int, ctx: JobContext = NOBODY) -> Alpha:
        """See `Method.solve`."""
        alpha = (trimap == FOREGROUND).astype(np.float32)
        box = bounding_box(trimap == UNKNOWN)
        if box.empty:
            return alpha
        box = box.grown(2, within=image.size)
        if box.height * box.width <= min(WHOLE, 2 * tile**2):
            self._solve_box(image, trimap, alpha, box, ctx)
        else:
            self._solve_tiles(image, trimap, alpha, tile, ctx)
        return alpha

    def resolve(
        self, image: Image, trimap: Trimap, alpha: Alpha, rect: Rect, *, ctx: JobContext = NOBODY
    ) -> Alpha:
        """See `Method.resolve`."""
        start = np.where(trimap == UNKNOWN, alpha, (trimap == FOREGROUND).astype(np.float32))
        unknown = cut_edges(trimap == UNKNOWN, rect, image.size)
        return self.solve_tile(image.rgb(rect), unknown, start, ctx=ctx)

    def _solve_box(
        self, image: Image, trimap: Trimap, alpha: Alpha, box: Rect, ctx: JobContext
    ) -> None:
        unknown = trimap[box.slices] == UNKNOWN
        alpha[box.slices] = self.solve_tile(image.rgb(box), unknown, alpha[box.slices], ctx=ctx)

    def _solve_tiles(
        self, image: Image, trimap: Trimap, alpha: Alpha, side: int, ctx: JobContext
    ) -> None:
        tiles = band_tiles(trimap, tile=side)
        first = solve_globally(image, trimap, tiles, ctx=SubContext(ctx, 0.0, 0.2))
        self._sweep(image, trimap, alpha, tiles, first.read, SubContext(ctx, 0.2, 0.6))
        # Again where the band is wide, on a grid moved by half a tile: what was far from anything
        # known, at a tile's edge, is in a tile's middle now.
        moved = band_tiles(trimap, tile=side, shift=side // 2)
        deep = [tile for tile in moved if is_deep(trimap, tile)]
        if deep:
            found = alpha.copy()
            self._sweep(
                image, trimap, alpha, deep, lambda rect: found[rect.slices], SubContext(ctx, 0.6, 1)
            )

    def _sweep(
        self,
        image: Image,
        trimap: Trimap,
        alpha: Alpha,
        tiles: list[BandTile],
        start: Callable[[Rect], Alpha],
        ctx: JobContext,
    ) -> None:
        """Solve every tile from `start`, and blend from what `alpha` was to what came out."""

        def change(tile: BandTile) -> Alpha:
            ctx.check()
            unknown = cut_edges(trimap[tile.outer.slices] == UNKNOWN, tile.outer, image.size)
            matte = self.solve_tile(image.rgb(tile.outer), unknown, start(tile.outer), ctx=ctx)
            inner = tile.support.moved(-tile.outer.top, -tile.outer.left)
            apart = matte[inner.slices] - before[tile.support.slices]
            return np.where(trimap[tile.support.slices] == UNKNOWN, apart, np.float32(0))

        before = alpha.copy()
        for done, (tile, apart) in enumerate(zip(tiles, in_parallel(change, tiles), strict=True)):
            alpha[tile.support.slices] += apart * weights(tile, image.size)
            ctx.progress((done + 1) / len(tiles))
        np.clip(alpha, 0.0, 1.0, out=alpha)
