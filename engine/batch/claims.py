"""Which photograph each file is made of, so that no two are saved as one."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from engine.errors import UserError


class Claims:
    """Files that photographs are saved as; workers claim them side by side."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: dict[str, Path] = {}

    def note(self, source: Path, files: Iterable[Path]) -> None:
        """These were made of it, by whomever."""
        with self._lock:
            self._owners.update({_key(path): source for path in files})

    def claim(self, source: Path, files: Iterable[Path], *, photographs: Container[Path]) -> None:
        """Have these made of it.

        Args:
            source: the photograph.
            files: what it will be saved as.
            photographs: what must not be saved over.

        Raises:
            UserError: if one is a photograph, or made of another.
        """
        for path in files:
            if path in photographs:
                raise UserError("It would be saved over a photograph of this batch.", path=path)
            with self._lock:
                other = self._owners.setdefault(_key(path), source)
            if other != source:
                raise UserError(
                    f"{other.name} is saved as {path.name} already.",
                    remedy="Rename one of the two, or cut them into different folders.",
                    path=source,
                )

    def forget(self, sources: Container[Path]) -> None:
        """Nothing is made of these any more."""
        with self._lock:
            kept = {key: path for key, path in self._owners.items() if path not in sources}
            self._owners = kept


def check_nothing_there(files: Mapping[str, Path], *, ours: Container[Path]) -> None:
    """Refuse names that don't say of which photograph a file that is there may be.

    Args:
        files: product name to file.
        ours: files that were made of this photograph.

    Raises:
        UserError: if one is there.
    """
    for path in files.values():
        if path not in ours and path.exists():
            raise UserError(
                f"{path.name} is there already, and may be of another photograph.",
                remedy="Put {name} into the name, save to an empty folder, or replace files.",
                path=path,
            )


def _key(path: Path) -> str:
    """Equal for two names of a file; the usual Windows and macOS disks ignore case."""
    text = os.path.abspath(path)  # noqa: PTH100 - resolving links would ask the disk
    return text.casefold() if sys.platform in ("win32", "darwin") else text
