"""What became of the pictures of a prepared set, and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from engine.errors import UserError
from engine.imaging.atomic import replace_atomically
from trainer.data.generated import read_manifest
from trainer.data.json_lines import JsonLines, whole_lines
from trainer.generate.portraits import Shard
from trainer.prepare.verdicts import REASONS

REPORT = "report.json"
DROPPED = "dropped*.jsonl"


@dataclass(frozen=True)
class Dropped:
    """A picture that is not in the set.

    Attributes:
        name: of the picture.
        source: its file.
        reason: a key of `REASONS`.
        detail: more about it, for people.
        figures: what was measured before.
    """

    name: str
    source: str
    reason: str
    detail: str = ""
    figures: dict[str, float] = field(default_factory=dict)


class DroppedLines:
    """Appends pictures that are dropped; a file for each process.

    Args:
        root: folder of the set.
        shard: the process.

    Raises:
        UserError: if the file can't be written to, or one is damaged.
    """

    def __init__(self, root: Path, shard: Shard) -> None:
        part = "" if shard.count == 1 else f"-{shard.number}-of-{shard.count}"
        self._lines = JsonLines(root / f"dropped{part}.jsonl")
        self.names = {row.name for row in read_dropped(root)}

    def add(self, row: Dropped) -> None:
        """Write a line.

        Raises:
            UserError: if it can't be written.
        """
        self._lines.append(asdict(row))
        self.names.add(row.name)


@dataclass(frozen=True)
class Report:
    """What became of the pictures.

    Attributes:
        pictures: how many there are.
        kept: how many are in the set.
        dropped: those that are not, in the order of their names.
        disagreement: of the kept ones, the left side of equation 4.
        choices: what the set was made with.
    """

    pictures: int
    kept: int
    dropped: tuple[Dropped, ...]
    disagreement: tuple[float, ...]
    choices: Mapping[str, Any]

    @property
    def counts(self) -> dict[str, int]:
        """How many were dropped for each reason."""
        found = Counter(row.reason for row in self.dropped)
        return {reason: found[reason] for reason in REASONS if found[reason]}

    @property
    def left(self) -> int:
        """How many nobody has looked at yet."""
        return self.pictures - self.kept - len(self.dropped)

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "settings": {**self.choices},
            "pictures": self.pictures,
            "kept": self.kept,
            "left": self.left,
            "dropped": self.counts,
            "disagreement_of_kept": _spread(self.disagreement),
            "files": [asdict(row) for row in self.dropped],
        }

    def table(self) -> Table:
        """For people."""
        table = Table(title=f"{self.pictures} pictures", title_justify="left")
        for title in ("", "pictures", "share"):
            table.add_column(title, justify="right" if title else "left")
        rows = {"kept": self.kept, **{REASONS[key]: n for key, n in self.counts.items()}}
        rows |= {"not looked at yet": self.left} if self.left else {}
        for what, count in rows.items():
            table.add_row(what, str(count), f"{count / self.pictures:.1%}")
        return table


def report_on(root: Path, names: Sequence[str], choices: Mapping[str, Any]) -> Report:
    """What became of some pictures, by all manifests and lists of dropped ones in a folder.

    Raises:
        UserError: if one is damaged.
    """
    wanted = set(names)
    kept = [row for row in read_manifest(root) if row.name in wanted]
    dropped = {row.name: row for row in read_dropped(root) if row.name in wanted}
    differences = tuple(float(row.made.get("disagreement", 0)) for row in kept)
    in_order = tuple(dropped[name] for name in sorted(dropped))
    return Report(len(wanted), len(kept), in_order, differences, choices)


def write_report(root: Path, report: Report) -> None:
    """Write `report.json`, all or nothing.

    Raises:
        UserError: if it can't be written.
    """
    text = json.dumps(report.as_dict(), indent=1, ensure_ascii=False)
    with replace_atomically(root / REPORT) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read_dropped(root: Path) -> list[Dropped]:
    """The pictures that were dropped, of all processes.

    Raises:
        UserError: if a line is damaged.
    """
    paths = sorted(root.glob(DROPPED))
    return [_row(line, path, number) for path in paths for number, line in whole_lines(path)]


def _row(line: str, path: Path, number: int) -> Dropped:
    try:
        row = Dropped(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise UserError(
            f"Line {number} is not a picture's.", remedy="Remove that line.", path=path
        ) from error
    if row.reason not in REASONS:
        raise UserError(f"Line {number} gives no known reason.", path=path)
    return row


def _spread(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    figures = {"mean": np.mean(values), "median": np.median(values), "most": np.max(values)}
    return {name: round(float(value), 6) for name, value in figures.items()}
