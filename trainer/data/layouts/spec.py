"""A row of the table of layouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from trainer.data.layouts.check import check_split
from trainer.data.layouts.split import Finding, Holds, Split


@dataclass(frozen=True)
class LayoutSpec:
    """A data set's layout.

    Attributes:
        name: key of `LAYOUTS`.
        title: for people.
        splits: name to split; the first one is the main one.
        home: where it is from.
        licence: its terms, or how one gets it.
        folders: where its root may lie below the folder one names.
        one_of: it is complete with any one of its splits.
        patterned: whether users may change its patterns.
        note: what else one must know.
    """

    name: str
    title: str
    splits: dict[str, Split]
    home: str
    licence: str
    folders: tuple[str, ...] = ()
    one_of: bool = False
    patterned: bool = False
    note: str = ""

    @property
    def holds(self) -> tuple[Holds, ...]:
        """What its splits hold, each once."""
        return tuple(dict.fromkeys(split.holds for split in self.splits.values()))

    def located(self, root: Path) -> Path:
        """The data set's folder: `root`, or one of `folders` below it."""
        inside = (root / folder for folder in self.folders)
        return next((folder for folder in inside if folder.is_dir()), root)

    def check(self, root: Path) -> list[Finding]:
        """What of it is below `root`, with counts, and what is missing, by exact path.

        Raises:
            UserError: if two files claim to be the same sample's.
        """
        root = self.located(root)
        found = {name: check_split(name, split, root) for name, split in self.splits.items()}
        there = {name for name, split in self.splits.items() if _any(split, root)}
        needed = there if there and self.one_of else set(self.splits)
        return [
            finding
            for name, findings in found.items()
            for finding in (
                findings if name in there else _absent(name, findings, needed, self.splits[name])
            )
        ]

    def with_patterns(self, patterns: Mapping[str, str]) -> LayoutSpec:
        """The same with other patterns, see `Split.with_patterns`."""
        splits = {name: split.with_patterns(patterns) for name, split in self.splits.items()}
        return replace(self, splits=splits)


def _any(split: Split, root: Path) -> bool:
    return any(group.leading(root) for group in split.form(root))


def _absent(name: str, findings: list[Finding], needed: set[str], split: Split) -> list[Finding]:
    """Findings about a split of which nothing is there: one line if it may be so."""
    if name in needed and not split.optional:
        return findings
    missing = tuple(path for finding in findings for path in finding.missing)
    return [Finding(name, "not there; optional", missing=missing[:1])]
