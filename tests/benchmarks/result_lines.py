"""Results as lines of JSON: appended as they come, read again when a script is started again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class ResultLines:
    """A file with a line of JSON for each result.

    Args:
        path: of the file; it need not be there.
        same: what each line repeats, such as the size of the pictures; a file whose lines say
            something else is refused.

    Attributes:
        rows: all results so far, those of earlier calls first.
    """

    def __init__(self, path: Path, **same: Any) -> None:
        self.path, self._same = path, same
        self.rows = self._read()

    def add(self, **row: Any) -> None:
        """Append a result."""
        row = {**self._same, **row}
        self.rows.append(row)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def keys(self, names: Sequence[str]) -> set[tuple[Any, ...]]:
        """The values under some names, of all results: what need not be computed again."""
        return {tuple(row[name] for name in names) for row in self.rows}

    def _read(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        text = self.path.read_text(encoding="utf-8")
        rows = [row for line in text.splitlines() if (row := self._parsed(line))]
        for row in rows:
            self._check(row)
        if rows and not text.endswith("\n"):
            self.path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return rows

    def _parsed(self, line: str) -> dict[str, Any] | None:
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            print(f"a line of {self.path} is cut short; its result is computed again")
            return None

    def _check(self, row: dict[str, Any]) -> None:
        other = {key: row.get(key) for key, value in self._same.items() if row.get(key) != value}
        if other:
            raise SystemExit(f"{self.path} holds results of {other}; take another file")
