"""Samples of the foreground network from what was made ahead of time: milliseconds each."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from torch import Tensor

from engine.imaging.types import UNKNOWN, Alpha, Trimap
from trainer.data.compose import blended
from trainer.data.crops import crop_around_unknown
from trainer.data.foreground_samples import foreground_tensors
from trainer.data.pool import LayerPool, Pool
from trainer.data.sample import Backgrounds, Photograph, Pixels8

GAIN, TINT, GAMMA = (0.75, 1.25), (0.9, 1.1), (0.75, 1.33)
SWAPPED = 0.2
"""How often a layer's channels are permuted: hues that the pictures lack."""


@dataclass(frozen=True)
class PooledColours:
    """Two layers and a matte, blended; implements `trainer.phase.Samples`.

    Attributes:
        mattes: of random alpha blending.
        layers: foregrounds with mattes of their own, or None if all samples are blended.
        pictures: what lies behind, and the foregrounds of random alpha blending.
        crop: side of the sample in pixels; at most that of the pools' pieces.
        seed: of everything random, with the sample's number.
        random_alpha: share of samples that are two random pictures blended by a matte.
    """

    mattes: Pool
    layers: LayerPool | None
    pictures: Backgrounds
    crop: int
    seed: int
    random_alpha: float

    def sample(self, index: int) -> dict[str, Tensor]:
        """Sample `index`: `image`, `foreground`, `background` 3×S×S, `alpha` 1×S×S, in [0, 1]."""
        rng = np.random.default_rng((self.seed, index))
        alpha, own = self._matte(rng)
        foreground = self._picture(rng) if own is None else own
        foreground, background = lit(foreground, rng), lit(self._picture(rng), rng)
        image = blended(foreground, background, alpha)
        return foreground_tensors(
            Photograph(image, alpha, "pooled", foreground=foreground, background=background)
        )

    def _matte(self, rng: np.random.Generator) -> tuple[Alpha, Pixels8 | None]:
        """A matte, with the colours that belong to it unless they shall be a picture's."""
        if self.layers is None or rng.random() < self.random_alpha:
            alpha = self.mattes.at(int(rng.integers(len(self.mattes)))).alpha
            return _unit(_turned(_cropped(alpha, alpha, self.crop, rng), rng)), None
        layer = self.layers.at(int(rng.integers(len(self.layers))))
        both = np.dstack([layer.foreground, layer.alpha])
        both = _turned(_cropped(both, layer.alpha, self.crop, rng), rng)
        return _unit(both[..., 3]), np.ascontiguousarray(both[..., :3])

    def _picture(self, rng: np.random.Generator) -> Pixels8:
        number = int(rng.integers(len(self.pictures)))
        piece = self.pictures.background(number, (self.crop, self.crop), rng)
        return np.ascontiguousarray(piece[:, ::-1]) if rng.random() < 0.5 else piece


def lit(layer: Pixels8, rng: np.random.Generator) -> Pixels8:
    """A layer under another light: exposure, tint and contrast, now and then with other hues."""
    gain = rng.uniform(*GAIN) * rng.uniform(*TINT, 3)
    values = np.linspace(0, 1, 256, dtype=np.float32)[:, None] ** rng.uniform(*GAMMA)
    table = np.rint(np.clip(values * gain, 0, 1) * 255).astype(np.uint8)
    changed = cv2.LUT(layer, table[None])
    if rng.random() < SWAPPED:
        changed = changed[..., rng.permutation(3)]
    return np.ascontiguousarray(changed)


def _cropped(plane: Pixels8, alpha: Pixels8, side: int, rng: np.random.Generator) -> Pixels8:
    """A square of a piece, around something soft."""
    if alpha.shape == (side, side):
        return plane
    return plane[crop_around_unknown(_soft(alpha), side, rng).slices]


def _soft(alpha: Pixels8) -> Trimap:
    return np.where((alpha > 0) & (alpha < 255), np.uint8(UNKNOWN), alpha)


def _turned(plane: Pixels8, rng: np.random.Generator) -> Pixels8:
    """Mirrored half of the time, on its side or head in a quarter of the cases."""
    turns = int(rng.integers(4)) if rng.random() < 0.25 else 0
    turned = np.rot90(plane, turns)
    return turned[:, ::-1] if rng.random() < 0.5 else turned


def _unit(alpha: Pixels8) -> Alpha:
    return np.ascontiguousarray(alpha).astype(np.float32) / np.float32(255)
