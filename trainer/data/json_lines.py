"""A growing file with a JSON value a line; whoever is stopped in between leaves no half line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.errors import UserError


class JsonLines:
    """Appends lines; one writer a file at a time.

    Args:
        path: the file; made if it is not there. A half-written last line is cut off.

    Raises:
        UserError: if it can't be written to.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            _cut_half_line(path)
        except OSError as error:
            raise unwritable(error, path) from error

    def append(self, value: Any) -> None:
        """Add a line; it is on the disk when this returns.

        Raises:
            UserError: if it can't be written.
        """
        line = json.dumps(value, ensure_ascii=False) + "\n"
        try:
            with self._path.open("ab") as file:
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise unwritable(error, self._path) from error


def whole_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number, from 1, and text of each line that is not empty; a last one without end is none.

    Raises:
        UserError: if the file can't be read.
    """
    try:
        whole, _, _ = path.read_text(encoding="utf-8").rpartition("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"It can't be read ({error}).", path=path) from error
    lines = enumerate(whole.split("\n"), start=1)
    return ((number, line) for number, line in lines if line.strip())


def unwritable(error: OSError, path: Path) -> UserError:
    """What people are told of an error while writing."""
    return UserError(
        f"It can't be written to ({error.strerror or error}).",
        remedy="Check that you may write there and that there is space.",
        path=path,
    )


def _cut_half_line(path: Path) -> None:
    path.touch()
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        os.truncate(path, data.rfind(b"\n") + 1)
