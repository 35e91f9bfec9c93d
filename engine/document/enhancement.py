"""How a document's photograph was enhanced: the change that was found, and a note of how."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError
from engine.imaging.types import Image, Pixels, Rect, Rgb

if TYPE_CHECKING:
    from engine.enhance.change import Change, ChangeSize
    from engine.enhance.result import Enhanced

ZERO, SPAN = 32768, 32767
"""The code of no change, and how many codes there are on each side of it."""
POINTS = 240
"""Of the curve that is kept."""


@dataclass(frozen=True)
class Amount:
    """How much a photograph differs from its enhanced version, in grey levels of 255.

    Attributes:
        most: the largest difference of a sample.
        mean: the mean difference where it changes.
        held_back: share of the wanted mean that the bounds took away, 0 to 1.
    """

    most: float
    mean: float
    held_back: float = 0.0


@dataclass(frozen=True)
class EnhancementNote:
    """Who took part and what came of it; of plain values, as a project file has them.

    Attributes:
        generator: name of its weights.
        resolution: side of the generator's pictures in pixels.
        discriminator: its name, empty without the compositional term.
        trimap: the trimap network's name.
        reference: the matting model's name.
        features: the perceptual term's network, empty without it.
        found_by: by what the head was found.
        mode: whether the change came back or the generator's picture itself.
        steps: that were made.
        wanted: steps that were asked for.
        psnr: decibels of the inversion.
        entropy_before: of the trimap model on the original, nats a pixel.
        entropy_after: the same on the enhanced photograph.
        most: bound of any sample's change, grey levels.
        mean: bound of the mean change, grey levels.
        refused: terms that could not be had, and why.
        total: the objective at each step, thinned to `POINTS`.
    """

    generator: str = ""
    resolution: int = 0
    discriminator: str = ""
    trimap: str = ""
    reference: str = ""
    features: str = ""
    found_by: str = ""
    mode: str = "change"
    steps: int = 0
    wanted: int = 0
    psnr: float = 0.0
    entropy_before: float = 0.0
    entropy_after: float = 0.0
    most: float = 24.0
    mean: float = 4.0
    refused: tuple[tuple[str, str], ...] = ()
    total: tuple[float, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all steps were made; else it is the best that was found until it was stopped."""
        return self.steps >= self.wanted


@dataclass(frozen=True, eq=False)
class Enhancement:
    """A change of the photograph at strength 1, as whole numbers, so that files keep it exactly.

    Attributes:
        rect: the part of the photograph that may change.
        codes: h×w×3 uint16, read-only: a change of (code - `ZERO`) / `SPAN` · `reach`.
        reach: the largest change that a code stands for, 1 is from black to white.
        note: how it was found.
    """

    rect: Rect
    codes: NDArray[np.uint16]
    reach: float
    note: EnhancementNote

    def __post_init__(self) -> None:
        wanted = (self.rect.height, self.rect.width, 3)
        if self.codes.shape != wanted or self.codes.dtype != np.uint16:
            raise BugError(f"codes are {self.codes.dtype} {self.codes.shape}, not {wanted}")
        self.codes.flags.writeable = False

    @classmethod
    def of(cls, found: Enhanced) -> Enhancement:
        """What an enhancement gave, at strength 1."""
        change = found.change
        reach = float(max(np.abs(change.values).max(initial=0.0), 1e-6))
        scaled = change.values * np.float32(SPAN / reach)
        np.rint(scaled, out=scaled)
        codes = (scaled.astype(np.int32) + ZERO).astype(np.uint16)
        return cls(change.rect, codes, reach, _note_of(found))

    @cached_property
    def change(self) -> Change:
        """The change itself."""
        from engine.enhance.change import Change

        return Change(self.rect, self._values())

    def drawn(self, pixels: Pixels, strength: float) -> tuple[Pixels, Amount]:
        """The changed part of a photograph.

        Args:
            pixels: H×W×3, the photograph's.
            strength: 0 to 1.5.

        Returns:
            h×w×3 of `rect` at the photograph's depth, and how much it differs.
        """
        from engine.enhance.change import Change

        kept, size = self._bounded(strength)
        inside = Rect(0, 0, self.rect.height, self.rect.width)
        part = Change(inside, kept.values).added_to(pixels[self.rect.slices])
        return part, Amount(float(size.most), float(size.mean), float(size.held_back))

    def picture(self, image: Image, strength: float) -> Image:
        """The whole photograph, enhanced."""
        pixels = image.pixels.copy()
        pixels[self.rect.slices], _ = self.drawn(image.pixels, strength)
        return Image(pixels, image.alpha, image.metadata)

    def kept(self, strength: float) -> Change:
        """The change at a strength, within its bounds, as it is added to the photograph."""
        return self._bounded(strength)[0]

    def _bounded(self, strength: float) -> tuple[Change, ChangeSize]:
        from engine.enhance.change import ChangeBounds

        return self.change.bounded(strength, ChangeBounds(self.note.most, self.note.mean))

    def _values(self) -> Rgb:
        values = self.codes.astype(np.float32)
        values -= np.float32(ZERO)
        values *= np.float32(self.reach / SPAN)
        return values


def _note_of(found: Enhanced) -> EnhancementNote:
    names, settings = found.names, found.settings
    total = found.curves.get("total", ())
    return EnhancementNote(
        generator=names.generator,
        resolution=names.resolution,
        discriminator=names.discriminator,
        trimap=names.trimap,
        reference=names.reference,
        features=names.features,
        found_by=found.alignment.found,
        mode=settings.mode,
        steps=found.steps,
        wanted=settings.steps,
        psnr=_plain(found.psnr),
        entropy_before=_plain(found.entropy_before),
        entropy_after=_plain(found.entropy_after),
        most=settings.bounds.most,
        mean=settings.bounds.mean,
        refused=tuple(found.refused.items()),
        total=tuple(map(_plain, total[:: -(-len(total) // POINTS) or 1])),
    )


def _plain(value: float) -> float:
    """A number that JSON can hold: an exact inversion has no end of decibels."""
    return float(np.nan_to_num(value, posinf=999.0, neginf=-999.0))
