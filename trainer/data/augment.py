"""What happens to a photograph between the lens and the file: contrast, JPEG, blur, noise."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from trainer.config import Block
from trainer.data.sample import Pixels8


class RealWorld(Block):
    """Degradations of the composite (paper 003, §5; ranges of the released code).

    Attributes:
        probability: of any of it; the paper's Composition-1k training has none of it.
        contrast: linear, about mid-grey, smallest and largest factor.
        jpeg: strength of the compression; quality is 100 minus it.
        blur: sigma of a Gaussian in pixels.
        noise: sigma of Gaussian noise of each channel, of 255.
    """

    probability: float = 0.0
    contrast: tuple[float, float] = (0.6, 1.4)
    jpeg: tuple[float, float] = (0.0, 60.0)
    blur: tuple[float, float] = (0.0, 3.0)
    noise: tuple[float, float] = (0.0, 25.5)


def degraded(
    image: Pixels8, rng: np.random.Generator, *, settings: RealWorld | None = None
) -> Pixels8:
    """One to four of the degradations, in random order.

    Args:
        image: H×W×3 uint8.
        rng: everything random comes from here.
        settings: None takes the defaults, which do nothing.
    """
    settings = settings or RealWorld()
    if rng.random() >= settings.probability:
        return image
    names = sorted(DEGRADATIONS)
    for name in rng.permutation(names)[: rng.integers(1, len(names) + 1)]:
        strength = float(rng.uniform(*getattr(settings, str(name))))
        image = DEGRADATIONS[str(name)](image, strength, rng)
    return image


def contrast(image: Pixels8, strength: float, rng: np.random.Generator) -> Pixels8:
    """128 + strength · (I − 128)."""
    changed = 128 + strength * (image.astype(np.float32) - 128)
    return np.rint(np.clip(changed, 0, 255)).astype(np.uint8)


def jpeg(image: Pixels8, strength: float, rng: np.random.Generator) -> Pixels8:
    """Compressed at quality 100 − strength."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, max(1, round(100 - strength))]
    _, stored = cv2.imencode(".jpg", np.ascontiguousarray(image[..., ::-1]), quality)
    decoded = np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


def blur(image: Pixels8, strength: float, rng: np.random.Generator) -> Pixels8:
    """Gaussian, sigma in pixels; next to none below 0.1."""
    return image if strength < 0.1 else np.asarray(cv2.GaussianBlur(image, (0, 0), strength))


def noise(image: Pixels8, strength: float, rng: np.random.Generator) -> Pixels8:
    """Gaussian, sigma of 255, each channel by itself."""
    grain = rng.standard_normal(image.shape, np.float32) * np.float32(strength)
    return np.rint(np.clip(image + grain, 0, 255)).astype(np.uint8)


DEGRADATIONS: dict[str, Callable[[Pixels8, float, np.random.Generator], Pixels8]] = {
    "contrast": contrast,
    "jpeg": jpeg,
    "blur": blur,
    "noise": noise,
}
