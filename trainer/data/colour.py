"""Colours of a subject changed, so that a network doesn't learn them by heart."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Alpha
from trainer.config import Block
from trainer.data.sample import Pixels8


class Jitter(Block):
    """HSV jitter of the foreground alone, as in the released training of paper 003.

    Attributes:
        probability: of any of it.
        hue: largest turn either way, in degrees.
        bright: from which mean a channel is only darkened; see `jittered`.
    """

    probability: float = 1.0
    hue: float = 40.0
    bright: float = 1.1


def jittered(
    foreground: Pixels8,
    alpha: Alpha,
    rng: np.random.Generator,
    *,
    settings: Jitter | None = None,
) -> Pixels8:
    """A foreground of other hue, saturation and value.

    Saturation and value are each shifted evenly within ±(`bright` − mean) / 10, the mean over
    α > 0, and mirrored at 0 and 1.

    Args:
        foreground: H×W×3 uint8.
        alpha: H×W float32; where it is 0, colours don't count.
        rng: everything random comes from here.
        settings: None takes the defaults.
    """
    settings = settings or Jitter()
    if rng.random() >= settings.probability or not (alpha > 0).any():
        return foreground
    scaled = foreground.astype(np.float32) / np.float32(255)
    hsv = np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2HSV))
    hsv[..., 0] = (hsv[..., 0] + rng.uniform(-1, 1) * settings.hue) % 360
    for channel in (1, 2):
        room = settings.bright - float(hsv[..., channel][alpha > 0].mean())
        hsv[..., channel] = _mirrored(hsv[..., channel] + np.float32(rng.uniform(-0.1, 0.1) * room))
    rgb = cv2.cvtColor(hsv.astype(np.float32), cv2.COLOR_HSV2RGB)
    return np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)


def _mirrored(values: NDArray[np.float32]) -> NDArray[np.float32]:
    values = np.abs(values)
    return np.where(values > 1, 2 - values, values)
