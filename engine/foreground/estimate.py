"""Foreground colours for a matte: the background's light taken out of the edge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError
from engine.foreground import blur_fusion, closed_form, multilevel, network
from engine.imaging.types import (
    Alpha,
    Image,
    Pixels,
    Rect,
    Rgb,
    check_alpha,
    from_float,
    to_float,
)
from engine.jobs.context import NOBODY, JobContext

TileSolver = Callable[[Rect], Rgb]
"""Foreground colours, h×w×3 float32, of a rectangle of the photograph it was prepared for."""
Prepare = Callable[[Pixels, Alpha, JobContext], TileSolver]


@dataclass(frozen=True)
class ForegroundMethodSpec:
    """A row of the table of estimators.

    Attributes:
        title: for people.
        prepare: looks at the whole picture once and returns what solves its tiles.
        by_network: a network paints; who asks for it hands one over.
    """

    title: str
    prepare: Prepare
    by_network: bool = False


FOREGROUND_METHODS: dict[str, ForegroundMethodSpec] = {
    "multilevel": ForegroundMethodSpec("Multi-level", multilevel.prepare),
    "closed_form": ForegroundMethodSpec("Closed form", closed_form.prepare),
    "blur_fusion": ForegroundMethodSpec("Blur fusion", blur_fusion.prepare),
    "network": ForegroundMethodSpec("Network", network.prepare, by_network=True),
}

TILE = 512
SEAM = 32
"""Pixels over which a tile fades in over the one before it."""
EXTEND = 16
"""How far the foreground's colours reach beyond the matte, so that resampling makes no rim."""
THREADS = 2
_DEPTHS: dict[int | None, type | None] = {None: None, 8: np.uint8, 16: np.uint16, 32: np.float32}


def estimate_foreground(
    image: Image,
    alpha: Alpha,
    *,
    method: str = "multilevel",
    amount: float = 1.0,
    bits: int | None = None,
    painter: network.Painter | None = None,
    ctx: JobContext = NOBODY,
) -> Pixels:
    """Estimate the subject's own colours (decontamination).

    Args:
        image: the photograph.
        alpha: its matte, H×W float32 in [0, 1].
        method: a name of `FOREGROUND_METHODS`.
        amount: 0 keeps the photograph's colours, 1 decontaminates fully.
        bits: 8, 16 or 32 (float) bits a channel; None keeps the photograph's depth.
        painter: the network of a method that needs one.
        ctx: progress and cancel.

    Returns:
        A fresh H×W×3 array, straight (not premultiplied), sRGB-encoded. It is the photograph
        where alpha is 1 and further than `EXTEND` pixels from the matte.
    """
    check_alpha(alpha, image.size)
    if method not in FOREGROUND_METHODS or bits not in _DEPTHS:
        raise BugError(f"no foreground method {method!r} with {bits} bits")
    out = _copied(image.pixels, _DEPTHS[bits] or image.pixels.dtype)
    tiles = list(_tiles_with_edge(alpha)) if amount > 0 else []
    if not tiles:
        return out
    ctx.progress(0.0, "Estimating the foreground")
    prepare = FOREGROUND_METHODS[method].prepare
    prepare = prepare if painter is None else network.prepare_with(painter)
    solve = prepare(image.pixels, alpha, ctx)
    with ThreadPoolExecutor(THREADS) as pool:
        solved = _in_order(pool, solve, [tile.rect for tile in tiles])
        for done, (tile, colours) in enumerate(zip(tiles, solved, strict=True)):
            ctx.check()
            _paste(out, image.pixels, alpha, tile, colours, amount)
            ctx.progress((done + 1) / len(tiles))
    return out


@dataclass(frozen=True)
class _Tile:
    """A core tile, grown by `SEAM` towards the neighbours it has to fade over."""

    rect: Rect
    fade_top: bool
    fade_left: bool


def _tiles_with_edge(alpha: Alpha) -> Iterator[_Tile]:
    """The tiles in which some pixel's colour will change, row by row."""
    size = alpha.shape[0], alpha.shape[1]
    above: set[int] = set()
    for top in range(0, size[0], TILE):
        here: set[int] = set()
        for left in range(0, size[1], TILE):
            core = Rect(top, left, min(top + TILE, size[0]), min(left + TILE, size[1]))
            if not _has_edge(alpha, core):
                continue
            here.add(left)
            yield _faded(core, left in above, left - TILE in here)
        above = here


def _faded(core: Rect, fade_top: bool, fade_left: bool) -> _Tile:
    top = core.top - SEAM if fade_top else core.top
    left = core.left - SEAM if fade_left else core.left
    return _Tile(core._replace(top=top, left=left), fade_top, fade_left)


def _has_edge(alpha: Alpha, core: Rect) -> bool:
    around = core.grown(EXTEND, within=(alpha.shape[0], alpha.shape[1]))
    return bool((alpha[core.slices] < 1).any()) and bool((alpha[around.slices] > 0).any())


def _in_order(pool: ThreadPoolExecutor, solve: TileSolver, rects: list[Rect]) -> Iterator[Rgb]:
    """Solve rectangles, a few ahead of the one that is asked for."""
    ahead = 2 * THREADS
    waiting = [pool.submit(solve, rect) for rect in rects[:ahead]]
    try:
        for index in range(len(rects)):
            yield waiting.pop(0).result()
            if index + ahead < len(rects):
                waiting.append(pool.submit(solve, rects[index + ahead]))
    finally:
        for future in waiting:
            future.cancel()


def _paste(
    out: Pixels, pixels: Pixels, alpha: Alpha, tile: _Tile, colours: Rgb, amount: float
) -> None:
    """Write a tile's colours where the matte is not 1 and near enough."""
    changed = _changed(alpha, tile.rect)
    target = out[tile.rect.slices]
    if amount < 1:
        own = to_float(pixels[tile.rect.slices])
        colours = own + np.float32(amount) * (colours - own)
    if tile.fade_top or tile.fade_left:
        before = to_float(target)
        colours = before + _fade(tile)[..., None] * (colours - before)
    target[changed] = from_float(colours[changed], out.dtype)


def _changed(alpha: Alpha, rect: Rect) -> NDArray[np.bool_]:
    around = rect.grown(EXTEND, within=(alpha.shape[0], alpha.shape[1]))
    visible = (alpha[around.slices] > 0).view(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * EXTEND + 1, 2 * EXTEND + 1))
    inner = rect.moved(-around.top, -around.left)
    return np.asarray((cv2.dilate(visible, kernel)[inner.slices] > 0) & (alpha[rect.slices] < 1))


def _fade(tile: _Tile) -> NDArray[np.float32]:
    """Weights of a tile, rising from 0 to 1 over the seams at its top and left."""
    rows = np.ones(tile.rect.height, np.float32)
    cols = np.ones(tile.rect.width, np.float32)
    ramp = (np.arange(SEAM, dtype=np.float32) + 0.5) / SEAM
    if tile.fade_top:
        rows[:SEAM] = ramp
    if tile.fade_left:
        cols[:SEAM] = ramp
    return rows[:, None] * cols[None, :]


def _copied(pixels: Pixels, dtype: Any) -> Pixels:
    """The photograph at another depth, strip by strip."""
    if pixels.dtype == dtype:
        return pixels.copy()
    out = np.empty(pixels.shape, dtype)
    for top in range(0, len(out), TILE):
        out[top : top + TILE] = from_float(to_float(pixels[top : top + TILE]), dtype)
    return out
