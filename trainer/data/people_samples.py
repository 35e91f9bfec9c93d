"""Training samples for finding people: a frame around somebody, in the light of any camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.imaging.types import Alpha, Rect
from trainer.config import Block
from trainer.data.augment import RealWorld, degraded
from trainer.data.pool.variation import lit, unit
from trainer.data.sample import Photograph, Pixels8

LENS = RealWorld(
    probability=0.5, contrast=(0.7, 1.3), jpeg=(2.0, 60.0), blur=(0.0, 1.5), noise=(0.0, 12.0)
)


BROAD = 0.6
"""A frame shows at least this part of a person's width in height: more than a forehead."""


class Framing(Block):
    """How people are framed.

    Attributes:
        shapes: heights and widths of samples, multiples of the network's; one for a whole batch.
        whole: share of frames that show people from head to foot, as far as they are there.
        bust: smallest and largest part of a person's height in the other frames.
        margin: height of a frame over what it shows of the person, smallest and largest.
        grey: share of samples without colour.
        turned: largest turn in degrees, of a quarter of the samples.
        resized: the whole photograph is stretched to the shape, and that is all (POMAGAN,
            section 3.3): none of the above but `shapes`, nothing mirrored, no other light or lens.
    """

    shapes: tuple[tuple[int, int], ...] = ((320, 224), (256, 256), (224, 320))
    whole: float = 0.35
    bust: tuple[float, float] = (0.17, 0.7)
    margin: tuple[float, float] = (1.03, 1.6)
    grey: float = 0.12
    turned: float = 12.0
    resized: bool = False


class Drawable(Protocol):
    """An endless collection of photographs with mattes."""

    def scene(self, rng: np.random.Generator) -> Photograph:
        """One of them; all of it comes from `rng`."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A framed photograph.

    Attributes:
        photograph: the whole of it.
        image: 3×H×W in [0, 1], what is seen.
        alpha: H×W float32 in [0, 1], of what is seen.
    """

    photograph: Photograph
    image: Tensor
    alpha: Alpha


class PeopleSamples:
    """An endless stream of samples (`trainer.phase.Samples`).

    Args:
        scenes: what photographs are drawn from.
        framing: how they are framed.
        batch: samples in a step; these have one shape.
        seed: of everything random.
    """

    def __init__(self, scenes: Drawable, *, framing: Framing, batch: int, seed: int) -> None:
        self._scenes, self._framing = scenes, framing
        self._batch, self._seed = batch, seed

    def sample(self, index: int) -> dict[str, Tensor]:
        """`image` 3×H×W in [0, 1] and `alpha` 1×H×W, the people's."""
        drawn = self.drawn(index)
        return {"image": drawn.image, "alpha": torch.from_numpy(drawn.alpha[None])}

    def drawn(self, index: int) -> Drawn:
        """What sample `index` is made of."""
        rng = np.random.default_rng([self._seed, index])
        shape = self._shape(index // self._batch)
        photograph = self._scenes.scene(rng)
        if self._framing.resized:
            image, alpha = stretched(photograph.image, photograph.alpha, shape)
            seen = unit(image)
        else:
            image, alpha = framed(photograph, shape, rng, self._framing)
            image = _grey(image) if rng.random() < self._framing.grey else image
            seen = lit(degraded(image, rng, settings=LENS), rng)
        planes = torch.from_numpy(np.ascontiguousarray(seen.transpose(2, 0, 1)))
        return Drawn(photograph, planes, np.ascontiguousarray(alpha))

    def _shape(self, step: int) -> tuple[int, int]:
        shapes = self._framing.shapes
        return shapes[int(np.random.default_rng([self._seed, step, 1]).integers(len(shapes)))]


def framed(
    photograph: Photograph, shape: tuple[int, int], rng: np.random.Generator, framing: Framing
) -> tuple[Pixels8, Alpha]:
    """A piece of a photograph with somebody in it, at another size, mirrored half of the time.

    Args:
        photograph: with the matte of its people.
        shape: height and width wanted.
        rng: everything random comes from here.
        framing: what is shown.
    """
    image, alpha = photograph.image, photograph.alpha
    if rng.random() < 0.25:
        image, alpha = _turned(image, alpha, rng.uniform(-1, 1) * framing.turned)
    inside = frame(alpha, shape[1] / shape[0], rng, framing).slices
    step = int(rng.choice([-1, 1]))
    return stretched(image[inside][:, ::step], alpha[inside][:, ::step], shape)


def stretched(image: Pixels8, alpha: Alpha, shape: tuple[int, int]) -> tuple[Pixels8, Alpha]:
    """A picture and its matte at another height and width, whatever their own shape."""
    size = shape[::-1]
    how = cv2.INTER_AREA if alpha.shape[0] > shape[0] else cv2.INTER_CUBIC
    seen = cv2.resize(np.ascontiguousarray(image), size, interpolation=how)
    matte = cv2.resize(np.ascontiguousarray(alpha), size, interpolation=cv2.INTER_AREA)
    return np.asarray(seen, np.uint8), np.clip(matte, 0, 1)


def frame(alpha: Alpha, aspect: float, rng: np.random.Generator, framing: Framing) -> Rect:
    """Where to look: at all of a person or from the head down, not beyond the photograph."""
    height, width = alpha.shape
    rows, columns = (np.flatnonzero((alpha > 0.5).any(axis=axis)) for axis in (1, 0))
    if len(rows) == 0:
        rows, columns = np.arange(height), np.arange(width)
    part = 1.0 if rng.random() < framing.whole else rng.uniform(*framing.bust)
    shown = max(part * (rows[-1] + 1 - rows[0]), BROAD * (columns[-1] + 1 - columns[0]))
    tall = min(shown * rng.uniform(*framing.margin), height, width / aspect)
    wide = tall * aspect
    top = rows[0] - rng.uniform(0, 0.25) * tall
    middle = _middle(alpha, rows[0], tall) if len(columns) < width else width / 2
    left = middle - wide / 2 + rng.uniform(-0.25, 0.25) * wide
    top, left = np.clip(top, 0, height - tall), np.clip(left, 0, width - wide)
    return Rect(
        round(float(top)),
        round(float(left)),
        min(height, round(float(top + max(tall, 2)))),
        min(width, round(float(left + max(wide, 2)))),
    )


def _middle(alpha: Alpha, first: int, tall: float) -> float:
    """The column in the middle of what a frame from row `first` shows of the person."""
    columns = np.flatnonzero((alpha[first : first + max(1, round(tall))] > 0.5).any(axis=0))
    return float(columns.mean()) if len(columns) else alpha.shape[1] / 2


def _turned(image: Pixels8, alpha: Alpha, degrees: float) -> tuple[Pixels8, Alpha]:
    height, width = alpha.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned: list[NDArray[np.generic]] = [
        cv2.warpAffine(plane, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101)
        for plane in (image, alpha)
    ]
    return np.asarray(turned[0], np.uint8), np.asarray(turned[1], np.float32)


def _grey(image: Pixels8) -> Pixels8:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)[..., None].repeat(3, 2)
