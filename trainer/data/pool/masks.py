"""Coarse masks made ahead of time, with what classical methods make of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import UNKNOWN, Alpha, Image
from engine.matting.mask_planes import band_of, mask_planes
from trainer.data.crops import crop_around_unknown
from trainer.data.guidance import GuidanceSettings, MaskPerturbation, guidance_of
from trainer.data.mask_errors import MaskErrors
from trainer.data.pool.scenes import COARSE_SCALES, Sources, draw_photograph
from trainer.data.pool.shards import Shards
from trainer.data.sample import Pixels8

GUIDANCE = ("mask", "matte", "cut")
"""The planes of `mask_planes`."""
KINDS = {"mask": 0.8, "soft": 0.1, "trimap_fg": 0.1}
"""How often each kind of guidance is the mask."""
WIDTH = 0.04
"""Largest kernel of the paper's perturbation as a share of the short side: 2 % to each side."""
THRESHOLD = (0.05, 0.8)
"""A mask is cut here. Higher ones would teach that masks are smaller than their subjects."""
ERRORS = MaskErrors(reach=0.03, grown=4.0)


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


class MaskPool(Shards[MaskCrop]):
    """All crops of a folder; see `Shards`."""

    piece = MaskCrop
    made_by = "matte-train pool OUT --masks"


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
    planes = {"alpha": alpha, **dict(zip(GUIDANCE, _made_of(mask, image), strict=True))}
    kept = {name: np.rint(plane * 255).astype(np.uint8) for name, plane in planes.items()}
    for _ in range(sources.crops):
        cut = crop_around_unknown(band, sources.side, rng).slices
        pieces = {name: plane[cut] for name, plane in kept.items()}
        yield MaskCrop(image[cut], **pieces, family=photograph.family, scene=f"{seed}-{number}")


def _made_of(mask: Alpha, image: Pixels8) -> NDArray[np.float32]:
    return np.moveaxis(mask_planes(Image(image), mask), -1, 0)


def _mask(alpha: Alpha, rng: np.random.Generator) -> Alpha:
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    width = max(1, round(WIDTH * min(alpha.shape)))
    perturbation = MaskPerturbation(width=width, threshold=THRESHOLD)
    settings = GuidanceSettings(perturbation=perturbation, errors=ERRORS)
    return guidance_of(alpha, kind, rng, settings=settings)


def _reduced(
    image: Pixels8, alpha: Alpha, side: int, rng: np.random.Generator
) -> tuple[Pixels8, Alpha]:
    scale = max(rng.uniform(*COARSE_SCALES), side / min(alpha.shape))
    height, width = (max(side, round(length * scale)) for length in alpha.shape)
    small = (cv2.resize(p, (width, height), interpolation=cv2.INTER_AREA) for p in (image, alpha))
    return np.ascontiguousarray(next(small)), np.clip(next(small), 0, 1)
