"""How wide the unknown band should be at each place of a mask's edge."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.proxy import proxy_pixels, proxy_size, shrink
from engine.imaging.types import Alpha, Image, Rect, Rgb, to_float

MARGIN_SIDE = 1024
"""Long side in pixels of the copy on which the radius is chosen."""
WIDENINGS = (0.6, 0.8, 1.0, 1.4, 1.8, 2.2, 2.6, 3.0)
"""Multiples of the radius to choose from, least first."""
DOUBTS = (0.10, 0.18, 0.28, 0.38, 0.48, 0.58, 0.68, 0.78)
"""The doubt (`edge_doubt`) from which each widening is used; below the first, the first."""


@dataclass(frozen=True)
class BandMargin:
    """Where the widened band lies, on a small copy.

    Attributes:
        field: h×w float32, pixels (of the large image) inside the band; negative outside it.
        size: (height, width) of the large image.
        least: the narrowest radius used, in pixels of the large image.
    """

    field: NDArray[np.float32]
    size: tuple[int, int]
    least: int

    def covers(self, rect: Rect) -> NDArray[np.bool_]:
        """True where `rect` of the large image lies in the band."""
        rows, cols = self.field.shape[0] / self.size[0], self.field.shape[1] / self.size[1]
        top, left = (rect.top + 0.5) * rows - 0.5, (rect.left + 0.5) * cols - 0.5
        matrix = np.array([[cols, 0.0, left], [0.0, rows, top]])
        enlarged = cv2.warpAffine(
            self.field,
            matrix,
            (rect.width, rect.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(enlarged >= 0)


def band_margin(mask: Alpha, image: Image, *, radius: int) -> BandMargin:
    """Choose the band's width along the edge of `mask`.

    Args:
        mask: H×W float32 in [0, 1].
        image: the photograph of the same size.
        radius: the radius in pixels that is widened and narrowed.
    """
    size = proxy_size(image.size, MARGIN_SIDE)
    scale = max(image.size) / max(size)
    inside = (shrink(mask, size) > 0.5).astype(np.float32)
    doubt = edge_doubt(to_float(proxy_pixels(image, MARGIN_SIDE)), inside, radius=radius / scale)
    field = np.full(size, -np.inf, np.float32)
    edge = _edge(inside)
    doubt = _along(doubt, edge, sigma=max(1.0, radius / scale))
    for widening, least in zip(WIDENINGS, (-1.0, *DOUBTS[1:]), strict=True):
        here = edge & (doubt >= least)
        if here.any():
            distance = cv2.distanceTransform(
                np.where(here, np.uint8(0), np.uint8(1)), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
            )
            np.maximum(field, widening * radius - distance * scale, out=field)
    field = np.maximum(field, np.float32(-4 * radius))
    return BandMargin(field, image.size, max(1, round(WIDENINGS[0] * radius)))


def edge_doubt(rgb: Rgb, inside: Alpha, *, radius: float) -> Alpha:
    """How little the two sides of an edge differ, against how much each varies.

    Args:
        rgb: h×w×3 float32.
        inside: h×w float32 mask of 0 and 1.
        radius: how far from the edge to look, in pixels.

    Returns:
        h×w float32 in [0, 1]; meaningful near the edge. 0 is a crisp edge between two even
        colours; 1 is two sides that can't be told apart. It is the share of the local colour
        variance that the mask does not explain (one minus Fisher's correlation ratio).
    """
    sigma = max(1.5, 0.75 * radius)
    sides = [_moments(rgb, weight, sigma) for weight in (inside, 1.0 - inside)]
    (mean_in, spread_in), (mean_out, spread_out) = sides
    apart = 0.25 * np.square(mean_in - mean_out).sum(axis=2)
    within = 0.5 * (spread_in + spread_out) + np.float32(2e-4)
    return np.asarray(within / (within + apart), np.float32)


def _moments(rgb: Rgb, weight: Alpha, sigma: float) -> tuple[Rgb, Alpha]:
    """Local mean colour and total colour variance of the pixels that have weight."""
    total = _blur(weight, sigma) + np.float32(1e-4)
    mean = _blur(rgb * weight[..., None], sigma) / total[..., None]
    square = _blur(np.square(rgb).sum(axis=2) * weight, sigma) / total
    return mean, np.maximum(square - np.square(mean).sum(axis=2), 0.0)


def _blur(array: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(array, (0, 0), sigma, borderType=cv2.BORDER_REFLECT))


def _along(doubt: Alpha, edge: NDArray[np.bool_], *, sigma: float) -> Alpha:
    """Doubt averaged along the edge, so that the band's width changes gradually."""
    weight = edge.astype(np.float32)
    return _blur(doubt * weight, sigma) / (_blur(weight, sigma) + np.float32(1e-6))


def _edge(inside: Alpha) -> NDArray[np.bool_]:
    kernel = np.ones((3, 3), np.uint8)
    binary = inside.astype(np.uint8)
    return np.asarray(cv2.dilate(binary, kernel) != cv2.erode(binary, kernel))
