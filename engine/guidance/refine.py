"""A mask found on a small copy, made to follow the photograph's edges."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.proxy import EDGE_SIDE, enlarge, proxy_pixels
from engine.imaging.types import Alpha, Image, Rgb, to_float

EPSILON = 1e-4
"""Regularisation of the guided filter, in squared units of colour."""


def refine_mask(image: Image, mask: Alpha) -> Alpha:
    """Bring a small binary mask to the photograph's size, its edge pulled to the picture's.

    Args:
        image: the photograph.
        mask: h×w float32 mask of 0 and 1 of a smaller copy.

    Returns:
        H×W float32 mask of 0 and 1 at the photograph's size.
    """
    pixels = proxy_pixels(image, EDGE_SIDE)
    size = pixels.shape[0], pixels.shape[1]
    radius = max(2, round(2.0 * max(size) / max(mask.shape)))
    soft = _enlarged(mask, size)
    guided = guided_filter(to_float(pixels), soft, radius=radius)
    reach = cv2.dilate(np.where((soft > 0) & (soft < 1), np.uint8(1), np.uint8(0)), _disk(radius))
    return enlarge(np.where(reach > 0, guided, soft), image.size)


def guided_filter(guide: Rgb, mask: Alpha, *, radius: int, epsilon: float = EPSILON) -> Alpha:
    """Smooth a mask where the picture is smooth and keep it sharp where the picture has edges.

    Args:
        guide: H×W×3 float32 RGB.
        mask: H×W float32.
        radius: half the window's side in pixels.
        epsilon: how much contrast counts as an edge.

    Returns:
        H×W float32 in [0, 1].

    Source:
        He, Sun, Tang, "Guided Image Filtering", 2013, eq. 19–21 (colour guide).
    """
    mean_i, mean_p = _box(guide, radius), _box(mask, radius)
    covariance = _box(guide * mask[..., None], radius) - mean_i * mean_p[..., None]
    slope = _solve(_spread(guide, mean_i, radius, epsilon), covariance)
    offset = mean_p - np.einsum("ijc,ijc->ij", slope, mean_i)
    result = np.einsum("ijc,ijc->ij", _box(slope, radius), guide) + _box(offset, radius)
    return np.asarray(np.clip(result, 0.0, 1.0), np.float32)


def _spread(guide: Rgb, mean: Rgb, radius: int, epsilon: float) -> list[Alpha]:
    """The windows' colour covariances: rr, rg, rb, gg, gb, bb."""
    pairs = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    products = [_box(guide[..., i] * guide[..., j], radius) for i, j in pairs]
    return [
        p - mean[..., i] * mean[..., j] + np.float32(epsilon * (i == j))
        for p, (i, j) in zip(products, pairs, strict=True)
    ]


def _solve(spread: list[Alpha], right: Rgb) -> Rgb:
    """Solve the symmetric 3×3 system of every pixel by its adjugate."""
    rr, rg, rb, gg, gb, bb = spread
    a, b, c = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    d, e, f = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    determinant = rr * a + rg * b + rb * c
    r, g, bl = right[..., 0], right[..., 1], right[..., 2]
    columns = (a * r + b * g + c * bl, b * r + d * g + e * bl, c * r + e * g + f * bl)
    return np.stack(columns, axis=-1) / determinant[..., None]


def _enlarged(mask: Alpha, size: tuple[int, int]) -> Alpha:
    """The mask at `size` with a ramp about one small pixel wide along its edge."""
    smooth = cv2.GaussianBlur(mask, (0, 0), 0.7, borderType=cv2.BORDER_REPLICATE)
    smooth = np.clip((smooth - 0.02) / 0.96, 0.0, 1.0)
    return np.asarray(cv2.resize(smooth, (size[1], size[0]), interpolation=cv2.INTER_LINEAR))


def _box(array: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    side = 2 * radius + 1
    return np.asarray(cv2.blur(array, (side, side), borderType=cv2.BORDER_REFLECT))


def _disk(radius: int) -> NDArray[np.uint8]:
    side = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
