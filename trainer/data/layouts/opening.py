"""Open a split of a data set: by its layout and folder, or by the name its root was given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from engine.errors import UserError
from trainer.data.folders import (
    BackgroundFiles,
    Files,
    PhotographFiles,
    PictureFiles,
    SampleFiles,
    SubjectFiles,
)
from trainer.data.layouts import LAYOUTS
from trainer.data.layouts.check import missing_partners
from trainer.data.layouts.parts import Group
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Holds, Split
from trainer.data.names import EVERYTHING, Selection, read_names
from trainer.data.roots import DataRoot, find_root, plain_name

_COLLECTIONS: dict[Holds, type[SampleFiles]] = {
    "subjects": SubjectFiles,
    "photographs": PhotographFiles,
    "backgrounds": BackgroundFiles,
    "pictures": PictureFiles,
}
_RECOGNISED = ("generated", "rgba", "composed", "rwp_636", "people", "plain")
"""Layouts that a folder of any name is tried for, the most special first."""

C = TypeVar("C", bound=SampleFiles)


def open_subjects(
    name: str,
    split: str | None = None,
    *,
    root: Path | None = None,
    selection: Selection = EVERYTHING,
) -> SubjectFiles:
    """Open a split that holds subjects.

    Args:
        name: of a data root, or of a layout if `root` is given.
        split: of its layout; None takes the first that holds subjects.
        root: where it is; None looks the name up (`trainer.data.roots`).
        selection: which samples.

    Raises:
        UserError: if the name or split is unknown, it holds something else, or is incomplete.
    """
    return _open(SubjectFiles, "subjects", name, split, root, selection)


def open_photographs(
    name: str,
    split: str | None = None,
    *,
    root: Path | None = None,
    selection: Selection = EVERYTHING,
) -> PhotographFiles:
    """Open a split that holds photographs; arguments and errors as of `open_subjects`."""
    return _open(PhotographFiles, "photographs", name, split, root, selection)


def open_backgrounds(
    name: str,
    split: str | None = None,
    *,
    root: Path | None = None,
    selection: Selection = EVERYTHING,
) -> BackgroundFiles:
    """Open a split that holds backgrounds; arguments and errors as of `open_subjects`."""
    return _open(BackgroundFiles, "backgrounds", name, split, root, selection)


def open_pictures(
    name: str,
    split: str | None = None,
    *,
    root: Path | None = None,
    selection: Selection = EVERYTHING,
) -> PictureFiles:
    """Open a split that holds pictures only; arguments and errors as of `open_subjects`."""
    return _open(PictureFiles, "pictures", name, split, root, selection)


def layout_of(root: DataRoot) -> LayoutSpec:
    """The layout of a data root: the one it names, that of its name, or the one it fits.

    Raises:
        UserError: if none of these is known.
    """
    spec = _named(root.layout or root.name) or (None if root.layout else _recognised(root))
    if spec is None:
        raise UserError(
            f"The layout of {root.name!r} is not known.",
            remedy=f'Write {root.name} = {{ path = "…", layout = "…" }} into {root.origin}; '
            f"layouts are {', '.join(LAYOUTS)}.",
            path=root.path,
        )
    if root.patterns and not spec.patterned:
        raise UserError(f"The layout {spec.name!r} takes no patterns.", path=root.path)
    return spec.with_patterns(root.patterns)


def _named(name: str) -> LayoutSpec | None:
    return next(
        (spec for key, spec in LAYOUTS.items() if plain_name(key) == plain_name(name)), None
    )


def _recognised(root: DataRoot) -> LayoutSpec | None:
    fitting = (LAYOUTS[name] for name in _RECOGNISED)
    return next((spec for spec in fitting if all(f.good for f in spec.check(root.path))), None)


def _open(
    kind: type[C], holds: Holds, name: str, split: str | None, root: Path | None, wanted: Selection
) -> C:
    place = find_root(name) if root is None else DataRoot(name, root, "the caller")
    spec = layout_of(place)
    chosen = split or next((key for key, value in spec.splits.items() if value.holds == holds), "")
    if chosen not in spec.splits or spec.splits[chosen].holds != holds:
        raise _no_such_split(spec, chosen, holds)
    opened = _opened(spec.splits[chosen], spec.located(place.path), wanted)
    if not isinstance(opened, kind):
        raise _no_such_split(spec, chosen, holds)
    if not len(opened):
        raise UserError(f"No sample of {name} {chosen} is wanted.", path=place.path)
    return opened


def _opened(split: Split, root: Path, wanted: Selection) -> SampleFiles:
    if split.opened is not None:
        return split.opened(root, wanted)
    entries = _ordered(
        split, root, [e for group in split.form(root) for e in _entries(group, root)]
    )
    chosen = [entry for entry in entries if wanted.takes(entry.name)]
    return _COLLECTIONS[split.holds](chosen, left_out=len(entries) - len(chosen))


def _entries(group: Group, root: Path) -> Iterator[Files]:
    """The samples of a group, complete or not at all."""
    lead = group.leading(root)
    if not lead:
        raise UserError(
            "There are no pictures here.",
            remedy="Run 'matte-train data check' to see what is missing.",
            path=root / group.first.folder,
        )
    _check_complete(group, root)
    others = [(part, part.files(root)) for part in group.parts[1:] if not part.copies]
    for name, path in lead.items():
        paths: dict[str, Path] = {group.first.role: path}
        paths.update((part.role, files[name]) for part, files in others if name in files)
        yield Files(name, paths, group.family)


def _check_complete(group: Group, root: Path) -> None:
    for part, missing in missing_partners(group, root):
        needed = not part.optional and not part.copies
        missing = missing or ([] if part.there(root) else [root / part.folder])
        if needed and missing:
            raise UserError(
                f"Its {part.role} is missing ({len(missing)} of them are).",
                remedy="Run 'matte-train data check' to see all that is missing.",
                path=missing[0],
            )


def _ordered(split: Split, root: Path, entries: list[Files]) -> list[Files]:
    """Samples in the order of the split's name list, if it has one."""
    order = next((root / names.path for names in split.lists if names.orders), None)
    if order is None or not order.is_file():
        return entries
    by_name = {entry.name: entry for entry in entries}
    listed = read_names(order)
    missing = [name for name in listed if name not in by_name]
    if missing:
        path = split.form(root)[0].first.expected(root, missing[0])
        raise UserError(f"{len(missing)} samples of {order} are missing.", path=path)
    return [by_name[name] for name in listed]


def _no_such_split(spec: LayoutSpec, split: str, holds: Holds) -> UserError:
    known = ", ".join(f"{name} ({value.holds})" for name, value in spec.splits.items())
    wanted = f"split {split!r} with {holds}" if split else holds
    return UserError(f"{spec.title} has no {wanted}.", remedy=f"It has: {known}.")
