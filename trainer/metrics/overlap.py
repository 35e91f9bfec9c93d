"""How well two masks agree: intersection over union, and the F-score of their boundaries."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
TOLERANCE = 0.0075
"""Of boundaries, as a share of the diagonal: DAVIS's 0.008 rounded to the label's two pixels."""


def overlap(found: Mask, true: Mask) -> float:
    """Intersection over union; 1 where both are empty."""
    union = int((found | true).sum())
    return int((found & true).sum()) / union if union else 1.0


def boundary_f(found: Mask, true: Mask, *, tolerance: float = TOLERANCE) -> float:
    """F-score of the boundaries (Perazzi et al., "A Benchmark Dataset and Evaluation Methodology
    for Video Object Segmentation", 2016, measure F).

    Args:
        found: H×W.
        true: as `found`.
        tolerance: how far apart boundaries may lie, as a share of the diagonal.

    Returns:
        In [0, 1]; 1 where neither has a boundary.
    """
    reach = max(1.0, tolerance * float(np.hypot(*true.shape)))
    edges = _edge(found), _edge(true)
    if not edges[0].any() or not edges[1].any():
        return float(edges[0].any() == edges[1].any())
    precision = float((_distance(edges[1])[edges[0]] <= reach).mean())
    recall = float((_distance(edges[0])[edges[1]] <= reach).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _edge(mask: Mask) -> Mask:
    """Pixels of the mask beside one that is not; the picture's frame is no boundary."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    return mask & (inner == 0)


def _distance(edge: Mask) -> NDArray[np.float32]:
    return np.asarray(cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, 5), np.float32)
