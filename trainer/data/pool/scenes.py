"""Photographs for the pool: subjects of several sources over made and real backgrounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from engine.imaging.types import UNKNOWN, Image
from engine.matting.solve import solve_alpha
from trainer.data.augment import RealWorld, degraded
from trainer.data.compose import compose
from trainer.data.crops import crop_around_unknown
from trainer.data.guidance import trimap_of
from trainer.data.made import made_background
from trainer.data.pool.crops import Crop
from trainer.data.sample import Backgrounds, Photograph, Pixels8, Split, Subject, Subjects

LENS = RealWorld(
    probability=0.6, contrast=(0.75, 1.25), jpeg=(2.0, 45.0), blur=(0.0, 1.2), noise=(0.0, 9.0)
)
"""Milder than the released ranges: the matte must still be visible in what is left."""
COARSE_SCALES = (0.45, 1.0)
MADE_BACKGROUND = 0.45
"""How often the background is made though real ones are there."""
WIDTHS = (3, 41)
"""Of the trimap's ellipses."""


@dataclass(frozen=True)
class Sources:
    """Where subjects and backgrounds come from.

    Attributes:
        subjects: collections, each with how often it is chosen.
        backgrounds: real pictures, or None.
        split: of the made backgrounds.
        scene: side of the photographs in pixels.
        side: of the crops.
        crops: of each photograph.
        coarse: share of photographs that give coarse crops in place of fine ones.
    """

    subjects: list[tuple[Subjects, float]]
    backgrounds: Backgrounds | None = None
    split: Split = "train"
    scene: int = 512
    side: int = 256
    crops: int = 3
    coarse: float = 0.125
    lens: RealWorld = field(default=LENS)


def crops_of(sources: Sources, number: int, seed: int) -> Iterator[Crop]:
    """The crops of photograph `number`; they depend on it, the seed and the sources alone."""
    rng = np.random.default_rng([seed, number])
    photograph = draw_photograph(sources, rng)
    scene = f"{seed}-{number}"
    if not _has_edge(photograph):
        return
    if rng.random() < sources.coarse:
        yield from _coarse(photograph, sources, scene, rng)
    else:
        yield from _fine(photograph, sources, scene, rng)


def draw_photograph(sources: Sources, rng: np.random.Generator) -> Photograph:
    """A subject over a background, as a camera gives it."""
    subject = draw_subject(sources, rng)
    photograph = compose(subject, draw_background(sources, subject.size, rng), rng)
    image = degraded(photograph.image, rng, settings=sources.lens)
    return Photograph(image, photograph.alpha, photograph.name, photograph.family)


def draw_subject(sources: Sources, rng: np.random.Generator) -> Subject:
    """A subject of one of the collections, at most a scene large."""
    weights = np.array([weight for _, weight in sources.subjects])
    chosen = sources.subjects[int(rng.choice(len(weights), p=weights / weights.sum()))][0]
    subject = chosen.subject(int(rng.integers(len(chosen))), rng)
    return _framed(subject, sources.scene, rng)


def draw_background(sources: Sources, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
    """A real background, or a made one."""
    real = sources.backgrounds
    if real is None or rng.random() < MADE_BACKGROUND:
        return made_background(size, rng, sources.split)
    return real.background(int(rng.integers(len(real))), size, rng)


def _framed(subject: Subject, side: int, rng: np.random.Generator) -> Subject:
    """A piece of at most `side`² of a subject, mirrored half of the time."""
    height, width = min(side, subject.size[0]), min(side, subject.size[1])
    top = int(rng.integers(0, subject.size[0] - height + 1))
    left = int(rng.integers(0, subject.size[1] - width + 1))
    step = int(rng.choice([-1, 1]))
    rows, cols = slice(top, top + height), slice(left, left + width)
    foreground = np.ascontiguousarray(subject.foreground[rows, cols][:, ::step])
    alpha = np.ascontiguousarray(subject.alpha[rows, cols][:, ::step])
    side_short = min(height, width)
    if side_short < side // 2:
        scale = side // 2 / side_short
        foreground = cv2.resize(foreground, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        alpha = np.clip(cv2.resize(alpha, foreground.shape[1::-1]), 0, 1)
    return Subject(foreground, alpha, subject.name, subject.family)


def _has_edge(photograph: Photograph) -> bool:
    alpha = photograph.alpha
    return bool(0.02 < alpha.mean() < 0.98 and (alpha > 0.99).any() and (alpha < 0.01).any())


def _fine(
    photograph: Photograph, sources: Sources, scene: str, rng: np.random.Generator
) -> Iterator[Crop]:
    """Pieces at full resolution, with the prior solved in the whole photograph."""
    trimap = trimap_of(photograph.alpha, rng, widths=WIDTHS)
    if not ((trimap == 0).any() and (trimap == 255).any() and (trimap == UNKNOWN).any()):
        return
    prior = _bytes(solve_alpha(Image(photograph.image), trimap))
    alpha = _bytes(photograph.alpha)
    for _ in range(sources.crops):
        cut = crop_around_unknown(trimap, sources.side, rng).slices
        planes = photograph.image[cut], alpha[cut], trimap[cut], prior[cut]
        yield Crop(*planes, kind="fine", family=photograph.family, scene=scene)


def _coarse(
    photograph: Photograph, sources: Sources, scene: str, rng: np.random.Generator
) -> Iterator[Crop]:
    """Pieces of the photograph, reduced, in which the network must see where the edge is."""
    short = min(photograph.alpha.shape)
    scale = max(rng.uniform(*COARSE_SCALES), sources.side / short)
    size = [max(sources.side, round(side * scale)) for side in photograph.alpha.shape]
    image = cv2.resize(photograph.image, size[::-1], interpolation=cv2.INTER_AREA)
    matte = np.clip(cv2.resize(photograph.alpha, size[::-1], interpolation=cv2.INTER_AREA), 0, 1)
    trimap = trimap_of(matte, rng, widths=(1, 15))
    alpha = _bytes(matte)
    for _ in range(sources.crops):
        cut = crop_around_unknown(trimap, sources.side, rng).slices
        planes = image[cut], alpha[cut], trimap[cut], trimap[cut]
        yield Crop(*planes, kind="coarse", family=photograph.family, scene=scene)


def _bytes(alpha: np.ndarray) -> np.ndarray:
    return np.rint(alpha * 255).astype(np.uint8)
