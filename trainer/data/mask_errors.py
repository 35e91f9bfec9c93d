"""Larger errors of a binary mask, as people and segmenters make them."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from trainer.config import Block
from trainer.data.morphology import Mask8, opened, signed_distance, smooth_noise


class MaskErrors(Block):
    """How wrong a coarse mask may be.

    Attributes:
        probability: of these errors; otherwise the mask has the paper's.
        reach: how far the edge may be off, as a share of the short side.
        grown, moved, blobs, polygon, low_resolution, solid: how often each, relative to the others.
        blob: radius of a blob as a share of the short side, smallest and largest.
        factor: by how much a segmenter's picture is smaller, smallest and largest.
    """

    probability: float = 0.7
    reach: float = 0.02
    grown: float = 0.0
    moved: float = 3.0
    blobs: float = 1.0
    polygon: float = 1.0
    low_resolution: float = 2.0
    solid: float = 2.0
    blob: tuple[float, float] = (0.01, 0.06)
    factor: tuple[float, float] = (4.0, 24.0)

    def shares(self) -> dict[str, float]:
        """Name of `MASK_ERRORS` to how often."""
        return {name: float(getattr(self, name)) for name in MASK_ERRORS}


def grown(mask: Mask8, rng: np.random.Generator, settings: MaskErrors) -> Mask8:
    """All of the edge shifted in or out by the same number of pixels, `reach` at most."""
    offset = settings.reach * min(mask.shape) * rng.uniform(-1, 1)
    return (signed_distance(mask) + offset > 0).astype(np.uint8)


def moved(mask: Mask8, rng: np.random.Generator, settings: MaskErrors) -> Mask8:
    """The edge shifted in or out by a smoothly varying number of pixels, `reach` at most."""
    most = settings.reach * min(mask.shape) * rng.random()
    bias = rng.uniform(-1, 1)
    wave = smooth_noise(_size(mask), int(rng.integers(2, 13)), rng)
    offset = most * np.clip(bias + (1 - abs(bias)) * wave, -1, 1)
    return (signed_distance(mask) + offset > 0).astype(np.uint8)


def blobs(mask: Mask8, rng: np.random.Generator, settings: MaskErrors) -> Mask8:
    """One to four round pieces, centred on the edge, added or cut out."""
    out = mask.copy()
    edge = np.argwhere(np.abs(signed_distance(mask)) < 1.5)
    for _ in range(int(rng.integers(1, 5)) if len(edge) else 0):
        row, col = edge[rng.integers(len(edge))]
        axes = rng.uniform(*settings.blob, 2) * min(mask.shape)
        angle, fill = float(rng.uniform(0, 180)), int(rng.integers(2))
        size = max(1, int(axes[0])), max(1, int(axes[1]))
        cv2.ellipse(out, (int(col), int(row)), size, angle, 0, 360, fill, -1)
    return out


def polygon(mask: Mask8, rng: np.random.Generator, settings: MaskErrors) -> Mask8:
    """The outline drawn by hand: corners up to `reach` off, holes and specks forgotten."""
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max((cv2.contourArea(outline) for outline in outlines), default=0.0)
    tolerance = settings.reach * min(mask.shape) * rng.uniform(0.3, 1.0)
    kept = [outline for outline in outlines if cv2.contourArea(outline) >= 0.02 * largest]
    corners = [cv2.approxPolyDP(outline, tolerance, True) for outline in kept]
    return np.asarray(cv2.fillPoly(np.zeros_like(mask), corners, 1), np.uint8)


def low_resolution(mask: Mask8, rng: np.random.Generator, settings: MaskErrors) -> Mask8:
    """The mask of a small picture, enlarged: staircases, or soft steps cut at a half."""
    factor = rng.uniform(*settings.factor)
    height, width = (max(4, round(side / factor)) for side in mask.shape)
    share = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    small = (share > 0.5).astype(np.float32) if rng.random() < 0.5 else share
    how = cv2.INTER_NEAREST if rng.random() < 0.3 else cv2.INTER_LINEAR
    large = cv2.resize(small, (mask.shape[1], mask.shape[0]), interpolation=how)
    return (large > 0.5).astype(np.uint8)


def solid(mask: Mask8, rng: np.random.Generator, settings: MaskErrors) -> Mask8:
    """Strands, straps and specks lost, and small holes closed."""
    width = max(1, round(2 * settings.reach * min(mask.shape) * rng.uniform(0.2, 1.0)))
    kept = opened(mask, width)
    return kept if rng.random() < 0.5 else 1 - opened(1 - kept, width)


MASK_ERRORS: dict[str, Callable[[Mask8, np.random.Generator, MaskErrors], Mask8]] = {
    "grown": grown,
    "moved": moved,
    "blobs": blobs,
    "polygon": polygon,
    "low_resolution": low_resolution,
    "solid": solid,
}


def _size(mask: Mask8) -> tuple[int, int]:
    return mask.shape[0], mask.shape[1]
