"""Coarse maps as networks that are guided by them alone were trained with: as soft as a
segmentation network's answer, whoever made them."""

from __future__ import annotations

from engine.guidance.proxy import enlarged, shrink
from engine.imaging.types import Alpha, Rect

MAP_SIDE = 320
"""Long side in pixels at which a network that finds people sees a photograph, about."""


def map_factor(size: tuple[int, int]) -> float:
    """How much smaller a segmentation network sees a photograph of this size; at least 1."""
    return max(1.0, max(size) / MAP_SIDE)


def softened(plane: Alpha, factor: float) -> Alpha:
    """A mask as if it were found on a smaller photograph: averaged down and enlarged again.

    Args:
        plane: H×W float32 in [0, 1].
        factor: by how much smaller; 1 leaves the plane as it is.

    Returns:
        H×W float32 in [0, 1].
    """
    size = plane.shape[0], plane.shape[1]
    small = max(1, round(size[0] / factor)), max(1, round(size[1] / factor))
    if small == size:
        return plane
    return enlarged(shrink(plane, small), Rect.whole(size), size)
