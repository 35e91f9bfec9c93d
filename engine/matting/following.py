"""How far the matte follows a stroke: as far as it changes, within what can be solved at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import UNKNOWN, Alpha, Rect, Trimap

LARGEST = 1024 * 1024
"""Pixels of a part that is solved while somebody paints; beyond it the change fades out."""
GROWTH = 3
"""How many times as far the next part reaches."""
RING = 8, 24
"""Where the change is looked at, in pixels from the rim, whose values are held."""
STILL = 0.02
"""A change of the matte that is none: of all but a hundredth of the ring."""


def followed(
    solve: Callable[[Rect], tuple[Alpha, Alpha]], changed: Rect, trimap: Trimap, *, reach: int
) -> tuple[Rect, Alpha]:
    """Solve around a change, further out for as long as the matte still moves near the rim.

    Args:
        solve: of a rectangle, the matte as it was and as it is now; the rim keeps its values.
        changed: what was painted.
        trimap: H×W uint8 of the whole photograph.
        reach: pixels around it to begin with.

    Returns:
        The rectangle that was solved, and its new values; continuous with the rest.
    """
    size = trimap.shape[0], trimap.shape[1]
    while True:
        rect = changed.grown(reach, within=size)
        before, after = solve(rect)
        unknown = trimap[rect.slices] == UNKNOWN
        inward = _inward(rect, size)
        ring = unknown & (inward >= RING[0]) & (inward < RING[1])
        moved = np.abs(after[ring] - before[ring])
        if moved.size == 0 or np.quantile(moved, 0.99) <= STILL:
            return rect, after
        wider = changed.grown(GROWTH * reach, within=size)
        if wider.height * wider.width > LARGEST:
            share = np.minimum(inward / np.float32(reach), np.float32(1))
            return rect, np.where(unknown, before + (after - before) * share, after)
        reach *= GROWTH


def _inward(rect: Rect, size: tuple[int, int]) -> NDArray[np.float32]:
    """How many pixels each pixel lies from the rim; the photograph's own edges are none."""
    rows = _from_ends(rect.height, rect.top > 0, rect.bottom < size[0])
    cols = _from_ends(rect.width, rect.left > 0, rect.right < size[1])
    return np.minimum(rows[:, None], cols[None, :])


def _from_ends(count: int, first: bool, last: bool) -> NDArray[np.float32]:
    place = np.arange(count, dtype=np.float32)
    far = np.full(count, np.inf, np.float32)
    return np.minimum(place if first else far, place[::-1] if last else far)
