"""The Fréchet distance between two collections of features, each taken as normally distributed.

Source: Dowson and Landau, "The Fréchet distance between multivariate normal distributions" (1982),
equation 16. In features of the Inception network it is called FID; ours are others, and so is its
name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import BugError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Mean and covariance of features.

    Attributes:
        mean: D.
        covariance: D×D, symmetric, no negative eigenvalue.
        samples: how many were looked at.
    """

    mean: Array
    covariance: Array
    samples: int = 0


def gaussian_of(features: ArrayLike) -> Gaussian:
    """The normal distribution with mean and covariance of N×D features, N at least 2."""
    values = np.asarray(features, np.float64)
    if values.ndim != 2 or len(values) < 2:
        raise BugError(f"features of shape {values.shape}, wanted two samples at least")
    mean = values.mean(axis=0)
    centred = values - mean
    return Gaussian(mean, centred.T @ centred / (len(values) - 1), len(values))


def frechet_distance(one: Gaussian, other: Gaussian) -> float:
    """|μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (√Σ₁ Σ₂ √Σ₁)^½), 0 or more.

    The trace of the root is the sum of the roots of the eigenvalues of a symmetric matrix. They are
    found as the singular values of √Σ₁ √Σ₂, which keep full precision where those are almost 0: a
    covariance of few samples has many.
    """
    apart = float(np.square(one.mean - other.mean).sum())
    shared = np.linalg.svd(_root(one.covariance) @ _root(other.covariance), compute_uv=False)
    traces = float(np.trace(one.covariance) + np.trace(other.covariance))
    return max(0.0, apart + traces - 2 * float(shared.sum()))


def _root(covariance: Array) -> Array:
    """The symmetric square root."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)
