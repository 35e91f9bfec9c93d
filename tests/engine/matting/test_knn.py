"""The Laplacian of KNN matting."""

from __future__ import annotations

import numpy as np
from pymatting import knn_laplacian as of_pymatting
from scipy.sparse import diags

from engine.matting.knn import knn_laplacian


def test_it_is_pymattings_times_the_weight_of_each_row() -> None:
    image = np.random.default_rng(4).random((20, 30, 3))
    ours = knn_laplacian(image).toarray()
    theirs = of_pymatting(image)
    scale = (ours.diagonal() / theirs.diagonal())[:, None]
    assert np.allclose(ours, ours.T)
    assert np.allclose(ours.sum(axis=1), 0)
    assert np.allclose(ours, (diags(scale.ravel()) @ theirs).toarray())
