"""How far a stroke grows by itself: along its own colours, up to the picture's edges."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.growth_kernels import spread
from engine.guidance.proxy import proxy_size, shrink
from engine.imaging.types import Alpha, Pixels, to_float

SIDE = 224
"""Long side in pixels of the copy on which a stroke grows."""
COLOURS = 5
"""Colours that stand for what the stroke went over."""
SAMPLES = 1000
ROUNDS = 5
"""Sweeps down and up at most; each turns round one more corner."""
FEW = 2 * COLOURS
"""With fewer pixels than this below a stroke, their mean stands for all."""
JUMP = 4.0
"""Pixels of even ground by which the price rises at an edge that stops a stroke."""
UNLIKE = 0.25
"""Cost of a pixel whose colour is twice the tolerance away from the stroke's."""
EDGE = 0.6
"""Cost of a difference of one tolerance between neighbours."""


@dataclass(frozen=True)
class Growth:
    """What a stroke grew to.

    Attributes:
        inside: H×W bool, the seeds among it.
        rim: H×W bool, the outline of `inside` where an edge of the picture stopped it.
    """

    inside: NDArray[np.bool_]
    rim: NDArray[np.bool_]


def grow(
    pixels: Pixels,
    seeds: NDArray[np.bool_],
    *,
    reach: float,
    tolerance: float,
    barred: NDArray[np.bool_] | None = None,
) -> Growth:
    """Grow seeds over what looks like them, along the picture's edges.

    The way to a pixel costs more where colours change and where they are unlike those under the
    seeds; what can be reached for the price of `reach` pixels of even ground belongs to it.

    Args:
        pixels: H×W×3 in the photograph's own depth.
        seeds: H×W bool, what was painted.
        reach: pixels that even ground is grown over.
        tolerance: difference of colour, in units of CIE L*a*b*, that still counts as alike.
        barred: H×W bool, never grown over.
    """
    if not seeds.any():
        return Growth(seeds.copy(), np.zeros_like(seeds))
    size = proxy_size((seeds.shape[0], seeds.shape[1]), SIDE)
    scale = max(seeds.shape) / max(size)
    small = shrink(seeds.astype(np.float32), size) >= 0.5
    if not small.any():  # a thin line
        small = shrink(seeds.astype(np.float32), size) > 0
    held = np.zeros(size, bool)
    if barred is not None:
        held = (shrink(barred.astype(np.float32), size) > 0.5) & ~small
    distance = _distance(_lab(pixels, size), small, held, reach=reach / scale, tolerance=tolerance)
    return _grown(distance, small, seeds, barred, step=scale / reach)


