"""Errors of a soft matte, such as another method's answer."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from engine.imaging.types import Alpha
from trainer.config import Block
from trainer.data.morphology import smooth_noise


class SoftErrors(Block):
    """How bad a soft matte may be.

    Attributes:
        from_mask: how often it starts from a coarse mask instead of the true matte.
        blur: largest Gaussian sigma as a share of the short side.
        factor: by how much a matte of low resolution is smaller, smallest and largest.
        contrast: largest steepening or flattening around ½, as a factor.
        stain: largest smooth error inside the soft part.
    """

    from_mask: float = 0.4
    blur: float = 0.015
    factor: tuple[float, float] = (2.0, 16.0)
    contrast: float = 3.0
    stain: float = 0.4


def spoilt_matte(
    alpha: Alpha, rng: np.random.Generator, *, settings: SoftErrors | None = None
) -> Alpha:
    """A bad matte: one to three of blurred, low in resolution, contrast changed, stained.

    Args:
        alpha: H×W float32 in [0, 1].
        rng: everything random comes from here.
        settings: None takes the defaults.

    Returns:
        H×W float32 in [0, 1].
    """
    settings = settings or SoftErrors()
    names = sorted(SOFT_ERRORS)
    for name in rng.choice(names, size=rng.integers(1, 4), replace=False):
        alpha = SOFT_ERRORS[str(name)](alpha, rng, settings)
    return np.clip(alpha, 0, 1)  # a blur's sum of ones may be a hair above 1


def blurred(alpha: Alpha, rng: np.random.Generator, settings: SoftErrors) -> Alpha:
    """Gaussian blur."""
    sigma = max(0.3, settings.blur * min(alpha.shape) * rng.random())
    return np.asarray(cv2.GaussianBlur(alpha, (0, 0), sigma), np.float32)


def low_resolution(alpha: Alpha, rng: np.random.Generator, settings: SoftErrors) -> Alpha:
    """Reduced by area and enlarged again."""
    factor = rng.uniform(*settings.factor)
    height, width = (max(2, round(side / factor)) for side in alpha.shape)
    small = cv2.resize(alpha, (width, height), interpolation=cv2.INTER_AREA)
    how = cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR
    large = cv2.resize(small, (alpha.shape[1], alpha.shape[0]), interpolation=how)
    return np.clip(large, 0, 1)


def contrast_changed(alpha: Alpha, rng: np.random.Generator, settings: SoftErrors) -> Alpha:
    """Made steeper, flatter or of another gamma; 0 and 1 stay."""
    factor = settings.contrast ** rng.uniform(-1, 1)
    if rng.random() < 0.5:
        return np.asarray(np.power(alpha, np.float32(factor)), np.float32)
    steep = np.clip((alpha - np.float32(0.5)) * np.float32(max(factor, 1.0)) + 0.5, 0, 1)
    return steep.astype(np.float32)


def stained(alpha: Alpha, rng: np.random.Generator, settings: SoftErrors) -> Alpha:
    """A smooth error where the matte is soft."""
    wave = smooth_noise((alpha.shape[0], alpha.shape[1]), int(rng.integers(3, 25)), rng)
    soft = 4 * alpha * (1 - alpha)
    return np.clip(alpha + np.float32(settings.stain) * soft * wave, 0, 1, dtype=np.float32)


SOFT_ERRORS: dict[str, Callable[[Alpha, np.random.Generator, SoftErrors], Alpha]] = {
    "blurred": blurred,
    "low_resolution": low_resolution,
    "contrast_changed": contrast_changed,
    "stained": stained,
}
