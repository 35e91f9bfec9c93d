"""Photographs to find people in: labelled, composed anew, drawn, in groups, and of nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from pydantic import Field

from engine.errors import UserError
from engine.imaging.types import Alpha
from trainer.config import Block, Whole
from trainer.data.compose import blended, compose, covering
from trainer.data.folders import SubjectFiles
from trainer.data.layouts.opening import open_photographs, open_subjects
from trainer.data.made import made_background
from trainer.data.names import selection
from trainer.data.portraits import MadePortraits
from trainer.data.recompose import RecomposedPeople, split_of
from trainer.data.remembered import RememberedPhotographs, RememberedSubjects
from trainer.data.sample import (
    Backgrounds,
    Photograph,
    Photographs,
    Pixels8,
    Split,
    Subject,
    Subjects,
)
from trainer.data.sources import MADE, pictures_of

PORTRAIT_SIDES = (128, 288)
"""Shortest and longest side of a made portrait; more would not be seen."""
ROOM = 0.9
"""Most background beside a person who was cut out, as a share of the picture's side."""
MADE_BACKGROUND = 0.15
"""How often a background is drawn though there are real ones."""
GROUP_SCALE = (0.6, 1.1)


class People(Block):
    """Where people come from, and how often, relative to each other.

    Attributes:
        photographs: data set of labelled photographs; "off" does without.
        recomposed: folder of `matte-train recompose`; None does without.
        subjects: data sets with foregrounds and mattes, of which the training split is taken.
        person_lists: for some of these, files with the names of those that are people, one a line;
            of the others all are taken.
        backgrounds: data set with pictures of nobody, or "made".
        copies: over how many backgrounds each of the subjects comes, always the same, as a set that
            was composed ahead of time (100 in the paper); 0 is any of them.
        remembered: labelled photographs and people cut out, so many of each, that every worker
            keeps decoded (a megabyte or two each).
        labelled: share of the labelled photographs as they are.
        composed: of people cut out over another background.
        drawn: of made portraits.
        groups: of people cut out beside those of a labelled photograph.
        nobody: of backgrounds alone.
        matted: of the subjects over other backgrounds.
    """

    photographs: str = "people"
    recomposed: Path | None = None
    subjects: tuple[str, ...] = ()
    person_lists: dict[str, Path] = Field(default_factory=dict)
    backgrounds: str = MADE
    copies: Whole = 0
    remembered: Whole = 1000
    labelled: float = 0.49
    composed: float = 0.3
    drawn: float = 0.08
    groups: float = 0.08
    nobody: float = 0.05
    matted: float = 0.0


@dataclass(frozen=True)
class Sources:
    """What scenes are made of; see `People`."""

    split: Split
    photographs: Photographs | None
    kept: tuple[int, ...]
    cut: Subjects | None
    backgrounds: Backgrounds
    subjects: tuple[SubjectFiles, ...] = ()
    copies: int = 0


class PeopleScenes:
    """An endless collection of photographs.

    Args:
        settings: what of.
        split: of everything; labelled people are split by their names (`recompose.split_of`).

    Raises:
        UserError: if a data set is not there, or nothing is left to draw from.
    """

    def __init__(self, settings: People, split: Split) -> None:
        self._sources = _opened(settings, split)
        there = {
            name: getattr(settings, name)
            for name, kind in SCENES.items()
            if kind.there(self._sources)
        }
        total = sum(there.values())
        if total <= 0:
            raise UserError("No kind of people is left to train on.", remedy="Set people.drawn=1.")
        self._names = list(there)
        self._shares = [share / total for share in there.values()]

    def scene(self, rng: np.random.Generator) -> Photograph:
        """A photograph with the people's matte; all of it comes from `rng`."""
        name = str(rng.choice(self._names, p=self._shares))
        return SCENES[name].draw(self._sources, rng)


def labelled(root: str, split: Split) -> tuple[Photographs, tuple[int, ...]]:
    """A data set of labelled photographs, and the numbers of those that belong to a split."""
    opened = open_photographs(root)
    return opened, tuple(n for n, name in enumerate(opened.names) if split_of(name) == split)


def _opened(settings: People, split: Split) -> Sources:
    none: tuple[Photographs | None, tuple[int, ...]] = (None, ())
    wanted = settings.photographs != "off"
    photographs, kept = labelled(settings.photographs, split) if wanted else none
    most = settings.remembered
    if photographs is not None:
        photographs = RememberedPhotographs(photographs, most)
    cut = None
    if settings.recomposed is not None:
        people = RecomposedPeople(settings.recomposed.expanduser(), split)
        cut = RememberedSubjects(people, most)
    backgrounds = pictures_of(settings.backgrounds, split)
    subjects = _people_of(settings) if split == "train" else ()
    return Sources(split, photographs, kept, cut, backgrounds, subjects, settings.copies)


def _people_of(settings: People) -> tuple[SubjectFiles, ...]:
    strangers = sorted(set(settings.person_lists) - set(settings.subjects))
    if strangers:
        raise UserError(
            f"There is a list of people for {', '.join(strangers)}, but no such subjects.",
            remedy="Name the data set in people.subjects too.",
        )
    return tuple(_listed(name, settings.person_lists.get(name)) for name in settings.subjects)


def _listed(name: str, path: Path | None) -> SubjectFiles:
    """The people among the subjects of a data set."""
    path = None if path is None else path.expanduser()
    if path is not None and not path.is_file():
        raise UserError(
            f"The list of the people in {name} is not there.",
            remedy="Write the names of its subjects that are people, one a line; "
            "--set 'people.person_lists={}' takes all subjects.",
            path=path,
        )
    chosen = selection(keep=path)
    opened = open_subjects(name, selection=chosen)
    unknown = chosen.missed(opened.names)
    if unknown:
        raise UserError(f"No subject of {name} is called {', '.join(unknown)}.", path=path)
    return opened


