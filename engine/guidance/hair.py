"""Where hair leaves the subject: strands outside a mask's edge that a trimap has not left open."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.proxy import EDGE_SIDE, enlarged, proxy_pixels, proxy_size, shrink
from engine.imaging.geometry import tiles
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Alpha,
    Image,
    Rgb,
    Trimap,
    to_float,
)
from engine.jobs.context import NOBODY, JobContext

REACH = 0.09
"""How far from the edge hair is looked for, as a share of the short side."""
LIKE_SUBJECT = 0.18
"""How far, from the background's colour (0) to the subject's (1), a pixel of hair lies at least."""
CLEAR = 2.2
"""How far it lies outside the background's own variation, in standard deviations."""
FINE = 1.6
"""Standard deviation, in pixels of the copy, of the blur that strands stand out from."""
STRAND = 2.5
"""How far a strand stands out, in medians of what the background's grain does."""
GROUND = 0.01
"""Variation of colour that any background has."""
DRAWN = 0.3
"""Share of a patch of hair that is strands."""
LEAST = 24
"""Pixels of the copy that a patch of hair has at least."""
ENOUGH = 5.0
"""Standard deviation in pixels with which a Gaussian is blurred well enough."""
TILE = 1024

Mask = NDArray[np.bool_]


def with_hair(trimap: Trimap, mask: Alpha, image: Image, *, ctx: JobContext = NOBODY) -> Trimap:
    """A trimap in which the hair around the subject is unknown as well.

    Hair is what hangs together with the edge, lies between the colours of both its sides rather
    than in the variation of the background, or stands out in fine lines towards the subject's
    colour. What the trimap leaves unknown stays so.

    Args:
        trimap: H×W uint8.
        mask: the mask it was made from, H×W float32 in [0, 1].
        image: the photograph.
        ctx: progress and cancel.

    Returns:
        H×W uint8; the very same trimap where there is no hair.
    """
    size = proxy_size(image.size, EDGE_SIDE)
    inside = shrink(mask, size) > 0.5
    if not inside.any() or inside.all():
        return trimap
    known = cv2.resize(trimap, (size[1], size[0]), interpolation=cv2.INTER_NEAREST)
    ctx.progress(0.1, "Looking for hair")
    hair = find_hair(to_float(proxy_pixels(image, EDGE_SIDE)), inside, open_=known == UNKNOWN)
    ctx.check()
    ctx.progress(0.7)
    return _opened(trimap, hair, ctx) if hair.any() else trimap


def find_hair(rgb: Rgb, inside: Mask, *, open_: Mask) -> Mask:
    """The region of hair around a mask.

    Args:
        rgb: h×w×3 float32.
        inside: h×w, the subject.
        open_: h×w, what is left unknown already.

    Returns:
        h×w: strands with what lies between them, and as much of the subject behind them.
    """
    reach = max(4.0, REACH * min(inside.shape))
    flat = inside.view(np.uint8)
    away = cv2.distanceTransform(1 - flat, cv2.DIST_L2, 3)
    like, strands = _hairlike(rgb, inside, away, reach=reach)
    beyond = ~open_ & (away > 0) & (away <= reach)
    held = _held((like | strands) & beyond, strands, at=inside | open_)
    if not held.any():
        return held
    radius = max(2, round(reach / 8))
    region = cv2.morphologyEx(held.view(np.uint8), cv2.MORPH_CLOSE, _disk(radius)) > 0
    region = cv2.dilate((region & (away <= reach)).view(np.uint8), _disk(2)) > 0
    depth = cv2.distanceTransform(flat, cv2.DIST_L2, 3)
    near = cv2.distanceTransform(1 - held.view(np.uint8), cv2.DIST_L2, 3)
    return region | (inside & (near <= 1.5 * radius) & (depth <= 1.5 * radius))


def _hairlike(rgb: Rgb, inside: Mask, away: Alpha, *, reach: float) -> tuple[Mask, Mask]:
    """Pixels whose colour tends to the subject's side, and those whose fine lines do."""
    subject, _ = _side(rgb, (inside & _near_edge(inside, reach)).astype(np.float32), reach / 2)
    ground, spread = _side(rgb, ((away > reach / 6) & ~inside).astype(np.float32), reach / 2)
    towards = subject - ground
    length = np.einsum("ijc,ijc->ij", towards, towards) + np.float32(1e-4)
    share = np.einsum("ijc,ijc->ij", rgb - ground, towards) / length
    clear = share * np.sqrt(length) / spread
    fine = rgb - cv2.GaussianBlur(rgb, (0, 0), FINE, borderType=cv2.BORDER_REFLECT)
    strand = np.einsum("ijc,ijc->ij", fine, towards) / np.sqrt(length)
    grain = _grain(strand, away > reach)
    coloured = (share > LIKE_SUBJECT) & (clear > CLEAR)
    return coloured, (strand > STRAND * grain) & (share > LIKE_SUBJECT / 2)


def _side(rgb: Rgb, weight: Alpha, sigma: float) -> tuple[Rgb, Alpha]:
    """Local mean of one side's colours, and how much they vary around it."""
    total = _blur(weight, sigma) + np.float32(1e-4)
    mean = _blur(rgb * weight[..., None], sigma) / total[..., None]
    square = _blur(np.einsum("ijc,ijc->ij", rgb, rgb) * weight, sigma) / total
    variance = np.maximum(square - np.einsum("ijc,ijc->ij", mean, mean), 0)
    return mean, np.sqrt(variance) + np.float32(GROUND)


def _blur(array: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """A wide Gaussian; on a smaller copy, where nothing of it is lost."""
    shape = array.shape[:2]
    factor = max(1.0, sigma / ENOUGH)
    small = shrink(array, (max(1, round(shape[0] / factor)), max(1, round(shape[1] / factor))))
    blurred = cv2.GaussianBlur(small, (0, 0), sigma / factor, borderType=cv2.BORDER_REFLECT)
    large = cv2.resize(blurred, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large)


def _grain(strand: Alpha, ground: Mask) -> float:
    """How much the background's own grain stands out."""
    found = np.abs(strand[ground]) if ground.any() else np.abs(strand)
    return float(np.median(found)) + 0.004


def _near_edge(inside: Mask, reach: float) -> Mask:
    depth = cv2.distanceTransform(inside.view(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(depth <= reach)


def _held(hairy: Mask, strands: Mask, *, at: Mask) -> Mask:
    """Patches that touch what they could hang from, have strands, and are no specks."""
    joined = cv2.morphologyEx(hairy.view(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    beside = cv2.dilate(at.view(np.uint8), _disk(2)) > 0
    touching = np.zeros(count, bool)
    touching[np.unique(labels[beside])] = True
    area = stats[:, cv2.CC_STAT_AREA]
    drawn = np.bincount(labels[strands], minlength=count)
    touching &= (area >= LEAST) & (drawn >= DRAWN * area)
    touching[0] = False
    return np.asarray(touching[labels])


def _opened(trimap: Trimap, hair: Mask, ctx: JobContext) -> Trimap:
    """The trimap with the region unknown."""
    soft = cv2.GaussianBlur(hair.astype(np.float32), (0, 0), 0.7)
    size = trimap.shape[0], trimap.shape[1]
    opened = trimap.copy()
    for rect in tiles(size, tile=TILE):
        ctx.check()
        opened[rect.slices][enlarged(soft, rect, size) > 0.4] = UNKNOWN
    for label in (BACKGROUND, FOREGROUND):  # a trimap without one of them can't be solved
        if not (opened == label).any():
            return trimap
    return opened


def _disk(radius: int) -> NDArray[np.uint8]:
    side = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
