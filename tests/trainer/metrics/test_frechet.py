"""The Fréchet distance, against what is known of normal distributions."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BugError
from trainer.metrics.frechet import Gaussian, frechet_distance, gaussian_of

RNG = np.random.default_rng(7)


def rotation(size: int) -> np.ndarray:
    return np.linalg.qr(RNG.normal(size=(size, size)))[0]


def test_of_two_in_one_dimension():
    one, other = (Gaussian(np.array([m]), np.array([[s**2]])) for m, s in ((1.0, 2.0), (4.0, 0.5)))
    assert frechet_distance(one, other) == pytest.approx(3**2 + 1.5**2)


def test_of_two_whose_axes_agree():
    """Then it is |μ₁ − μ₂|² + Σ (σ₁ − σ₂)², whichever way they lie."""
    turned = rotation(6)
    spreads = RNG.uniform(0, 3, (2, 6))
    means = RNG.normal(size=(2, 6))
    one, other = (
        Gaussian(mean, turned @ np.diag(spread**2) @ turned.T)
        for mean, spread in zip(means, spreads, strict=True)
    )
    wanted = np.square(means[0] - means[1]).sum() + np.square(spreads[0] - spreads[1]).sum()
    assert frechet_distance(one, other) == pytest.approx(wanted)


def test_of_two_whose_axes_differ():
    """In two dimensions tr √M = √(tr M + 2 √det M)."""
    one, other = (
        turned @ np.diag(s) @ turned.T
        for turned, s in ((rotation(2), [4.0, 0.25]), (rotation(2), [1.0, 9.0]))
    )
    product = one @ other
    root = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    wanted = np.trace(one) + np.trace(other) - 2 * root
    found = frechet_distance(Gaussian(np.zeros(2), one), Gaussian(np.zeros(2), other))
    assert found == pytest.approx(wanted)


def test_few_samples_of_many_features_have_no_distance_to_themselves():
    """Most of the covariance's eigenvalues are 0; a root of them by iteration does not converge."""
    features = RNG.normal(size=(20, 200)) * 100
    one = gaussian_of(features)
    assert one.samples == 20
    assert frechet_distance(one, one) < 1e-6 * np.trace(one.covariance)
    other = gaussian_of(features + 3)
    assert frechet_distance(one, other) == pytest.approx(200 * 9, rel=1e-6)
    assert frechet_distance(one, other) == pytest.approx(frechet_distance(other, one))


def test_mean_and_covariance():
    features = RNG.normal(size=(50, 3)).astype(np.float32)
    found = gaussian_of(features)
    np.testing.assert_allclose(found.covariance, np.cov(features.astype(np.float64).T))
    np.testing.assert_allclose(found.mean, features.mean(0), rtol=1e-4, atol=1e-6)
    with pytest.raises(BugError, match="two samples"):
        gaussian_of(features[:1])


def test_samples_of_one_distribution_come_near_it():
    mixing = RNG.normal(size=(5, 5))
    halves = RNG.normal(size=(2, 20_000, 5)) @ mixing.T
    one, other = (gaussian_of(half) for half in halves)
    assert frechet_distance(one, other) < 0.01 * np.trace(one.covariance)
