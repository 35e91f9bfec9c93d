"""The way into the room of a batch, which is furnished when it is first wanted.

Reading and writing pictures loads libraries that the window has to be up before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction

from matteapp.batch.actions import BATCH_ROWS

if TYPE_CHECKING:
    from matteapp.batch.room import BatchRoom

FOLDER = "batch/folder"
"""Where the settings' file names the folder of the last batch."""
RUNS = f"{FOLDER}_runs"
_ENTRANCES = ("batch.add", "batch.folder", "batch.watch")
"""What can be done before there is a batch."""


def was_interrupted(store: QSettings) -> bool:
    """Whether a crash has ended a batch that ran."""
    return bool(store.value(FOLDER)) and store.value(RUNS) in (True, "true")


class BatchDoor:
    """Opens the batch's room.

    Args:
        furnish: makes the room.
        open_paths: opens what is dropped while there is no batch.
        store: knows whether a batch was interrupted.

    Attributes:
        table: from the names of actions to what they do.
    """

    def __init__(
        self,
        furnish: Callable[[], BatchRoom],
        *,
        actions: Mapping[str, QAction],
        open_paths: Callable[[Sequence[Path]], None],
        store: QSettings,
    ) -> None:
        self._furnish = furnish
        self._open_paths = open_paths
        self._store = store
        self._room: BatchRoom | None = None
        names = ("file.batch", *(f"batch.{name}" for name in BATCH_ROWS))
        self.table: Mapping[str, Callable[[], object]] = {
            name: partial(self._run, name) for name in names
        }
        for name in names[1:]:
            actions[name].setEnabled(name in _ENTRANCES)

    @property
    def room(self) -> BatchRoom:
        """The room; made now if it was not yet."""
        if self._room is None:
            self._room = self._furnish()
        return self._room

    def take_dropped(self, paths: Sequence[Path]) -> None:
        """Queue folders, and what is dropped on the page; open what is dropped elsewhere."""
        if self._room is None and not any(path.is_dir() for path in paths):
            self._open_paths(paths)
        else:
            self.room.take_dropped(paths)

    def offer(self) -> bool:
        """Offer to go on with a batch; False if none was interrupted."""
        interrupted = was_interrupted(self._store)
        if interrupted:
            self.room.offer()
        return interrupted

    def close(self) -> None:
        """End all threads."""
        if self._room is not None:
            self._room.close()

    def _run(self, name: str) -> None:
        self.room.table[name]()
