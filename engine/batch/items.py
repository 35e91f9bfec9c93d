"""The photographs of a batch, and how far each of them is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from engine.batch.report import FileReport

ItemState = Literal["waits", "works", "done", "doubtful", "failed", "stopped"]
STATES: tuple[ItemState, ...] = get_args(ItemState)
ENDED: tuple[ItemState, ...] = ("done", "doubtful", "failed", "stopped")


@dataclass(frozen=True)
class Stamp:
    """What tells that a file is another than it was.

    Attributes:
        size: in bytes.
        changed: when, in nanoseconds since 1970.
    """

    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Stamp | None:
        """A file's stamp; None if there is no such file."""
        try:
            status = path.stat()
        except OSError:
            return None
        return cls(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class Item:
    """A photograph of a batch.

    Attributes:
        source: its file.
        state: how far it is.
        report: what became of it, None until it was worked on.
        stamp: its file's when it was worked on.
        made_by: the fingerprint of the order it was made by; empty if it was not.
        marked: people want to look at it again.
        by_hand: people put a result of their own in its place.
        number: its place among those that came, from 1 on; 0 until it has one.
        begun_by: the fingerprint of the order that was last begun on it; empty if none was.
    """

    source: Path
    state: ItemState = "waits"
    report: FileReport | None = None
    stamp: Stamp | None = None
    made_by: str = ""
    marked: bool = False
    by_hand: bool = False
    number: int = 0
    begun_by: str = ""

    @property
    def outputs(self) -> dict[str, Path]:
        """Product name to file, of what was written."""
        return {} if self.report is None else {k: Path(v) for k, v in self.report.outputs.items()}

    @property
    def has_result(self) -> bool:
        """Whether there is something to look at."""
        return self.state in ("done", "doubtful") and bool(self.outputs)

    @property
    def remark(self) -> str:
        """What people should know about it: why it failed, or what is doubtful."""
        if self.report is None:
            return ""
        if self.state == "failed":
            return self.report.reason or "It failed."
        if self.by_hand:
            return "Made by hand."
        if self.report.status == "skipped":
            return "Its files were there already."
        return " ".join(self.report.doubts)


def numbered(items: Iterable[Item], *, after: int = 0) -> list[Item]:
    """These with numbers for those that have none, larger than all that were given.

    Args:
        after: the largest number that was given to others.
    """
    made = list(items)
    last = max((after, *(item.number for item in made)))
    for index, item in enumerate(made):
        if not item.number:
            last += 1
            made[index] = replace(item, number=last)
    return made


def state_after(report: FileReport) -> ItemState:
    """The state that a report brings."""
    if report.status == "failed":
        return "failed"
    if report.status == "cancelled":
        return "stopped"
    return "doubtful" if report.doubts else "done"


def still_holds(item: Item, *, fingerprint: str) -> bool:
    """Whether a photograph need not be worked on again: nothing has changed since it was.

    Args:
        item: as it was noted.
        fingerprint: of the order that counts now.
    """
    if item.state == "failed":
        return item.stamp == Stamp.of(item.source) and item.made_by == fingerprint
    if not item.has_result or not all(path.is_file() for path in item.outputs.values()):
        return False
    return item.by_hand or (item.stamp == Stamp.of(item.source) and item.made_by == fingerprint)
