"""The gradient error: whether edges are as sharp as they should be, and where they should be.

Both are Rhemann et al. (CVPR 2009): squared difference of gradient magnitudes under derivatives of
a Gaussian with a standard deviation of 1.4 pixels. They differ in the kernel's scale and reach.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from engine.imaging.types import Alpha

SIGMA = 1.4
_CUT = 0.01  # the kernel ends where the Gaussian falls below


def dim_gradient_map(pred: Alpha, alpha: Alpha, *, stretch: bool = True) -> NDArray[np.float32]:
    """(|∇p| − |∇g|)² of each pixel as the Composition-1k evaluation does it.

    Args:
        pred: H×W float32 in [0, 1].
        alpha: the truth.
        stretch: bring each matte's least and greatest value to 0 and 1 first (`mat2gray`), as the
            published evaluation does.
    """
    mattes = [mat2gray(matte) if stretch else matte for matte in (pred, alpha)]
    return np.square(dim_magnitude(mattes[0]) - dim_magnitude(mattes[1]))


def mat2gray(matte: Alpha) -> Alpha:
    """Least value to 0, greatest to 1; a flat matte stays as it is."""
    least, greatest = float(matte.min()), float(matte.max())
    if greatest == least:
        return matte
    return ((matte - np.float32(least)) / np.float32(greatest - least)).astype(np.float32)


def dim_magnitude(matte: Alpha) -> NDArray[np.float32]:
    """|∇| under 9×9 kernels of L2 norm 1, borders replicated."""
    half = int(np.ceil(SIGMA * np.sqrt(-2 * np.log(np.sqrt(2 * np.pi) * SIGMA * _CUT))))
    at = np.arange(-half, half + 1, dtype=np.float64)
    smooth = np.exp(-(at**2) / (2 * SIGMA**2)) / (SIGMA * np.sqrt(2 * np.pi))
    slope = -at * smooth / SIGMA**2
    slope /= np.sqrt(np.square(smooth).sum() * np.square(slope).sum())
    edge = cv2.BORDER_REPLICATE
    across = cv2.sepFilter2D(matte, cv2.CV_32F, slope, smooth, borderType=edge)
    down = cv2.sepFilter2D(matte, cv2.CV_32F, smooth, slope, borderType=edge)
    return np.hypot(across, down)


def p3m_gradient_map(pred: Alpha, alpha: Alpha) -> NDArray[np.float32]:
    """(|∇p| − |∇g|)² of each pixel as P3M and GFM do it."""
    return np.square(p3m_magnitude(pred) - p3m_magnitude(alpha))


def p3m_magnitude(matte: Alpha) -> NDArray[np.float32]:
    """|∇| under scipy's derivative of a Gaussian (13 taps, not normalised), borders mirrored."""
    smooth, slope = _scipy_taps(0), _scipy_taps(1)
    edge = cv2.BORDER_REFLECT
    across = cv2.sepFilter2D(matte, cv2.CV_32F, slope, smooth, borderType=edge)
    down = cv2.sepFilter2D(matte, cv2.CV_32F, smooth, slope, borderType=edge)
    return np.hypot(across, down)


def _scipy_taps(order: int) -> NDArray[np.float64]:
    """What `scipy.ndimage.gaussian_filter1d` correlates with; it reaches 6 pixels."""
    impulse = np.zeros(13)
    impulse[6] = 1.0
    taps: NDArray[np.float64] = gaussian_filter1d(impulse, SIGMA, order=order, mode="constant")
    return taps[::-1].copy()
