"""Coarse masks made ahead of time, with what classical methods make of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import UNKNOWN, Alpha, Image
from engine.matting.mask_planes import band_of, mask_planes
from trainer.data.crops import crop_around_unknown
from trainer.data.guidance import GuidanceSettings, MaskPerturbation, guidance_of
from trainer.data.pool.scenes import COARSE_SCALES, Sources, draw_photograph
from trainer.data.pool.shards import Shards, write_planes
from trainer.data.sample import Pixels8

PLANES = ("image", "alpha", "mask", "matte", "cut")
KINDS = {"mask": 0.8, "soft": 0.1, "trimap_fg": 0.1}
"""How often each kind of guidance is the mask."""
WIDTH = 0.04
"""Largest kernel of the paper's perturbation as a share of the short side: 2 % to each side."""


@dataclass(frozen=True, eq=False)
class MaskCrop:
    """A square piece of a reduced photograph.

    Attributes:
        image: S×S×3 uint8.
        alpha: S×S uint8, the exact matte in 255ths.
        mask: S×S uint8, the coarse mask in 255ths.
        matte: S×S uint8, what closed form found around the mask's edge.
        cut: S×S uint8, what GrabCut found there, 0 or 255.
        family: as `Photograph.family`.
        scene: which photograph it is of.
    """

    image: Pixels8
    alpha: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    matte: NDArray[np.uint8]
    cut: NDArray[np.uint8]
    family: str
    scene: str


def write_masks(folder: Path, crops: Sequence[MaskCrop]) -> None:
    """Write crops as one folder; it appears under its name when it is whole."""
    write_planes(
        folder,
        {name: np.stack([getattr(crop, name) for crop in crops]) for name in PLANES},
        [{"family": crop.family, "scene": crop.scene} for crop in crops],
    )


class MaskPool:
    """All crops of a folder, as they are now.

    Args:
        root: the folder.

    Raises:
        UserError: if there are none, or one can't be read.
    """

    def __init__(self, root: Path) -> None:
        self._shards = Shards(root, PLANES, remedy="Make one with `matte-train pool OUT --masks`.")

    def __len__(self) -> int:
        return len(self._shards)

    def crop(self, index: int) -> MaskCrop:
        """Crop `index`; its arrays are mapped, not copied."""
        return MaskCrop(**self._shards.at(index))


def masks_of(sources: Sources, number: int, seed: int) -> Iterator[MaskCrop]:
    """Pieces of photograph `number`, reduced, around the edge of a mask of all of it.

    They depend on the number, the seed and the sources alone.
    """
    rng = np.random.default_rng([seed, number])
    photograph = draw_photograph(sources, rng)
    image, alpha = _reduced(photograph.image, photograph.alpha, sources.side, rng)
    mask = _mask(alpha, rng)
    band = band_of(mask)
    if not 0.02 < mask.mean() < 0.98 or not (band == UNKNOWN).any():
        return
    planes = [alpha, *np.moveaxis(mask_planes(Image(image), mask), -1, 0)]
    kept = [np.rint(plane * 255).astype(np.uint8) for plane in planes]
    for _ in range(sources.crops):
        cut = crop_around_unknown(band, sources.side, rng).slices
        pieces = {name: p[cut] for name, p in zip(PLANES, (image, *kept), strict=True)}
        yield MaskCrop(**pieces, family=photograph.family, scene=f"{seed}-{number}")


def _mask(alpha: Alpha, rng: np.random.Generator) -> Alpha:
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    width = max(1, round(WIDTH * min(alpha.shape)))
    settings = GuidanceSettings(perturbation=MaskPerturbation(width=width))
    return guidance_of(alpha, kind, rng, settings=settings)


def _reduced(
    image: Pixels8, alpha: Alpha, side: int, rng: np.random.Generator
) -> tuple[Pixels8, Alpha]:
    scale = max(rng.uniform(*COARSE_SCALES), side / min(alpha.shape))
    height, width = (max(side, round(length * scale)) for length in alpha.shape)
    small = (cv2.resize(p, (width, height), interpolation=cv2.INTER_AREA) for p in (image, alpha))
    return np.ascontiguousarray(next(small)), np.clip(next(small), 0, 1)
