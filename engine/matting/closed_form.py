"""Closed-form matting, solved at the unknown pixels only.

The system is that of Levin, Lischinski and Weiss, "A closed-form solution to natural image
matting" (2008), with the known pixels eliminated. Conjugate gradients solve it; a two-level cycle
(`coarse_space.py`, with Jacobi smoothing around it) leaves them a dozen iterations.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Alpha, Rgb
from engine.jobs.context import NOBODY, JobContext
from engine.matting.band import bounding_box
from engine.matting.coarse_space import CoarseSolver
from engine.matting.laplacian import EPSILON, Band, Floats, Laplacian

SPACING = 16
"""Pixels between the nodes of the coarse space inside a tile."""
ITERATIONS = 40
TOLERANCE = 3e-4
"""Stop when an iteration moves the matte by less than this, root mean square."""
DAMPING = 0.7


def solve_closed_form(
    rgb: Rgb,
    unknown: NDArray[np.bool_],
    start: Alpha,
    *,
    epsilon: float = EPSILON,
    iterations: int = ITERATIONS,
    ctx: JobContext = NOBODY,
) -> Alpha:
    """The closed-form matte of one tile.

    Args:
        rgb: H×W×3 float32.
        unknown: H×W, True where alpha is sought.
        start: H×W float32; the boundary values where known, a first guess where unknown.
        epsilon: regularisation of the covariance.
        iterations: most iterations of the conjugate gradients.
        ctx: checked at every iteration.

    Returns:
        H×W float32 in [0, 1]; `start` where known.
    """
    if not unknown.any():
        return start.copy()
    alpha = start.copy()
    # A thin band leaves most of a tile empty; two pixels around it are in its equations.
    box = bounding_box(unknown).grown(2, within=(start.shape[0], start.shape[1])).slices
    band = Band.of(rgb[box], unknown[box])
    laplacian = Laplacian.of(band, epsilon=epsilon)
    x = band.padded(start[box])
    _solve(laplacian, CoarseSolver(laplacian, spacing=SPACING), x, iterations, ctx)
    alpha[box] = np.clip(band.unpadded(x), 0.0, 1.0)
    return alpha


def _solve(
    laplacian: Laplacian, coarse: CoarseSolver, x: Floats, iterations: int, ctx: JobContext
) -> None:
    """Preconditioned conjugate gradients on x, in place."""
    residual = -laplacian.times(x)
    # Starting in the coarse space's own solution saves the first iterations.
    coarse.correct(x, residual)
    residual = -laplacian.times(x)
    scratch = np.zeros_like(x)
    step = _preconditioned(laplacian, coarse, residual, scratch)
    direction = step.copy()
    energy = float(residual @ step)
    for _ in range(iterations):
        ctx.check()
        image = laplacian.times(direction)
        curvature = float(direction @ image)
        if energy <= 0.0 or curvature <= 0.0:
            return
        length = energy / curvature
        x += np.float32(length) * direction
        residual -= np.float32(length) * image
        if _settled(laplacian, direction, length):
            return
        step = _preconditioned(laplacian, coarse, residual, scratch)
        energy, previous = float(residual @ step), energy
        direction = step + np.float32(energy / previous) * direction


def _preconditioned(
    laplacian: Laplacian, coarse: CoarseSolver, residual: Floats, scratch: Floats
) -> Floats:
    """A symmetric multigrid cycle: smooth twice, correct on the coarse space, smooth twice."""
    x = np.float32(DAMPING) * residual / laplacian.diagonal
    laplacian.smooth(x, residual, scratch, damping=DAMPING)
    coarse.correct(x, residual - laplacian.times(x))
    laplacian.smooth(x, residual, scratch, damping=DAMPING)
    laplacian.smooth(x, residual, scratch, damping=DAMPING)
    return x


def _settled(laplacian: Laplacian, direction: Floats, length: float) -> bool:
    moved = np.sqrt(float(np.dot(direction, direction)) / np.count_nonzero(laplacian.band.unknown))
    return abs(length) * moved < TOLERANCE
