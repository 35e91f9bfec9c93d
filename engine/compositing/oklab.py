"""Oklab: lightness and two opponent colours, as evenly spaced as people see them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_FROM_CONES = np.linalg.inv(_TO_CONES.astype(np.float64)).astype(np.float32)
_FROM_LAB = np.linalg.inv(_TO_LAB.astype(np.float64)).astype(np.float32)


def oklab_from_linear(rgb_lin: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear sRGB as Oklab.

    Args:
        rgb_lin: H×W×3 float32, 1 is white.

    Returns:
        A fresh H×W×3 float32 array: L from 0 to 1, a and b around 0.

    Source: Ottosson, "A perceptual color space for image processing", 2020,
    https://bottosson.github.io/posts/oklab/ (public domain).
    """
    return np.asarray(np.cbrt(rgb_lin @ _TO_CONES.T) @ _TO_LAB.T)


def linear_from_oklab(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Oklab as linear sRGB; the inverse of `oklab_from_linear`, not clipped."""
    cones = lab @ _FROM_LAB.T
    return np.asarray((cones * cones * cones) @ _FROM_CONES.T)
