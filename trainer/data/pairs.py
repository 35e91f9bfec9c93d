"""Two subjects in one: a training set's foregrounds combined in pairs."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from trainer.config import Block
from trainer.data.compose import INTERPOLATIONS
from trainer.data.sample import Pixels8, Subject


class Pairing(Block):
    """How often, and how, a second subject is put behind the first.

    The paper (003) doesn't speak of it; the released code does it as `colours = "released"`.

    Attributes:
        probability: of a second subject.
        colours: "over" gives the exact colours of the first over the second; "released" is
            F₁α₁ + F₂(1 − α₁), which shows the second's colours where it isn't.
        resize: probability that a pair is made `side` pixels high and wide.
        side: see `resize`.
    """

    probability: float = 0.5
    colours: Literal["over", "released"] = "over"
    resize: float = 0.25
    side: int = 640


def paired(
    first: Subject, second: Subject, rng: np.random.Generator, *, settings: Pairing | None = None
) -> Subject:
    """The first subject over the second, as one: α = 1 − (1 − α₁)(1 − α₂).

    Args:
        first: in front; its size is the result's.
        second: behind; stretched to that size.
        rng: for the interpolation, and whether the pair is resized.
        settings: None takes the defaults. `probability` is the caller's business.

    Returns:
        The pair; `first` itself if together they would be opaque everywhere.
    """
    settings = settings or Pairing()
    behind = resized(second, first.size, rng)
    alpha = 1 - (1 - first.alpha) * (1 - behind.alpha)
    if (alpha >= 1).all():
        return first
    colours = _COLOURS[settings.colours](first, behind, alpha)
    pair = Subject(colours, alpha, f"{first.name}+{second.name}", first.family)
    if rng.random() < settings.resize:
        return resized(pair, (settings.side, settings.side), rng)
    return pair


def resized(subject: Subject, size: tuple[int, int], rng: np.random.Generator) -> Subject:
    """A subject stretched to a size by a random interpolation (nearest, linear, cubic, Lanczos)."""
    how, to = random_interpolation(rng), (size[1], size[0])
    if subject.size == size:
        return subject
    detail = None
    if subject.detail is not None:
        plane = cv2.resize(subject.detail.astype(np.uint8), to, interpolation=cv2.INTER_NEAREST)
        detail = plane > 0
    return Subject(
        foreground=np.asarray(cv2.resize(subject.foreground, to, interpolation=how), np.uint8),
        alpha=np.clip(cv2.resize(subject.alpha, to, interpolation=how), 0, 1),
        name=subject.name,
        family=subject.family,
        detail=detail,
    )


def random_interpolation(rng: np.random.Generator) -> int:
    """One of `INTERPOLATIONS`."""
    return INTERPOLATIONS[rng.integers(len(INTERPOLATIONS))]


def _over(first: Subject, second: Subject, alpha: np.ndarray) -> Pixels8:
    front = first.alpha[..., None]
    both = first.foreground * front + second.foreground * (alpha[..., None] - front)
    mean = (first.foreground.astype(np.float32) + second.foreground) / 2
    shown = alpha[..., None] > 0
    colours = np.where(shown, both / np.maximum(alpha[..., None], 1e-6), mean)
    return np.rint(np.clip(colours, 0, 255)).astype(np.uint8)


def _released(first: Subject, second: Subject, alpha: np.ndarray) -> Pixels8:
    front = first.alpha[..., None]
    mixed = first.foreground * front + second.foreground * (1 - front)
    return np.rint(np.clip(mixed, 0, 255)).astype(np.uint8)


_COLOURS = {"over": _over, "released": _released}
