"""Which files were open lately, newest first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

_KEY = "recent/files"
KEPT = 10


class RecentFiles(QObject):
    """The list of files in the user's settings.

    Signals:
        changed(): the list is another one now.
    """

    changed = Signal()

    def __init__(self, store: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store

    def paths(self) -> list[Path]:
        """The files, newest first; they may be gone by now."""
        stored = self._store.value(_KEY, [])
        names = [stored] if isinstance(stored, str) else stored  # a list of one comes as text
        return [Path(str(name)) for name in names if name] if isinstance(names, list) else []

    def add(self, path: Path) -> None:
        path = path.absolute()
        rest = [old for old in self.paths() if old != path]
        self._write([path, *rest])

    def remove(self, path: Path) -> None:
        self._write([old for old in self.paths() if old != path])

    def clear(self) -> None:
        self._write([])

    def _write(self, paths: list[Path]) -> None:
        self._store.setValue(_KEY, [str(path) for path in paths[:KEPT]])
        self.changed.emit()
