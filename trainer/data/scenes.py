"""What a training sample is cut out of: a subject before it has a background, or a photograph."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import Alpha, Rect
from trainer.config import Block
from trainer.data.affine import Affine, transformed
from trainer.data.augment import RealWorld
from trainer.data.colour import Jitter, jittered
from trainer.data.compose import compose
from trainer.data.crops import large_enough
from trainer.data.pairs import Pairing, paired
from trainer.data.sample import Backgrounds, Photograph, Photographs, Subject, Subjects


class Augmentation(Block):
    """What is done to a subject on its way to a sample, in this order.

    Attributes:
        pairing: with a second subject behind.
        affine: turned, stretched, mirrored.
        crop: side of the sample in pixels.
        jitter: colours of the foreground.
        real_world: of the composite.
    """

    pairing: Pairing = Pairing()
    affine: Affine = Affine()
    crop: int = 512
    jitter: Jitter = Jitter()
    real_world: RealWorld = RealWorld()


class Scene(Protocol):
    """Something whose matte is known before it is decided which piece becomes a sample."""

    @property
    def alpha(self) -> Alpha: ...

    def cropped(self, rect: Rect, rng: np.random.Generator) -> Photograph:
        """A piece of it, as a photograph."""


class Scenes(Protocol):
    """An endless collection of scenes, each at least a crop high and wide."""

    def scene(self, index: int, rng: np.random.Generator) -> Scene: ...


@dataclass(frozen=True)
class ComposedScenes:
    """Augmented subjects over random backgrounds.

    Attributes:
        subjects: taken in turn.
        backgrounds: taken at random.
        augmentation: settings.
    """

    subjects: Subjects
    backgrounds: Backgrounds
    augmentation: Augmentation

    def scene(self, index: int, rng: np.random.Generator) -> ComposedScene:
        """Scene `index`, see `Scenes`."""
        settings, count = self.augmentation, len(self.subjects)
        subject = self.subjects.subject(index % count, rng)
        if rng.random() < settings.pairing.probability:
            second = self.subjects.subject(int(rng.integers(count)), rng)
            subject = paired(subject, second, rng, settings=settings.pairing)
        subject = transformed(subject, rng, settings=settings.affine)
        subject = large_enough(subject, settings.crop, rng)
        return ComposedScene(subject, self.backgrounds, settings.jitter)


@dataclass(frozen=True)
class ComposedScene:
    """A subject that gets its background once it is cropped."""

    subject: Subject
    backgrounds: Backgrounds
    jitter: Jitter

    @property
    def alpha(self) -> Alpha:
        return self.subject.alpha

    def cropped(self, rect: Rect, rng: np.random.Generator) -> Photograph:
        """A piece of the subject, its colours changed, over a background of the piece's size."""
        piece = subject_piece(self.subject, rect)
        colours = jittered(piece.foreground, piece.alpha, rng, settings=self.jitter)
        number = int(rng.integers(len(self.backgrounds)))
        background = self.backgrounds.background(number, piece.size, rng)
        return compose(replace(piece, foreground=colours), background, rng)


@dataclass(frozen=True)
class PhotographScenes:
    """Photographs with mattes, mirrored now and then; those that are too small are enlarged.

    Attributes:
        photographs: taken in turn.
        crop: side of the sample in pixels.
    """

    photographs: Photographs
    crop: int

    def scene(self, index: int, rng: np.random.Generator) -> PhotographScene:
        """Scene `index`, see `Scenes`."""
        photograph = self.photographs.photograph(index % len(self.photographs))
        # A photograph is resized as a subject would be, its colours in the foreground's place.
        whole = Subject(photograph.image, photograph.alpha, photograph.name, photograph.family)
        return PhotographScene(large_enough(whole, self.crop, rng))


@dataclass(frozen=True)
class PhotographScene:
    """A photograph whose layers are not known; its picture stands as the subject's colours."""

    whole: Subject

    @property
    def alpha(self) -> Alpha:
        return self.whole.alpha

    def cropped(self, rect: Rect, rng: np.random.Generator) -> Photograph:
        """A piece of the photograph."""
        piece = subject_piece(self.whole, rect)
        return Photograph(piece.foreground, piece.alpha, piece.name, piece.family)


def subject_piece(subject: Subject, rect: Rect) -> Subject:
    """A rectangle of a subject."""
    detail: NDArray[np.bool_] | None = subject.detail
    return Subject(
        foreground=np.ascontiguousarray(subject.foreground[rect.slices]),
        alpha=np.ascontiguousarray(subject.alpha[rect.slices]),
        name=subject.name,
        family=subject.family,
        detail=None if detail is None else detail[rect.slices],
    )
