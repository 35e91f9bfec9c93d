"""A subject turned, stretched, sheared and mirrored."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.config import Block
from trainer.data.pairs import random_interpolation
from trainer.data.sample import Subject


class Affine(Block):
    """Ranges of the released training of paper 003 (which itself names none).

    Attributes:
        probability: of any of it.
        degrees: largest rotation either way.
        rotate_from: pictures whose longer side is shorter than this are not rotated.
        scale: of each axis by itself, smallest and largest.
        shear: largest angle either way, in degrees.
        mirror: probability of left for right.
        upset: probability of top for bottom; for portraits 0 is better.
    """

    probability: float = 1.0
    degrees: float = 30.0
    rotate_from: int = 1024
    scale: tuple[float, float] = (0.8, 1.25)
    shear: float = 10.0
    mirror: float = 0.5
    upset: float = 0.5


def transformed(
    subject: Subject, rng: np.random.Generator, *, settings: Affine | None = None
) -> Subject:
    """A subject under a random affine map about its middle, by a random interpolation.

    Args:
        subject: size and type are kept; what comes from outside is empty.
        rng: everything random comes from here.
        settings: None takes the defaults.
    """
    settings = settings or Affine()
    if rng.random() >= settings.probability:
        return subject
    matrix, how = random_matrix(subject.size, rng, settings=settings), random_interpolation(rng)
    to = (subject.size[1], subject.size[0])
    detail = subject.detail
    if detail is not None:
        labels = cv2.warpAffine(detail.astype(np.uint8), matrix, to, flags=cv2.INTER_NEAREST)
        detail = labels > 0
    colours = cv2.warpAffine(
        subject.foreground, matrix, to, flags=how, borderMode=cv2.BORDER_REPLICATE
    )
    alpha = np.clip(cv2.warpAffine(subject.alpha, matrix, to, flags=how), 0, 1)
    return Subject(np.asarray(colours, np.uint8), alpha, subject.name, subject.family, detail)


def random_matrix(
    size: tuple[int, int], rng: np.random.Generator, *, settings: Affine
) -> NDArray[np.float64]:
    """2×3, from (column, row) of the old picture to the new one's; the middle stays."""
    turn = rng.uniform(-1, 1) * settings.degrees if max(size) >= settings.rotate_from else 0.0
    turn, lean = math.radians(turn), math.radians(rng.uniform(-1, 1) * settings.shear)
    flips = np.where(rng.random(2) < (settings.mirror, settings.upset), -1.0, 1.0)
    stretch = np.diag(rng.uniform(*settings.scale, 2) * flips)
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    linear = rotation @ np.array([[1.0, math.tan(lean)], [0.0, 1.0]]) @ stretch
    middle = np.array([(size[1] - 1) / 2, (size[0] - 1) / 2])
    return np.column_stack([linear, middle - linear @ middle])
