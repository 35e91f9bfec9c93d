"""Training samples of the foreground network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from trainer.data.crops import crop_around_unknown
from trainer.data.guidance import trimap_of
from trainer.data.matting_samples import layer_tensors, picture_tensor, plane_tensor
from trainer.data.random_alpha import random_alpha_blend
from trainer.data.sample import Backgrounds, Photograph
from trainer.data.scenes import Augmentation, Scenes


@dataclass(frozen=True)
class ForegroundSamples:
    """Crops with both layers; implements `trainer.phase.Samples`.

    Attributes:
        scenes: where mattes, and foregrounds that belong to them, are from.
        pictures: what random alpha blending makes into layers.
        augmentation: settings.
        seed: of everything random, with the sample's number.
        random_alpha: share of samples that are two random pictures blended by a matte.
    """

    scenes: Scenes
    pictures: Backgrounds
    augmentation: Augmentation
    seed: int
    random_alpha: float = 1.0

    def sample(self, index: int) -> dict[str, Tensor]:
        """Sample `index`: `image`, `foreground`, `background` 3×S×S, `alpha` 1×S×S, in [0, 1]."""
        rng = np.random.default_rng((self.seed, index))
        scene = self.scenes.scene(index, rng)
        rect = crop_around_unknown(trimap_of(scene.alpha, rng), self.augmentation.crop, rng)
        if rng.random() < self.random_alpha:
            alpha = np.ascontiguousarray(scene.alpha[rect.slices])
            layers = [self._picture(alpha.shape[:2], rng) for _ in range(2)]
            photograph = random_alpha_blend(alpha, layers[0], layers[1], rng)
        else:
            photograph = scene.cropped(rect, rng)
        return foreground_tensors(photograph)

    def _picture(self, size: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        number = int(rng.integers(len(self.pictures)))
        return self.pictures.background(number, (size[0], size[1]), rng)


def foreground_tensors(photograph: Photograph) -> dict[str, Tensor]:
    """`image`, `alpha` and the layers of a photograph."""
    return {
        "image": picture_tensor(photograph.image),
        "alpha": plane_tensor(photograph.alpha),
        **layer_tensors(photograph),
    }
