"""Tiles over the unknown band, and the smooth weights that join what is solved in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import UNKNOWN, Alpha, Rect, Trimap

RAMP = 24
"""Half the width in pixels over which one tile's result fades into the next one's."""
CONTEXT = 40
"""Pixels beyond the ramp that are solved for the tile's sake and thrown away."""
DEEP_SHARE = 0.15
"""Share of a band that may be too far from anything known before it is solved a second time. One
that is broken up has 0.13 at most, and a second sweep moves it by 0.0003; a solid one has 0.23."""


T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class BandTile:
    """A piece of the band.

    Attributes:
        core: the grid cell; cores don't overlap.
        support: where this tile's weight is above zero.
        outer: what is solved.
    """

    core: Rect
    support: Rect
    outer: Rect


def band_tiles(
    trimap: Trimap, *, tile: int, shift: int = 0, ramp: int = RAMP, context: int = CONTEXT
) -> list[BandTile]:
    """Tiles that cover every unknown pixel with weights that add up to one.

    Args:
        trimap: H×W uint8.
        tile: side of a core in pixels; time and memory of one solve grow with its square.
        shift: pixels by which the grid of cores is moved up and left.
        ramp: half the width over which a tile fades into the next one.
        context: pixels beyond the ramp that are solved and thrown away.
    """
    size = (trimap.shape[0], trimap.shape[1])
    whole = Rect.whole(trimap.shape)
    tiles = []
    for top in range(-shift, size[0], tile):
        for left in range(-shift, size[1], tile):
            core = Rect(top, left, top + tile, left + tile).intersected(whole)
            support = core.grown(ramp, within=size)
            if (trimap[support.slices] == UNKNOWN).any():
                tiles.append(BandTile(core, support, support.grown(context, within=size)))
    return tiles


def is_deep(trimap: Trimap, tile: BandTile) -> bool:
    """Whether much of a tile's band is further from anything known than its context reaches."""
    import cv2

    unknown = (trimap[tile.outer.slices] == UNKNOWN).astype(np.uint8)
    if unknown.all():
        return True
    far = cv2.distanceTransform(unknown, cv2.DIST_L2, 3) > CONTEXT
    return bool(np.count_nonzero(far) > DEEP_SHARE * np.count_nonzero(unknown))


def cut_edges(unknown: NDArray[np.bool_], rect: Rect, size: tuple[int, int]) -> NDArray[np.bool_]:
    """The unknown pixels of `rect` less those at its edges, which become boundary values.

    Edges that are the photograph's own stay.
    """
    height, width = size
    inner = unknown.copy()
    inner[: 2 if rect.top else 0] = False
    inner[:, : 2 if rect.left else 0] = False
    inner[rect.height - (2 if rect.bottom < height else 0) :] = False
    inner[:, rect.width - (2 if rect.right < width else 0) :] = False
    return inner


def weights(tile: BandTile, size: tuple[int, int], *, ramp: int = RAMP) -> Alpha:
    """The tile's weights over its support, float32; those of all tiles add up to one."""
    core, support = tile.core, tile.support
    rows = _fade((support.top, support.bottom), (core.top, core.bottom), size[0], ramp)
    cols = _fade((support.left, support.right), (core.left, core.right), size[1], ramp)
    return np.outer(rows, cols).astype(np.float32)


def inner_weights(rect: Rect, size: tuple[int, int], *, ramp: int = RAMP) -> Alpha:
    """Weights over `rect`, float32: 0 at its own edges, 1 from 2·`ramp` pixels inside them on.

    Edges that are the photograph's own don't fade.
    """
    core = Rect(
        rect.top + ramp if rect.top > 0 else rect.top,
        rect.left + ramp if rect.left > 0 else rect.left,
        rect.bottom - ramp if rect.bottom < size[0] else rect.bottom,
        rect.right - ramp if rect.right < size[1] else rect.right,
    )
    return weights(BandTile(core, rect, rect), size, ramp=ramp)


def _fade(
    span: tuple[int, int], core: tuple[int, int], length: int, ramp: int
) -> NDArray[np.float64]:
    """1 in the middle, a raised cosine across the core's ends that are not the photograph's."""
    (start, stop), at = core, np.arange(*span) + 0.5
    rise = np.clip((at - start + ramp) / (2 * ramp), 0, 1) if start > 0 else np.ones_like(at)
    fall = np.clip((stop + ramp - at) / (2 * ramp), 0, 1) if stop < length else np.ones_like(at)
    smooth = [0.5 - 0.5 * np.cos(np.pi * ramp) for ramp in (rise, fall)]
    return reduce(np.multiply, smooth)


def bounding_box(mask: NDArray[np.bool_]) -> Rect:
    """The smallest rectangle that holds every True pixel; empty if there is none."""
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return Rect(0, 0, 0, 0)
    return Rect(int(rows[0]), int(cols[0]), int(rows[-1]) + 1, int(cols[-1]) + 1)


def in_parallel(work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """The results of `work` in the order of `items`, a few computed at a time.

    At most one result per thread waits, so memory stays that of a few tiles. When the consumer
    stops or an item fails, nothing further is started.
    """
    threads = max(1, min(4, os.cpu_count() or 1))
    with ThreadPoolExecutor(threads) as pool:
        waiting: list[Future[R]] = []
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > threads:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()
