"""The Laplacian of KNN matting (Chen, Li and Tang 2013), from pymatting's search of neighbours.

It is pymatting's `knn_laplacian` times the weight of each row: symmetric, as conjugate gradients
want it, and put together in less time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = ((20, 2.0), (10, 0.1))
"""How many, and how much places count beside colours: once near by, once anywhere."""


def knn_laplacian(image: NDArray[np.float64]) -> Any:
    """The degrees less the weights: how often two pixels are among each other's neighbours.

    Args:
        image: H×W×3 float64 in [0, 1].

    Returns:
        HW×HW sparse float64, symmetric; each row adds up to zero.
    """
    from scipy.sparse import diags

    near, far = (_neighbours(image, count, distance) for count, distance in NEIGHBOURS)
    weights = near + far
    weights = weights + weights.T.tocsr()
    return diags(np.asarray(weights.sum(axis=1)).ravel()) - weights


def _neighbours(image: NDArray[np.float64], count: int, distance: float) -> Any:
    """HW×HW sparse, in each row 1 for the pixels nearest in colour and place, itself among them."""
    from pymatting.util.kdtree import knn
    from scipy.sparse import csr_array

    height, width = image.shape[:2]
    pixels = height * width
    y, x = np.meshgrid(np.linspace(0, 1, height), np.linspace(0, 1, width), indexing="ij")
    features = np.dstack([image, distance * x, distance * y]).reshape(pixels, 5)
    features = np.ascontiguousarray(features, dtype=np.float32)
    _, found = knn(features, features, k=count)
    starts = np.arange(0, pixels * count + 1, count)
    return csr_array((np.ones(pixels * count), found.ravel(), starts), (pixels, pixels))
