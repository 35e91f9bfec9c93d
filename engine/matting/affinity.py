"""The methods that solve a sparse Laplacian: KNN, learning-based, random walk.

The last two Laplacians are pymatting's; which pixels are solved, and where, is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Alpha, Rgb
from engine.jobs.context import NOBODY, JobContext
from engine.matting.band import bounding_box
from engine.matting.knn import knn_laplacian

CONTEXT = 16
"""Known pixels around the unknown ones that the Laplacian sees."""
ITERATIONS = 2000
RELATIVE_TOLERANCE = 1e-5

Affinity = Callable[[NDArray[np.float64]], Any]


def solve_affinity(
    affinity: Affinity,
    rgb: Rgb,
    unknown: NDArray[np.bool_],
    start: Alpha,
    *,
    ctx: JobContext = NOBODY,
) -> Alpha:
    """The matte of one tile under a matting Laplacian.

    Args:
        affinity: makes a sparse Laplacian of a H×W×3 float64 image.
        rgb: H×W×3 float32.
        unknown: H×W, True where alpha is sought.
        start: H×W float32; boundary values where known, a first guess where unknown.
        ctx: checked at every iteration.

    Returns:
        H×W float32 in [0, 1]; `start` where known.
    """
    alpha = start.copy()
    if not unknown.any():
        return alpha
    box = bounding_box(unknown).grown(CONTEXT, within=(start.shape[0], start.shape[1])).slices
    free = unknown[box].ravel()
    values = start[box].astype(np.float64).ravel()
    rows = affinity(rgb[box].astype(np.float64)).tocsr()[free]
    found = _conjugate_gradients(
        rows[:, free], -(rows[:, ~free] @ values[~free]), values[free], ctx
    )
    alpha[box][unknown[box]] = np.clip(found, 0.0, 1.0)
    return alpha


def _conjugate_gradients(
    matrix: Any, right: NDArray[np.float64], guess: NDArray[np.float64], ctx: JobContext
) -> NDArray[np.float64]:
    from scipy.sparse import diags
    from scipy.sparse.linalg import cg

    # pymatting's incomplete Cholesky writes to standard output where it fails, as it does here.
    apply = diags(1.0 / np.maximum(matrix.diagonal(), 1e-12))
    solution, _ = cg(
        matrix, right, x0=guess, rtol=RELATIVE_TOLERANCE, maxiter=ITERATIONS, M=apply,
        callback=lambda _: ctx.check(),
    )  # fmt: skip
    return np.asarray(solution)


def _learning_based(image: NDArray[np.float64]) -> Any:
    from pymatting import lbdm_laplacian

    return lbdm_laplacian(image)


def _random_walk(image: NDArray[np.float64]) -> Any:
    from pymatting import rw_laplacian

    return rw_laplacian(image)


AFFINITIES: dict[str, Affinity] = {
    "knn": knn_laplacian,
    "learning_based": _learning_based,
    "random_walk": _random_walk,
}
