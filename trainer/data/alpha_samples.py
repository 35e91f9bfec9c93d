"""Training samples of an alpha generation network: a coarse map, and an arbitrary background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from trainer.data.compose import covering
from trainer.data.guidance import guidance_of
from trainer.data.matting_samples import GuidanceMix, drawn_kind, picture_tensor, plane_tensor
from trainer.data.sample import Backgrounds
from trainer.phase import Samples


@dataclass(frozen=True)
class AlphaSamples:
    """Pieces of photographs with what the network and its losses need besides; implements
    `trainer.phase.Samples`.

    Attributes:
        pieces: `image` and `alpha`; `guidance`, where they have it, is the map.
        backgrounds: what people are composed over for the losses.
        guidance: how the map is made of a piece's matte, where it has none.
        seed: of everything random, with the sample's number.
    """

    pieces: Samples
    backgrounds: Backgrounds
    guidance: GuidanceMix
    seed: int

    def sample(self, index: int) -> dict[str, Tensor]:
        """Sample `index`: `image` and `behind` 3×H×W, `alpha` and `map` 1×H×W, in [0, 1]."""
        rng = np.random.default_rng((self.seed, index, 1))
        piece = self.pieces.sample(index)
        coarse = piece["guidance"] if "guidance" in piece else self._map(piece["alpha"], rng)
        return {
            "image": piece["image"],
            "alpha": piece["alpha"],
            "map": coarse,
            "behind": self._behind(piece["alpha"], rng),
        }

    def _map(self, alpha: Tensor, rng: np.random.Generator) -> Tensor:
        kind = drawn_kind(self.guidance.kinds, rng)
        return plane_tensor(guidance_of(alpha[0].numpy(), kind, rng, settings=self.guidance))

    def _behind(self, alpha: Tensor, rng: np.random.Generator) -> Tensor:
        size = alpha.shape[1], alpha.shape[2]
        number = int(rng.integers(len(self.backgrounds)))
        picture = self.backgrounds.background(number, size, rng)
        return picture_tensor(covering(picture, size, rng))
