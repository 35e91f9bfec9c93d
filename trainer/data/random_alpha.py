"""Random Alpha Blending: two pictures blended by a matte that belongs to neither.

The picture makes no sense, but its foreground colours are known exactly, everywhere: also where
the matte is 0 (paper 003, §3.3).
"""

from __future__ import annotations

import numpy as np

from engine.imaging.types import Alpha
from trainer.data.compose import blended, covering
from trainer.data.sample import Photograph, Pixels8


def random_alpha_blend(
    alpha: Alpha, first: Pixels8, second: Pixels8, rng: np.random.Generator
) -> Photograph:
    """Blend two pictures by a matte: I = αF + (1 − α)B, rounded once.

    Args:
        alpha: H×W float32 in [0, 1], of any subject.
        first: becomes F; H'×W'×3 uint8 of any size, cropped at random to cover the matte.
        second: becomes B; likewise.
        rng: where the crops lie, and whether they are mirrored.

    Returns:
        The photograph with both layers.
    """
    size = alpha.shape[0], alpha.shape[1]
    foreground, background = (_piece(picture, size, rng) for picture in (first, second))
    return Photograph(
        image=blended(foreground, background, alpha),
        alpha=alpha,
        name="random-alpha",
        foreground=foreground,
        background=background,
    )


def _piece(picture: Pixels8, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
    piece = covering(picture, size, rng)
    return np.ascontiguousarray(piece[:, ::-1] if rng.random() < 0.5 else piece)
