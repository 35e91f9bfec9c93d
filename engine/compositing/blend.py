"""Putting a subject on a background."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError
from engine.imaging.color import linear_to_srgb, srgb_to_linear
from engine.imaging.geometry import strips
from engine.imaging.types import Alpha, Pixels, Rgb, check_alpha, check_pixels, from_float, to_float

ROWS = 128
"""Rows blended at a time."""


def composite(
    foreground: Pixels, alpha: Alpha, background: Pixels, *, linear_light: bool = False
) -> Pixels:
    """Blend a foreground over a background: αF + (1 − α)B.

    Args:
        foreground: H×W×3, straight (not premultiplied), sRGB-encoded, any depth.
        alpha: H×W float32 in [0, 1].
        background: H×W×3, sRGB-encoded, any depth.
        linear_light: blend light instead of encoded values. The matting equation was solved on
            encoded values, so only without it a cut over its own background is the photograph.

    Returns:
        A fresh H×W×3 array with the foreground's dtype.
    """
    check_pixels(foreground)
    check_pixels(background)
    size = foreground.shape[0], foreground.shape[1]
    check_alpha(alpha, size)
    if background.shape != foreground.shape:
        raise BugError(f"background {background.shape} under foreground {foreground.shape}")
    blend = _blend_lin if linear_light else _blend
    out = np.empty_like(foreground)
    for strip in strips(size, rows=ROWS):
        rows = strip.slices
        blended = blend(foreground[rows], alpha[rows][..., None], background[rows])
        out[rows] = from_float(blended, out.dtype)
    return out


def _blend(foreground: Pixels, share: NDArray[np.float32], background: Pixels) -> Rgb:
    under, over = _float(background), _float(foreground)
    over -= under
    over *= share
    over += under
    return over


def _blend_lin(foreground: Pixels, share: NDArray[np.float32], background: Pixels) -> Rgb:
    under, over = _linear(background), _linear(foreground)
    blended = linear_to_srgb(under + share * (over - under))
    # what is fully one or the other has no need to go through the curve and back
    blended = np.where(share >= 1, _float(foreground), blended)
    return np.where(share <= 0, _float(background), blended)


def _float(pixels: Pixels) -> Rgb:
    """As float32; highlights of float images stay."""
    return pixels.astype(np.float32) if pixels.dtype == np.float32 else to_float(pixels)


def _linear(pixels: Pixels) -> Rgb:
    """As linear light; integer samples through a table of all they can be."""
    if pixels.dtype == np.float32:
        return srgb_to_linear(pixels)
    return _curve(pixels.dtype)[pixels]


_CURVES: dict[Any, NDArray[np.float32]] = {}


def _curve(dtype: np.dtype[Any]) -> NDArray[np.float32]:
    if dtype not in _CURVES:
        values = np.arange(np.iinfo(dtype).max + 1, dtype=dtype)
        _CURVES[dtype] = srgb_to_linear(to_float(values))
    return _CURVES[dtype]
