"""Say what of a split is on disk and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from engine.errors import UserError
from trainer.data.generated import Row, manifests, read_manifest
from trainer.data.layouts.parts import Group, Part
from trainer.data.layouts.split import Finding, NameList, Split
from trainer.data.names import read_names

_SHOWN = 3


def check_split(name: str, split: Split, root: Path) -> list[Finding]:
    """Everything about one split.

    Args:
        name: of the split.
        split: what it should be like.
        root: the data set's folder.
    """
    found = [
        finding
        for group in split.form(root)
        for finding in _check_group(f"{name} {group.family}".strip(), group, root)
    ]
    found += [_check_list(name, names, split, root) for names in split.lists]
    found += split.checked(root) if split.checked else []
    count = sum(len(group.leading(root)) for group in split.form(root))
    return [*found, *_compare_with_published(name, split, count)]


def report(count: int, where: Path, missing: Iterable[Path], *, name: str, good: bool) -> Finding:
    """A finding that counts files and names what is missing among them.

    Args:
        count: how many were found.
        where: in which folder or file.
        missing: what was not.
        name: of the finding.
        good: whether it may be missing.
    """
    paths = tuple(missing)
    value = f"{count} in {where}"
    if paths:
        more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
        value += f"; missing: {', '.join(map(str, paths[:_SHOWN]))}{more}"
    return Finding(name, value, good or not paths, count, paths)


def missing_partners(group: Group, root: Path) -> Iterator[tuple[Part, list[Path]]]:
    """For each part of a group: the files its samples lack."""
    lead = group.leading(root)
    files = {part: part.files(root) for part in group.parts[1:]}
    needed = set(lead).union(*(found for part, found in files.items() if _pairs(part)))
    yield group.first, [group.first.expected(root, name) for name in sorted(needed - set(lead))]
    for part, found in files.items():
        wanted = _wanted(part, sorted(needed)) if part.there(root) else []
        yield part, [part.expected(root, name) for name in wanted if name not in found]


def _check_group(name: str, group: Group, root: Path) -> Iterator[Finding]:
    for part, lacking in missing_partners(group, root):
        where = root / part.folder
        count = len(group.leading(root)) if part is group.first else len(part.files(root))
        if part.optional and not part.there(root):
            yield Finding(f"{name} {part.role}", f"none in {where}; optional")
            continue
        missing = lacking if count or lacking else [where]
        yield report(count, where, missing, name=f"{name} {part.role}", good=part.optional)


def _check_list(name: str, names: NameList, split: Split, root: Path) -> Finding:
    path, title = root / names.path, f"{name} list"
    if not path.is_file():
        return report(0, path, [path], name=title, good=names.optional)
    try:
        listed = read_names(path)
    except UserError as error:
        return Finding(title, str(error), good=False, missing=(path,))
    missing = _unlisted(listed, split, root) if names.orders else []
    return report(len(listed), path, missing, name=title, good=False)


def _unlisted(listed: list[str], split: Split, root: Path) -> list[Path]:
    """Where samples of a list should be that are nowhere."""
    groups = split.form(root)
    there = {name for group in groups for name in group.leading(root)}
    return [groups[0].first.expected(root, name) for name in listed if name not in there]


def _compare_with_published(name: str, split: Split, count: int) -> Iterator[Finding]:
    if split.published is not None and 0 < count != split.published:
        value = f"{count} samples; {split.published} were published"
        yield Finding(f"{name} samples", value, count=count)


def _pairs(part: Part) -> bool:
    """Whether a file of this part means that there is a sample of its name."""
    return not part.copies and not part.optional


def _wanted(part: Part, names: list[str]) -> list[str]:
    if not part.copies:
        return names
    return [f"{name}_{copy}" for name in names for copy in range(part.copies)]


def manifest_finding(
    root: Path, missing: Callable[[Path, Sequence[Row]], list[Path]]
) -> list[Finding]:
    """What `matte-train data` says of a set with a manifest.

    Args:
        root: its folder.
        missing: which files of these rows are not there.
    """
    path = manifests(root)[0]
    if not path.is_file():
        return [report(0, path, [path], name="manifest", good=False)]
    try:
        rows = read_manifest(root)
    except UserError as error:
        return [Finding("manifest", str(error), good=False)]
    return [report(len(rows), path, missing(root, rows), name="manifest", good=False)]
