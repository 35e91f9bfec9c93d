"""Loss of detail outside the face, in a photograph of 12 megapixels: change mode and plain mode."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.device import Compute
from engine.enhance.align import Alignment
from engine.enhance.cache import Cache
from engine.enhance.heads import SIDE, head_square
from engine.enhance.portrait import enhance_portrait
from engine.enhance.settings import EnhanceSettings, ModelChoice
from engine.imaging.types import Image, to_float
from trainer.data.portraits import portrait_photograph

SEED = 37
SHAPES = {12: (4000, 3000), 1: (1160, 870)}
"""Height and width by megapixels."""
FACE = 1.15
"""Half heads from between the eyes, within which it is face."""
MODES = ("change", "plain")


def detail_row(
    number: int,
    mode: str,
    *,
    megapixels: int,
    models: ModelChoice,
    settings: EnhanceSettings,
    compute: Compute,
    cache: Cache,
) -> dict[str, object]:
    """Enhance one large made portrait, and compare its fine detail with the original's.

    Args:
        number: which portrait.
        mode: one of `MODES`.
        megapixels: a key of `SHAPES`.
        models: which networks.
        settings: of the enhancement.
        compute: where networks run.
        cache: of inversions.
    """
    rng = np.random.default_rng((SEED, number))
    made = portrait_photograph(rng, SHAPES[megapixels], "validation")
    image, square = Image(made.image), head_square(made.alpha > 0.5)
    found = enhance_portrait(
        image,
        square,
        models=models,
        settings=replace(settings, mode=mode),
        compute=compute,
        cache=cache,
    )
    places = _places(square, image.size)
    before, after = _detail(image.pixels), _detail(found.pixels)
    changed = (found.pixels != image.pixels).any(axis=-1)
    return {
        "square": round(square.side),
        "change_mean": found.size.mean,
        **{
            f"{name}: detail lost": _lost(before[where], after[where])
            for name, where in places.items()
        },
        **{f"{name}: changed": float(changed[where].mean()) for name, where in places.items()},
    }


def _places(square: Alignment, size: tuple[int, int]) -> dict[str, NDArray[np.bool_]]:
    """Outside the square, and inside it but not the face."""
    rect = square.rect(size)
    inside = np.zeros(size, bool)
    inside[rect.slices] = square.weights(rect) > 0
    rows, cols = np.ogrid[: size[0], : size[1]]
    away = np.hypot(rows + 0.5 - square.row, cols + 0.5 - square.col)
    face = away < FACE * square.side / SIDE
    return {"outside the square": ~inside, "around the face": inside & ~face}


def _detail(pixels: NDArray[np.generic]) -> NDArray[np.float32]:
    """What is finer than two pixels, of the mean of the channels."""
    grey = to_float(pixels).mean(axis=-1)
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), 2.0), np.float32)


def _lost(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """1 less the share of the original's detail that is still there: 0 if all of it is."""
    there = float((before * before).sum())
    return 1 - float((before * after).sum()) / there if there > 0 else 0.0
