"""A subject over a background: the photograph whose matte is known exactly."""

from __future__ import annotations

import cv2
import numpy as np

from engine.imaging.types import Alpha
from trainer.data.sample import Photograph, Pixels8, Subject

INTERPOLATIONS = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)


def compose(subject: Subject, background: Pixels8, rng: np.random.Generator) -> Photograph:
    """Put a subject over a background: I = αF + (1 − α)B, rounded to 8 bits once.

    Args:
        subject: foreground and matte.
        background: H'×W'×3 uint8; one of another size is enlarged or reduced until it covers the
            subject's picture, then cropped.
        rng: where the crop lies.

    Returns:
        The photograph, with the layers that it was made of.
    """
    behind = covering(background, subject.size, rng)
    return Photograph(
        image=blended(subject.foreground, behind, subject.alpha),
        alpha=subject.alpha,
        name=subject.name,
        family=subject.family,
        foreground=subject.foreground,
        background=behind,
        detail=subject.detail,
    )


def blended(foreground: Pixels8, background: Pixels8, alpha: Alpha) -> Pixels8:
    """αF + (1 − α)B of encoded values, H×W×3 uint8, rounded to nearest once."""
    behind = background.astype(np.float32)
    mixed = behind + alpha[..., None] * (foreground.astype(np.float32) - behind)
    return np.asarray(np.rint(mixed, out=mixed).astype(np.uint8))


def covering(
    background: Pixels8,
    size: tuple[int, int],
    rng: np.random.Generator,
    *,
    interpolation: int | None = None,
) -> Pixels8:
    """A background resized to cover `size` and cropped to it.

    Args:
        background: H'×W'×3 uint8; returned as it is where its size fits.
        size: height and width wanted.
        rng: where the crop lies.
        interpolation: an OpenCV constant; None takes area for reducing and cubic for enlarging.

    Returns:
        H×W×3 uint8.
    """
    height, width = background.shape[:2]
    scale = max(size[0] / height, size[1] / width)
    if scale != 1:
        height, width = max(size[0], round(height * scale)), max(size[1], round(width * scale))
        how = interpolation
        if how is None:
            how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        background = np.asarray(cv2.resize(background, (width, height), interpolation=how))
    top = int(rng.integers(0, height - size[0] + 1))
    left = int(rng.integers(0, width - size[1] + 1))
    return background[top : top + size[0], left : left + size[1]]
