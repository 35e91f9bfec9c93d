"""A folder that is watched while the window is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.batch.watch import EVERY, SETTLES, FolderWatch
from engine.errors import UserError
from matteapp.batch.requests import LookAround
from matteapp.bridge import Bridge
from matteapp.errors_ui import ErrorDesk
from matteapp.language import _


class Watching(QObject):
    """Looks at a folder again and again, off the window's thread.

    Signals:
        changed(): another folder is watched, or none.
    """

    changed = Signal()

    def __init__(
        self,
        bridge: Bridge,
        desk: ErrorDesk,
        *,
        found: Callable[[Sequence[Path]], None],
        parent: QObject,
        settles: float = SETTLES,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._desk = desk
        self._found = found
        self._settles = settles
        self._watch: FolderWatch | None = None
        self._looking = self._away = False
        self._timer = QTimer(self)
        self._timer.setInterval(round(EVERY * 1000))
        self._timer.timeout.connect(self._look)

    @property
    def folder(self) -> Path | None:
        """What is watched."""
        return None if self._watch is None else self._watch.folder

    def watch(self, folder: Path, *, out: Path | None) -> None:
        """Watch this folder from now on.

        Args:
            out: a folder to be passed over.
        """
        self._watch = FolderWatch(folder.absolute(), out=out, settles=self._settles)
        self._away = False
        self._timer.start()
        self._look()
        self.changed.emit()

    def stop(self) -> None:
        """Watch nothing."""
        self._watch = None
        self._timer.stop()
        self.changed.emit()

    def _look(self) -> None:
        if self._looking or self._watch is None:
            return
        self._looking = True
        watch = self._watch
        self._bridge.start(
            LookAround(watch),
            title=_("Looking at the watched folder"),
            done=lambda paths: self._on_looked(watch, paths),
            failed=self._on_failed,
            cancelled=self._on_cancelled,
        )

    def _on_looked(self, watch: FolderWatch, paths: Sequence[Path]) -> None:
        self._looking = self._away = False
        if watch is self._watch:
            self._found(paths)

    def _on_failed(self, error: Exception) -> None:
        self._looking = False
        if not self._away or not isinstance(error, UserError):
            self._desk.report(error)
        self._away = True

    def _on_cancelled(self) -> None:
        self._looking = False
