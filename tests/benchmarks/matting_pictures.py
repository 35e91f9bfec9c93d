"""The pictures that `matting_table.py` compares on: made ones of families that nobody trained on,
made portraits, and a folder of real ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from trainer.ablation.alpha_scenes import held_out_person
from trainer.data.compose import compose
from trainer.data.layouts.opening import open_photographs
from trainer.data.made import MadeMattes, made_background
from trainer.data.portraits import portrait_photograph
from trainer.data.sample import Photograph
from trainer.evaluation.networks import scaled_down

SEED = 3
NOISE = 1.2  # of a sensor, in values of 255


@dataclass(frozen=True)
class Pictures:
    """Which pictures; each is addressed by a name such as `made/7`.

    Attributes:
        size: side of a made picture, short side of a real one, pixels.
        made: how many made subjects over made backgrounds.
        portraits: how many made portraits.
        families: of made subjects; empty for all of the validation split.
        extra: a folder with image/ and alpha/, or None.
        people: how many recomposed people of the validation split, small.
        recomposed: what `matte-train recompose` wrote, for these.
        backgrounds: folder with photographs without people, for these.
    """

    size: int
    made: int
    portraits: int
    families: tuple[str, ...] = ()
    extra: Path | None = None
    people: int = 0
    recomposed: Path | None = None
    backgrounds: Path | None = None

    def names(self) -> list[str]:
        """Of all pictures, in order."""
        counts = {"made": self.made, "portrait": self.portraits, "extra": self._extras()}
        counts["people"] = self.people
        return [f"{place}/{index}" for place, count in counts.items() for index in range(count)]

    def picture(self, name: str) -> Photograph:
        """A picture, always the same for a name, without a trimap of its own."""
        place, _, number = name.partition("/")
        make = {"made": self._made, "portrait": self._portrait, "extra": self._extra}
        found = (make | {"people": self._person})[place](int(number))
        return replace(found, trimap=None, detail=None)

    def _made(self, index: int) -> Photograph:
        rng = np.random.default_rng((SEED, index))
        size = self.size, self.size
        subject = MadeMattes("validation", size, self.families or None).subject(index, rng)
        return _noisy(compose(subject, made_background(size, rng, "validation"), rng), rng)

    def _portrait(self, index: int) -> Photograph:
        rng = np.random.default_rng((SEED, 1, index))
        return _noisy(portrait_photograph(rng, self.size, "validation"), rng)

    def _person(self, index: int) -> Photograph:
        assert self.recomposed is not None and self.backgrounds is not None
        rng = np.random.default_rng((SEED, 2, index))
        found = held_out_person(self.recomposed, self.backgrounds, index, rng, short=self.size)
        return _noisy(found, rng)

    def _extra(self, index: int) -> Photograph:
        """A real picture, its short side reduced to `size`."""
        assert self.extra is not None
        folder = self.extra.resolve()
        photograph = open_photographs(folder.name, root=folder).photograph(index)
        sides = photograph.alpha.shape
        small = scaled_down(photograph, round(self.size * max(sides) / min(sides)))
        return replace(small, family=folder.name)

    def _extras(self) -> int:
        if self.extra is None:
            return 0
        return len(open_photographs(self.extra.resolve().name, root=self.extra))


def _noisy(photograph: Photograph, rng: np.random.Generator) -> Photograph:
    """With a sensor's noise; the matte stays exact."""
    values = photograph.image + NOISE * rng.standard_normal(photograph.image.shape)
    return replace(photograph, image=np.clip(np.rint(values), 0, 255).astype(np.uint8))