def _labelled(sources: Sources, rng: np.random.Generator) -> Photograph:
    assert sources.photographs is not None
    return sources.photographs.photograph(int(rng.choice(sources.kept)))


def _composed(sources: Sources, rng: np.random.Generator) -> Photograph:
    return _over(_cut(sources, rng), sources, rng)


def _drawn(sources: Sources, rng: np.random.Generator) -> Photograph:
    side = int(rng.integers(PORTRAIT_SIDES[0], PORTRAIT_SIDES[1] + 1))
    subject = MadePortraits(sources.split, side).subject(0, rng)
    return _over(subject, sources, rng)


def _nobody(sources: Sources, rng: np.random.Generator) -> Photograph:
    size = int(rng.integers(256, 577)), int(rng.integers(256, 577))
    image = _behind(sources, size, rng)
    return Photograph(image, np.zeros(size, np.float32), "nobody", "nobody")


def _group(sources: Sources, rng: np.random.Generator) -> Photograph:
    """Somebody cut out stands in a labelled photograph, whoever is behind whom."""
    there, other = _labelled(sources, rng), _cut(sources, rng)
    height, width = there.alpha.shape
    scale = rng.uniform(*GROUP_SCALE) * height / other.size[0]
    size = max(8, round(other.size[1] * scale)), max(8, round(other.size[0] * scale))
    colours = np.asarray(cv2.resize(other.foreground, size, interpolation=cv2.INTER_AREA), np.uint8)
    matte = np.clip(cv2.resize(other.alpha, size, interpolation=cv2.INTER_AREA), 0, 1)
    left = int(rng.integers(-size[0] // 2, width - size[0] // 2))
    foreground, alpha = _placed(colours, matte, (height, width), (height - size[1], left))
    image = blended(foreground, there.image, alpha)
    both = np.asarray(np.maximum(alpha, there.alpha), np.float32)
    return Photograph(image, both, there.name, "group")


def _matted(sources: Sources, rng: np.random.Generator) -> Photograph:
    """A subject as it is over a background, composed as the sets' own training pictures are."""
    counts = [len(subjects) for subjects in sources.subjects]
    number = int(rng.integers(sum(counts)))
    which = int(np.searchsorted(np.cumsum(counts), number, side="right"))
    subject = sources.subjects[which].subject(number - sum(counts[:which]))
    there = len(sources.backgrounds)
    behind = int(rng.integers(sources.copies or there))
    if sources.copies:
        behind = (number * sources.copies + behind) % there
        rng = np.random.default_rng((number, behind))  # the same picture each time
    background = sources.backgrounds.background(behind, subject.size, rng)
    return compose(subject, background, rng)


def _placed(
    colours: Pixels8, matte: Alpha, size: tuple[int, int], corner: tuple[int, int]
) -> tuple[Pixels8, Alpha]:
    """A picture and its matte on an empty canvas, cut where they stand out of it."""
    canvas, alpha = np.zeros((*size, 3), np.uint8), np.zeros(size, np.float32)
    first = [max(0, at) for at in corner]
    last = [min(s, at + own) for s, at, own in zip(size, corner, matte.shape, strict=True)]
    there = tuple(slice(a, max(a, b)) for a, b in zip(first, last, strict=True))
    own = tuple(slice(a - at, max(a, b) - at) for a, b, at in zip(first, last, corner, strict=True))
    canvas[there], alpha[there] = colours[own], matte[own]
    return canvas, alpha


def _cut(sources: Sources, rng: np.random.Generator) -> Subject:
    assert sources.cut is not None
    return sources.cut.subject(int(rng.integers(len(sources.cut))), rng)


def _over(subject: Subject, sources: Sources, rng: np.random.Generator) -> Photograph:
    """A subject with room around it where it isn't cut by the picture's edge."""
    alpha = subject.alpha
    edges = alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]
    top, bottom, left, right = (
        0 if (edge > 0.1).any() else int(rng.uniform(0, ROOM * rng.random()) * len(edge))
        for edge in edges
    )
    sides = top, bottom, left, right
    wide = cv2.copyMakeBorder(alpha, *sides, cv2.BORDER_CONSTANT, value=0.0)
    colours = cv2.copyMakeBorder(subject.foreground, *sides, cv2.BORDER_REPLICATE)
    matte = np.asarray(wide, np.float32)
    behind = _behind(sources, (matte.shape[0], matte.shape[1]), rng)
    image = blended(np.asarray(colours, np.uint8), behind, matte)
    return Photograph(image, matte, subject.name, subject.family)


def _behind(sources: Sources, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
    if rng.random() < MADE_BACKGROUND:
        return made_background(size, rng, sources.split)
    number = int(rng.integers(len(sources.backgrounds)))
    return covering(sources.backgrounds.background(number, size, rng), size, rng)


@dataclass(frozen=True)
class Kind:
    """A kind of scene: how it is drawn, and whether there is what it needs."""

    draw: Callable[[Sources, np.random.Generator], Photograph]
    there: Callable[[Sources], bool]


SCENES: dict[str, Kind] = {
    "labelled": Kind(_labelled, lambda sources: bool(sources.kept)),
    "composed": Kind(_composed, lambda sources: sources.cut is not None),
    "drawn": Kind(_drawn, lambda _: True),
    "groups": Kind(_group, lambda sources: bool(sources.kept) and sources.cut is not None),
    "nobody": Kind(_nobody, lambda _: True),
    "matted": Kind(_matted, lambda sources: bool(sources.subjects)),
}