def _lab(pixels: Pixels, size: tuple[int, int]) -> NDArray[np.float32]:
    rgb = to_float(shrink(np.ascontiguousarray(pixels), size))
    smooth = cv2.GaussianBlur(rgb, (0, 0), 0.7, borderType=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(cv2.cvtColor(smooth, cv2.COLOR_RGB2Lab))


def _distance(
    lab: NDArray[np.float32],
    seeds: NDArray[np.bool_],
    barred: NDArray[np.bool_],
    *,
    reach: float,
    tolerance: float,
) -> Alpha:
    """The price of every pixel; 1 is as far as it grows."""
    colours = lab[seeds]
    centres, spreads = _palette(colours)
    unlike = _unlike(lab, centres, tolerance + spreads)
    noise = _noise(lab, seeds)
    distance = np.where(seeds, np.float32(0), np.float32(np.inf))
    step = np.float32(1.0 / max(reach, 1.0))
    for _ in range(ROUNDS):
        if not spread(
            lab, unlike, distance, barred, step, np.float32(EDGE / tolerance), np.float32(noise)
        ):
            break
    return distance


def _palette(colours: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Colours (n×3) that stand for all of them, and how far each one's own lie from it."""
    chosen = colours[:: max(1, len(colours) // SAMPLES)]
    if len(chosen) < FEW:
        return chosen.mean(axis=0, keepdims=True), np.zeros(1, np.float32)
    number = COLOURS
    ranks = np.argsort(np.argsort(chosen[:, 0], kind="stable"), kind="stable")
    start = (ranks * number // len(chosen)).astype(np.int32).reshape(-1, 1)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 0.5)
    how = cv2.KMEANS_USE_INITIAL_LABELS
    _, labels, centres = cv2.kmeans(np.ascontiguousarray(chosen), number, start, stop, 1, how)
    owner = labels.ravel()
    away = np.linalg.norm(chosen - centres[owner], axis=1)
    count = np.maximum(np.bincount(owner, minlength=number), 1)
    mean = np.bincount(owner, weights=away, minlength=number) / count
    return centres.astype(np.float32), mean.astype(np.float32)


def _unlike(
    lab: NDArray[np.float32], centres: NDArray[np.float32], tolerances: NDArray[np.float32]
) -> Alpha:
    """The price of entering each pixel for its colour alone."""
    nearest = np.full(lab.shape[:2], np.inf, np.float32)
    for centre, tolerance in zip(centres, tolerances, strict=True):
        apart = lab - centre
        away = np.einsum("ijc,ijc->ij", apart, apart)
        np.minimum(nearest, away / tolerance**2, out=nearest)
    return np.asarray(UNLIKE * np.square(np.maximum(np.sqrt(nearest) - 1, 0)), np.float32)


def _noise(lab: NDArray[np.float32], seeds: NDArray[np.bool_]) -> float:
    """The usual difference between neighbours below the stroke."""
    both = seeds[:, 1:] & seeds[:, :-1]
    if not both.any():
        return 0.0
    differences = np.linalg.norm(lab[:, 1:] - lab[:, :-1], axis=2)[both]
    return float(np.median(differences))


def _grown(
    distance: Alpha,
    small: NDArray[np.bool_],
    seeds: NDArray[np.bool_],
    barred: NDArray[np.bool_] | None,
    *,
    step: float,
) -> Growth:
    """The region at full size, with its rim; `step` is what a pixel of even ground costs."""
    scale = max(seeds.shape) / max(small.shape)
    kernel = np.ones((3, 3), np.uint8)
    near = (distance <= 1.0).view(np.uint8)
    near = cv2.morphologyEx(near, cv2.MORPH_CLOSE, kernel)
    near = cv2.morphologyEx(near, cv2.MORPH_OPEN, kernel) | small.view(np.uint8)
    shape = (seeds.shape[1], seeds.shape[0])
    large = cv2.resize(near.astype(np.float32), shape, interpolation=cv2.INTER_LINEAR)
    inside = (cv2.GaussianBlur(large, (0, 0), max(0.5, scale / 2)) > 0.5) | seeds
    if barred is not None:
        inside &= ~barred | seeds
    stops = np.isfinite(distance) & (distance > 1.0 + JUMP * step)
    edge = cv2.dilate(near, kernel) & cv2.dilate(stops.view(np.uint8), kernel)
    edge = cv2.resize(cv2.dilate(edge, kernel), shape, interpolation=cv2.INTER_NEAREST)
    return Growth(inside, _along(inside, width=max(2.0, 1.5 * scale)) & (edge > 0) & ~seeds)


def _along(inside: NDArray[np.bool_], *, width: float) -> NDArray[np.bool_]:
    """Pixels on both sides of the outline, this far from it."""
    flat = inside.view(np.uint8)
    if not flat.any() or flat.all():
        return np.zeros_like(inside)
    depth = cv2.distanceTransform(np.pad(flat, 1, mode="edge"), cv2.DIST_L2, 3)[1:-1, 1:-1]
    outside = cv2.distanceTransform(1 - flat, cv2.DIST_L2, 3)
    return np.asarray(np.where(inside, depth <= width, outside <= width))
