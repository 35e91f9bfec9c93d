"""The layout `generated`: what generative models write and every recipe reads.

A folder with image/, alpha/, optionally foreground/, and manifest.jsonl with one line a sample.
Where several processes wrote, each has a manifest of its own, manifest-1-of-4.jsonl; all count.
A sample is part of the set once its line, ending in a newline, is in a manifest: pictures are
written first, so whoever is stopped in between leaves nothing half-done that counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import BugError, UserError
from engine.imaging.types import Metadata
from engine.imaging.write import write_matte, write_picture
from trainer.data.folders import Files, PhotographFiles, SubjectFiles
from trainer.data.json_lines import JsonLines, unwritable, whole_lines
from trainer.data.names import EVERYTHING, Selection
from trainer.data.sample import Photograph, Pixels8, Split

MANIFEST = "manifest.jsonl"
SHARDS = "manifest-*-of-*.jsonl"
_REMEDY = "Remove that line, or generate the set again."


@dataclass(frozen=True)
class Row:
    """One line of the manifest.

    Attributes:
        name: the stem of its files.
        foreground: whether there is a file of its colours in foreground/.
        split: which split it belongs to.
        family: as of `trainer.data.sample.Subject`.
        made: how it was made (model, seed, truncation, …), plain JSON values.
    """

    name: str
    foreground: bool = False
    split: Split = "train"
    family: str = ""
    made: dict[str, Any] = field(default_factory=dict)


def read_manifest(root: Path) -> list[Row]:
    """The samples of a generated set, in the order they were made.

    A last line without its newline was being written when something stopped it: it doesn't count.

    Args:
        root: the folder of the set.

    Raises:
        UserError: if there is no manifest, or a line of it is not a sample's.
    """
    rows = [row for path in manifests(root) for row in _rows_of(path)]
    _check_names(rows, root / MANIFEST)
    return rows


def manifests(root: Path) -> list[Path]:
    """The manifests of a set, those of several writers in the order of their names.

    Returns:
        At least one; if there is none in the folder, where it should be.
    """
    there = [path for path in (root / MANIFEST, *sorted(root.glob(SHARDS))) if path.is_file()]
    return there or [root / MANIFEST]


def shard_manifest(number: int, count: int) -> str:
    """The name of the manifest of writer `number` (from 1) of `count`."""
    return MANIFEST if count == 1 else f"manifest-{number}-of-{count}.jsonl"


def _rows_of(path: Path) -> list[Row]:
    return [_row(line, path, number) for number, line in whole_lines(path)]


class GeneratedWriter:
    """Appends samples to a generated set; one writer a manifest at a time.

    Args:
        root: the folder; made if it is not there. A half-written last line of the manifest is
            cut off.
        manifest: its name; writers beside each other have one each (`shard_manifest`).
        metadata: what pictures in colour say of themselves.

    Raises:
        UserError: if the folder can't be written to, or its manifest is damaged.
    """

    def __init__(
        self, root: Path, *, manifest: str = MANIFEST, metadata: Metadata | None = None
    ) -> None:
        self._root, self._metadata = root, metadata
        try:
            for folder in ("image", "alpha", "foreground"):
                (root / folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(error, root) from error
        self._manifest = JsonLines(root / manifest)
        self._names = {row.name for row in read_manifest(root)}

    @property
    def names(self) -> frozenset[str]:
        """Samples that are there: a resumed run goes on after them."""
        return frozenset(self._names)

    def add(
        self,
        sample: Photograph,
        *,
        split: Split = "train",
        made: Mapping[str, Any] | None = None,
    ) -> Row:
        """Write one sample: its pictures, then its line.

        Args:
            sample: its name becomes the files' stem; a foreground is written where it has one.
            split: which split it belongs to.
            made: how it was made, plain JSON values.

        Raises:
            UserError: if a file can't be written.
        """
        row = Row(
            sample.name, sample.foreground is not None, split, sample.family, {**(made or {})}
        )
        _check_name(row.name)
        if row.name in self._names:
            raise BugError(f"{row.name} was already generated")
        self._write_picture("image", row, sample.image)
        write_matte(self._root / "alpha" / f"{row.name}.png", sample.alpha)
        if sample.foreground is not None:
            self._write_picture("foreground", row, sample.foreground)
        self._manifest.append(asdict(row))
        self._names.add(row.name)
        return row

    def _write_picture(self, role: str, row: Row, pixels: Pixels8) -> None:
        write_picture(self._root / role / f"{row.name}.png", pixels, metadata=self._metadata)


def generated_photographs(
    root: Path, *, split: Split | None = None, selection: Selection = EVERYTHING
) -> PhotographFiles:
    """The photographs of a generated set.

    Args:
        root: its folder.
        split: of which split; None takes all.
        selection: which of them.

    Raises:
        UserError: if the manifest is missing or damaged.
    """
    rows = _rows(root, split)
    chosen = [row for row in rows if selection.takes(row.name)]
    return PhotographFiles(
        [Files(row.name, _paths(root, row), row.family) for row in chosen],
        left_out=len(rows) - len(chosen),
    )


def generated_subjects(
    root: Path, *, split: Split | None = None, selection: Selection = EVERYTHING
) -> SubjectFiles:
    """The subjects of a generated set: samples whose foreground colours were written.

    Args:
        root: its folder.
        split: of which split; None takes all.
        selection: which of them.

    Raises:
        UserError: if the manifest is missing or damaged, or no sample has a foreground.
    """
    rows = [row for row in _rows(root, split) if row.foreground]
    if not rows:
        raise UserError(
            "No sample of this set has foreground colours.",
            remedy="Use it as photographs instead.",
            path=root / MANIFEST,
        )
    chosen = [row for row in rows if selection.takes(row.name)]
    return SubjectFiles(
        [Files(row.name, _paths(root, row), row.family) for row in chosen],
        left_out=len(rows) - len(chosen),
    )


def missing_files(root: Path, rows: Sequence[Row]) -> list[Path]:
    """Files that rows of a manifest speak of and that are not there."""
    paths = [path for row in rows for path in _paths(root, row).values()]
    return [path for path in paths if not path.is_file()]


def _rows(root: Path, split: Split | None) -> list[Row]:
    return [row for row in read_manifest(root) if split is None or row.split == split]


def _paths(root: Path, row: Row) -> dict[str, Path]:
    roles = ("image", "alpha", "foreground") if row.foreground else ("image", "alpha")
    return {role: root / role / f"{row.name}.png" for role in roles}


def _row(line: str, path: Path, number: int) -> Row:
    try:
        values = json.loads(line)
        row = Row(**values)
    except (ValueError, TypeError) as error:
        raise UserError(f"Line {number} is not a sample's.", remedy=_REMEDY, path=path) from error
    kinds = (str, bool, str, str, dict)
    if not all(
        isinstance(value, kind) for value, kind in zip(vars(row).values(), kinds, strict=True)
    ):
        raise UserError(f"Line {number} has a value of the wrong kind.", remedy=_REMEDY, path=path)
    if row.split not in ("train", "validation") or not _is_name(row.name):
        raise UserError(f"Line {number} has a bad name or split.", remedy=_REMEDY, path=path)
    return row


def _check_names(rows: list[Row], path: Path) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.name in seen:
            raise UserError(f"{row.name} is listed twice.", remedy=_REMEDY, path=path)
        seen.add(row.name)


def _check_name(name: str) -> None:
    if not _is_name(name):
        raise BugError(f"{name!r} can't be a file's name")


def _is_name(name: str) -> bool:
    """Whether it names a file in its folder and nowhere else."""
    return bool(name) and not name.startswith(".") and not set(name) & set("/\\:\0\n")
