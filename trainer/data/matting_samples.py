"""Training samples of a mask-guided matting network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.imaging.types import UNKNOWN
from trainer.data.augment import degraded
from trainer.data.crops import crop_around_unknown
from trainer.data.guidance import GuidanceSettings, guidance_of, trimap_of
from trainer.data.sample import Photograph, Pixels8
from trainer.data.scenes import Augmentation, Scenes
from trainer.phase import Samples


class GuidanceMix(GuidanceSettings):
    """Which kinds of guidance a network is trained with.

    Attributes:
        kinds: name of `guidance.GUIDANCE_KINDS` to how often, relative to the others. The paper
            trains with masks alone.
    """

    kinds: dict[str, float] = {"mask": 1.0}  # noqa: RUF012 - pydantic copies defaults


@dataclass(frozen=True)
class MattingSamples:
    """Crops around unknown pixels with guidance; implements `trainer.phase.Samples`.

    Attributes:
        scenes: where they are from.
        augmentation: settings.
        guidance: settings.
        seed: of everything random, with the sample's number.
        planes: of guidance: 2 repeats it as the matte to correct.
        layers: also give foreground and background, for the composition loss.
    """

    scenes: Scenes
    augmentation: Augmentation
    guidance: GuidanceMix
    seed: int
    planes: int = 1
    layers: bool = True

    def sample(self, index: int) -> dict[str, Tensor]:
        """Sample `index`: `image` 3×S×S, `alpha`, `unknown` 1×S×S, `guidance` planes×S×S, …

        `foreground` and `background` 3×S×S come with `layers`, all float32 in [0, 1]. Guidance is
        made of the whole picture, then cropped; it doesn't see the composite's degradation.
        """
        rng = np.random.default_rng((self.seed, index))
        scene = self.scenes.scene(index, rng)
        trimap = trimap_of(scene.alpha, rng, widths=self.guidance.trimap_widths)
        kind = drawn_kind(self.guidance.kinds, rng)
        guidance = guidance_of(scene.alpha, kind, rng, settings=self.guidance)
        rect = crop_around_unknown(trimap, self.augmentation.crop, rng)
        photograph = scene.cropped(rect, rng)
        image = degraded(photograph.image, rng, settings=self.augmentation.real_world)
        tensors = {
            "image": picture_tensor(image),
            "alpha": plane_tensor(photograph.alpha),
            "guidance": plane_tensor(guidance[rect.slices]).repeat(self.planes, 1, 1),
            "unknown": plane_tensor((trimap[rect.slices] == UNKNOWN).astype(np.float32)),
        }
        return tensors | (layer_tensors(photograph) if self.layers else {})


@dataclass(frozen=True)
class FirstPlanes:
    """Samples of which a network sees the first planes of guidance only.

    Attributes:
        samples: with at least so many.
        planes: how many.
    """

    samples: Samples
    planes: int

    def sample(self, index: int) -> dict[str, Tensor]:
        """Sample `index`, see `Samples`."""
        whole = self.samples.sample(index)
        return {**whole, "guidance": whole["guidance"][: self.planes]}


def drawn_kind(kinds: dict[str, float], rng: np.random.Generator) -> str:
    """One of the names, as often as its weight says."""
    names = sorted(kinds)
    weights = np.array([kinds[name] for name in names], np.float64)
    return str(rng.choice(names, p=weights / weights.sum()))


def layer_tensors(photograph: Photograph) -> dict[str, Tensor]:
    """`foreground` and `background`, 3×H×W; a photograph without layers has none."""
    layers = {"foreground": photograph.foreground, "background": photograph.background}
    return {name: picture_tensor(layer) for name, layer in layers.items() if layer is not None}


def picture_tensor(pixels: Pixels8) -> Tensor:
    """H×W×3 uint8 as 3×H×W float32 in [0, 1]."""
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))
    return torch.from_numpy(planes).float() / 255


def plane_tensor(plane: NDArray[np.float32]) -> Tensor:
    """H×W float32 as 1×H×W."""
    return torch.from_numpy(np.ascontiguousarray(plane, np.float32))[None]
