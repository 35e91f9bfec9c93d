"""Networks over a photograph of any size: piece by piece, where the band is, without seams.

A photograph that fits into one piece is computed in one. Of a larger one only the pieces that hold
something unknown are, each with its surroundings, and they fade into each other over 2·`RAMP`
pixels with weights that add up to one. What a network needs to know of the whole (where the
subject is) comes from an `Overview`, a matte of the whole photograph at low resolution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.guidance.proxy import enlarged, proxy_pixels, proxy_size, shrink
from engine.imaging.types import UNKNOWN, Alpha, Image, Rect, Trimap, to_float
from engine.jobs.context import JobContext
from engine.matting.band import BandTile, band_tiles, bounding_box, inner_weights, weights

RAMP = 32
"""Half the width in pixels over which one piece fades into the next one."""
CONTEXT = 64
"""Pixels around what is wanted that a network sees besides; what it answers there is dropped."""
GRID = 32
"""Pieces begin at multiples of this, which networks' size multiples divide: a strided network sees
the same grid in each and in the whole, and their answers lie half as far apart."""
REACH = 2 * RAMP + CONTEXT
"""Pixels around a stroke that are computed again."""
OVERVIEW_SIDE = 512
"""Long side in pixels of the copy on which the whole photograph is looked at."""

Compute = Callable[[Rect], Alpha]
"""A network's matte of a rectangle of the photograph."""


@dataclass(frozen=True, eq=False)
class Overview:
    """A matte of a whole photograph at low resolution.

    Attributes:
        matte: h×w float32.
        size: (height, width) of the photograph.
    """

    matte: Alpha
    size: tuple[int, int]

    def read(self, rect: Rect) -> Alpha:
        """The matte of a rectangle of the photograph, interpolated."""
        return enlarged(self.matte, rect, self.size)


def fits_whole(size: tuple[int, int], tile: int) -> bool:
    """Whether a photograph of `size` is computed in one piece."""
    return size[0] * size[1] <= (tile + 2 * (RAMP + CONTEXT)) ** 2


def overview(
    image: Image, compute: Callable[[NDArray[np.float32], tuple[int, int]], Alpha]
) -> Overview:
    """Look at the whole photograph at once.

    Args:
        image: the photograph.
        compute: the matte of a small copy, from its colours (h×w×3 float32) and size.
    """
    small = to_float(proxy_pixels(image, OVERVIEW_SIDE))
    return Overview(compute(small, (small.shape[0], small.shape[1])), image.size)


def overview_size(size: tuple[int, int]) -> tuple[int, int]:
    """(height, width) of the copy that `overview` looks at."""
    return proxy_size(size, OVERVIEW_SIDE)


def shrunk(plane: NDArray[np.float32], size: tuple[int, int]) -> Alpha:
    """A plane averaged down to `size`."""
    return np.asarray(shrink(plane, size), np.float32)


def solve_band(
    alpha: Alpha, trimap: Trimap, compute: Compute, *, tile: int, ctx: JobContext
) -> Alpha:
    """Replace a matte where the trimap is unknown by what a network says.

    Args:
        alpha: H×W float32, left as it is; the answer where the trimap is known.
        trimap: H×W uint8.
        compute: the network's matte of a rectangle; called once for each piece.
        tile: side of a piece's core in pixels; time and memory of one piece grow with its square.
        ctx: progress and cancel, between pieces.

    Returns:
        A new H×W float32.
    """
    size = trimap.shape[0], trimap.shape[1]
    if fits_whole(size, tile):
        ctx.check()
        return np.where(trimap == UNKNOWN, compute(Rect.whole(size)), alpha)
    out = np.where(trimap == UNKNOWN, np.float32(0), alpha)
    tiles = band_tiles(trimap, tile=tile, ramp=RAMP, context=CONTEXT)
    for done, piece in enumerate(tiles):
        ctx.check()
        _add(out, trimap, piece, compute)
        ctx.progress((done + 1) / len(tiles))
    return out


def solve_region(
    alpha: Alpha, trimap: Trimap, rect: Rect, size: tuple[int, int], matte: Alpha
) -> Alpha:
    """Fade a network's new matte of a rectangle into the one that was there.

    Args:
        alpha: of `rect`, as it was.
        trimap: of `rect`.
        rect: what was computed again.
        size: (height, width) of the photograph.
        matte: of `rect`, as the network says now.

    Returns:
        `matte` in the middle, `alpha` at the edges, and also where the trimap is known.
    """
    share = inner_weights(rect, size, ramp=RAMP)
    return np.where(trimap == UNKNOWN, alpha + share * (matte - alpha), alpha)


def _add(out: Alpha, trimap: Trimap, piece: BandTile, compute: Compute) -> None:
    """Add a piece's share of the matte where it is unknown."""
    support = piece.support
    unknown = trimap[support.slices] == UNKNOWN
    # A thin band leaves most of a piece empty.
    box = bounding_box(unknown).moved(support.top, support.left)
    seen = _on_grid(box.grown(CONTEXT, within=(trimap.shape[0], trimap.shape[1])))
    matte = compute(seen)[box.moved(-seen.top, -seen.left).slices]
    inner = box.moved(-support.top, -support.left).slices
    share = weights(piece, (trimap.shape[0], trimap.shape[1]), ramp=RAMP)[inner]
    out[box.slices] += np.where(unknown[inner], share * matte, np.float32(0))


def _on_grid(rect: Rect) -> Rect:
    """A rectangle enlarged up and left until it begins at multiples of `GRID`."""
    return Rect(rect.top // GRID * GRID, rect.left // GRID * GRID, rect.bottom, rect.right)
