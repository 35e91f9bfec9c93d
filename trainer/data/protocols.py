"""How test sets are composed: which subject goes over which backgrounds, and by what rule."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UserError
from trainer.data.composition_rule import covering_corner, truncated_blend
from trainer.data.files import read_pixels, read_trimap
from trainer.data.folders import SubjectFiles
from trainer.data.guidance import trimap_of
from trainer.data.layouts import LAYOUTS, LayoutSpec, composition_1k, distinctions_646
from trainer.data.layouts.opening import layout_of, open_backgrounds, open_subjects
from trainer.data.names import read_names
from trainer.data.roots import DataRoot, find_root
from trainer.data.sample import Photograph, Subject

COPIES = composition_1k.COPIES
"""Backgrounds a subject is put over."""
TRIMAP_WIDTH = 25
"""Ellipse of trimaps made for sets that ship none: P3M's rule (reference of GFM and AM-2k)."""


@dataclass(frozen=True)
class CompositionProtocol:
    """A row of the table of protocols.

    Attributes:
        name: key of `PROTOCOLS`.
        title: for people.
        layout: whose subjects.
        split: of that layout.
        backgrounds: the list with its backgrounds below the data set's root, or "".
        fixed: the set is not itself with other backgrounds than those of that list.
        chosen: its authors took some of the subjects, and the user must name them.
        note: what else one must know.
    """

    name: str
    title: str
    layout: str
    split: str = "test"
    backgrounds: str = ""
    fixed: bool = False
    chosen: bool = False
    note: str = ""


_PEOPLE_ONLY = "Paper 001 takes the people (11 of 50) and does not publish their names."
_WHOLE = "Paper 001 measures the whole image, scaled to about 1024² pixels."

PROTOCOLS: dict[str, CompositionProtocol] = {
    protocol.name: protocol
    for protocol in (
        CompositionProtocol(
            "composition_1k",
            "Composition-1k: 50 subjects × 20 of PASCAL VOC",
            "composition_1k",
            backgrounds=composition_1k.BACKGROUNDS,
            fixed=True,
        ),
        CompositionProtocol(
            "distinctions_646",
            "Distinctions-646: 50 subjects × 20 of PASCAL VOC",
            "distinctions_646",
            backgrounds=distinctions_646.BACKGROUNDS,
            note="No list of backgrounds is published: without one, VOC's in the order of names.",
        ),
        CompositionProtocol(
            "pomagan_aim",
            "Paper 001: 11 people of Composition-1k × 20",
            "composition_1k",
            backgrounds=composition_1k.BACKGROUNDS,
            chosen=True,
            note=f"{_PEOPLE_ONLY} {_WHOLE}",
        ),
        CompositionProtocol(
            "pomagan_d646",
            "Paper 001: 11 people of Distinctions-646 × 20",
            "distinctions_646",
            backgrounds=distinctions_646.BACKGROUNDS,
            chosen=True,
            note=f"{_PEOPLE_ONLY} {_WHOLE}",
        ),
        CompositionProtocol(
            "pomagan_pm85",
            "Paper 001: PhotoMatte85 × 20",
            "photomatte85",
            note=_WHOLE,
        ),
    )
}
"""Name to protocol. Backgrounds are of the data set `voc` in all of them."""


