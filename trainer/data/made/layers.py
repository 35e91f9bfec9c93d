"""Premultiplied layers: put one over the other, blur them, and take a subject out of them.

Whatever happens to a layer happens to colour and alpha alike, so both stay exact.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.data.made.noise import F32, noise, smoothstep
from trainer.data.sample import Pixels8

Rgba = NDArray[np.float32]
"""H×W×4 float32, colours premultiplied, alpha last, all in [0, 1]."""


def blank(size: tuple[int, int]) -> Rgba:
    """A layer with nothing on it."""
    return np.zeros((*size, 4), np.float32)


def painted(colour: F32, alpha: F32) -> Rgba:
    """A layer of straight H×W×3 colours under H×W coverage."""
    return np.dstack([colour * alpha[..., None], alpha]).astype(np.float32)


def over(top: Rgba, bottom: Rgba) -> Rgba:
    """`top` over `bottom`; Porter and Duff 1984."""
    return top + bottom * (1 - top[..., 3:])


def defocus(layer: Rgba, sigma: float) -> Rgba:
    """Blur as a lens does, `sigma` in pixels; what lies outside continues the border."""
    if sigma < 0.15:
        return layer
    return cv2.GaussianBlur(layer, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


def lens_blur(layer: Rgba, radius: float) -> Rgba:
    """Blur with a round aperture, `radius` in pixels."""
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    kernel = np.clip(radius + 0.5 - np.hypot(y, x), 0, 1)
    return cv2.filter2D(layer, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def motion_blur(layer: Rgba, length: float, angle: float) -> Rgba:
    """Smear along a line of `length` pixels at `angle` radians."""
    reach = int(np.ceil(length / 2)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    along = np.abs(x * np.cos(angle) + y * np.sin(angle))
    aside = np.abs(y * np.cos(angle) - x * np.sin(angle))
    kernel = np.clip(length / 2 + 0.5 - along, 0, 1) * np.clip(1 - aside, 0, 1)
    return cv2.filter2D(layer, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def partly(
    layer: Rgba, blur: Callable[[Rgba, float], Rgba], amount: float, rng: np.random.Generator
) -> Rgba:
    """Blurred by nothing in some places and up to `amount` in others, as with depth of field.

    Args:
        layer: what is blurred.
        blur: such as `defocus`; called with a layer and an amount.
        amount: the most.
        rng: where the places come from.
    """
    size = (layer.shape[0], layer.shape[1])
    # Steps between are needed: sharp mixed with very blurred is a halo, not a softer edge.
    steps = [layer] + [blur(layer, amount * share) for share in (0.25, 0.5, 0.75, 1.0)]
    where = smoothstep(-0.8, 1.0, noise(size, rng, cell=max(size) / 2)) * (len(steps) - 1)
    out = np.zeros_like(layer)
    for k, step in enumerate(steps):
        out += step * np.clip(1 - np.abs(where - k), 0, 1)[..., None]
    return out


def straight(layer: Rgba) -> tuple[Pixels8, F32]:
    """Straight colours and alpha of a layer; colours go on smoothly where there is none.

    Returns:
        H×W×3 uint8 and H×W float32; alpha is snapped to 0 and 1 within 1/500.
    """
    alpha = np.clip(layer[..., 3], 0, 1)
    alpha = np.where(alpha < 0.002, 0, np.where(alpha > 0.998, 1, alpha)).astype(np.float32)
    spread = _spread(layer)
    weight = layer[..., 3:]
    # A pixel with next to nothing on it takes some of its surroundings' colour.
    trust = 1e-3
    colour = (layer[..., :3] + trust * spread) / (weight + trust)
    return np.clip(np.rint(colour * 255), 0, 255).astype(np.uint8), alpha


def _spread(layer: Rgba) -> F32:
    """Colours continued from where there is something to everywhere, coarse to fine."""
    if min(layer.shape[:2]) == 1:
        total = layer.sum(axis=(0, 1))
        mean = total[:3] / max(float(total[3]), 1e-6)
        return np.broadcast_to(mean, (*layer.shape[:2], 3)).astype(np.float32)
    half = ((layer.shape[1] + 1) // 2, (layer.shape[0] + 1) // 2)
    coarse = _spread(cv2.resize(layer, half, interpolation=cv2.INTER_AREA))
    size = (layer.shape[1], layer.shape[0])
    below = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
    return layer[..., :3] + (1 - layer[..., 3:]) * below