class ComposedTest:
    """A test set composed as it is read; implements `trainer.data.sample.Photographs`.

    Photograph `20·s + i` is subject s over its i-th background, called `<subject>_<i>`.

    Attributes:
        subjects: the subjects taken, in order.
        backgrounds: twenty files a subject.
        origin: where the order of the backgrounds is from, for people.
    """

    def __init__(
        self,
        subjects: SubjectFiles,
        backgrounds: Sequence[Path],
        *,
        trimaps: dict[str, Path] | None = None,
        origin: str = "",
    ) -> None:
        self.subjects = subjects
        self.backgrounds = tuple(backgrounds)
        self.origin = origin
        self._trimaps = trimaps or {}
        self._last: tuple[int, Subject] | None = None

    def __len__(self) -> int:
        return len(self.subjects) * COPIES

    @property
    def names(self) -> list[str]:
        """Names of the photographs in order."""
        return [f"{name}_{copy}" for name in self.subjects.names for copy in range(COPIES)]

    def photograph(self, index: int) -> Photograph:
        """Compose photograph `index`; its trimap is the data set's, or made from the matte.

        Raises:
            UserError: if a file is missing or damaged, or sizes differ.
        """
        subject = self._subject(index // COPIES)
        name = f"{subject.name}_{index % COPIES}"
        background = covering_corner(read_pixels(self.backgrounds[index]), subject.size)
        trimap = self._trimaps.get(name)
        return Photograph(
            image=truncated_blend(subject.foreground, background, subject.alpha),
            alpha=subject.alpha,
            name=name,
            family=subject.family,
            foreground=subject.foreground,
            background=background,
            trimap=trimap_of(subject.alpha, TRIMAP_WIDTH, rule="p3m")
            if trimap is None
            else read_trimap(trimap, size=subject.size),
        )

    def digest(self) -> str:
        """What stands for all names of subjects and backgrounds, in order."""
        pairs = zip(self.names, (path.name for path in self.backgrounds), strict=True)
        text = "\n".join(f"{name}\t{background}" for name, background in pairs)
        return hashlib.sha256(text.encode()).hexdigest()

    def _subject(self, index: int) -> Subject:
        """A subject; the last one is kept, since twenty photographs in a row share it."""
        if self._last is None or self._last[0] != index:
            self._last = index, self.subjects.subject(index)
        return self._last[1]


def composed_test(
    name: str,
    *,
    root: Path | None = None,
    voc: Path | None = None,
    subject_list: Path | None = None,
    background_list: Path | None = None,
) -> ComposedTest:
    """A test set by its protocol's name.

    Args:
        name: a key of `PROTOCOLS`.
        root: where its data set lies; None looks it up.
        voc: where PASCAL VOC lies; None looks it up.
        subject_list: names of the subjects taken; needed where the protocol chooses some.
        background_list: names of VOC pictures, twenty for each subject of the split in order, in
            place of the data set's own list.

    Raises:
        UserError: if there is no such protocol, or something it needs is missing.
    """
    protocol = _protocol(name)
    place = find_root(protocol.layout) if root is None else DataRoot(protocol.layout, root, "")
    subjects = open_subjects(protocol.layout, protocol.split, root=place.path)
    folder = LAYOUTS[protocol.layout].located(place.path)
    own = folder / protocol.backgrounds if protocol.backgrounds else None
    if protocol.fixed and background_list is None and own is not None and not own.is_file():
        raise UserError("The list of its backgrounds is missing.", path=own)
    listed = background_list or (own if own is not None and own.is_file() else None)
    backgrounds = _backgrounds(voc, listed, len(subjects) * COPIES)
    kept = _kept(subjects, protocol, subject_list)
    return ComposedTest(
        SubjectFiles([subjects.files[index] for index in kept]),
        [path for at in kept for path in backgrounds[at * COPIES : (at + 1) * COPIES]],
        trimaps=_trimaps(layout_of(place), protocol.split, folder),
        origin=str(listed) if listed else "PASCAL VOC in the order of names",
    )


def _protocol(name: str) -> CompositionProtocol:
    if name not in PROTOCOLS:
        raise UserError(
            f"There is no test protocol {name!r}.", remedy=f"There are: {', '.join(PROTOCOLS)}."
        )
    return PROTOCOLS[name]


def _backgrounds(voc: Path | None, listed: Path | None, count: int) -> list[Path]:
    files = {entry.name: entry.paths["image"] for entry in open_backgrounds("voc", root=voc).files}
    names = list(files) if listed is None else read_names(listed)
    if len(names) < count:
        raise UserError(
            f"{count} backgrounds are needed, but there are {len(names)}.",
            remedy="Give a longer list, or all of PASCAL VOC 2012.",
            path=listed or next(iter(files.values())).parent,
        )
    missing = [name for name in names[:count] if name not in files]
    if missing:
        path = next(iter(files.values())).parent / f"{missing[0]}.jpg"
        raise UserError(f"{len(missing)} backgrounds of {listed} are missing.", path=path)
    return [files[name] for name in names[:count]]


def _kept(subjects: SubjectFiles, protocol: CompositionProtocol, listed: Path | None) -> list[int]:
    """Which subjects are taken: all keep the backgrounds they have in the whole set."""
    if listed is None:
        if protocol.chosen:
            raise UserError(
                f"{protocol.name} needs a list of its subjects.",
                remedy=f"Name them in a file, one a line: --subjects FILE. {protocol.note}",
            )
        return list(range(len(subjects)))
    index = {name: at for at, name in enumerate(subjects.names)}
    names = list(dict.fromkeys(read_names(listed)))
    unknown = [name for name in names if name not in index]
    if unknown:
        raise UserError(f"No subject is called {', '.join(unknown)}.", path=listed)
    return sorted(index[name] for name in names)


def _trimaps(spec: LayoutSpec, split: str, folder: Path) -> dict[str, Path]:
    parts = (part for group in spec.splits[split].form(folder) for part in group.parts)
    return {
        name: path
        for part in parts
        if part.role == "trimap"
        for name, path in part.files(folder).items()
    }
