"""Copies of unsaved work that outlive a process which was killed.

A slot is three files of one name: the project, a note of where it belongs, and a lock that its
process holds as long as it lives. The system lets go of the lock when the process ends in
whatever way, so that no other process with the same number is taken for it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.document.project_file import SUFFIX, save_project
from engine.document.snapshots import Snapshot
from engine.document.state import DocumentState
from engine.errors import UserError
from engine.jobs.context import NOBODY, JobContext

_log = logging.getLogger(__name__)

_NOTE, _LOCK = ".json", ".lock"
_MAX_NOTE_BYTES = 1 << 16
_UNFINISHED_FOR = 3600.0
"""Seconds after which a file that is still being written belongs to nobody."""


@dataclass(frozen=True)
class Recovery:
    """What a killed process left behind.

    Attributes:
        path: the project file to load.
        project_path: where the document was saved before, or None.
        name: the photograph's name.
        saved_at: when, in seconds since 1970.
        place: its place among the documents that were open.
    """

    path: Path
    project_path: Path | None
    name: str
    saved_at: float
    place: int = 0

    def discard(self) -> None:
        """Delete it for good."""
        _remove(self.path.with_suffix(""))


class Slot:
    """Where one document's unsaved work is kept while this process lives.

    `write` runs on the engine's thread, `discard` on any: whichever comes last, nothing is left
    after `discard`.

    Attributes:
        place: the document's place among the open ones; kept by `write` and `note_place`.
    """

    def __init__(self, folder: Path) -> None:
        self._base = folder / uuid.uuid4().hex
        self._gone = threading.Event()
        self._mutex = threading.Lock()
        self._lock: int | None = None
        self._said: dict[str, Any] = {}
        self.place = 0

    @classmethod
    def taking_over(cls, recovery: Recovery) -> Slot:
        """The slot that `recovery` was left in.

        Raises:
            UserError: if another process has taken it.
        """
        slot = cls(recovery.path.parent)
        slot._base = recovery.path.with_suffix("")
        slot._hold()
        slot._said = _note(slot._base.with_suffix(_NOTE))
        return slot

    @property
    def path(self) -> Path:
        """The project file in this slot."""
        return self._base.with_suffix(SUFFIX)

    def write(
        self,
        state: DocumentState,
        *,
        project_path: Path | None,
        snapshots: tuple[Snapshot, ...] = (),
        ctx: JobContext = NOBODY,
    ) -> None:
        """Keep `state` and its snapshots; nothing happens once the slot is discarded.

        Raises:
            UserError: if it cannot be written.
        """
        if self._gone.is_set():
            return
        try:
            self._hold()
            save_project(self.path, state, snapshots=snapshots, ctx=ctx)
            self._write_note(
                {
                    "project": str(project_path) if project_path else "",
                    "name": state.source.name,
                    "saved_at": time.time(),
                    "pid": os.getpid(),
                    "place": self.place,
                }
            )
        finally:
            if self._gone.is_set():
                self._release()

    def note_place(self) -> None:
        """Keep the place with what was written before; nothing else changes.

        Raises:
            UserError: if it cannot be written.
        """
        if self._gone.is_set() or not self._said or self._said.get("place") == self.place:
            return
        try:
            self._write_note({**self._said, "place": self.place})
        except OSError as error:
            raise unwritable(self._base.parent, error) from error
        finally:
            if self._gone.is_set():
                self._release()

    def discard(self) -> None:
        """Delete what is kept and let go of the slot."""
        self._gone.set()
        self._release()

    def _write_note(self, note: dict[str, Any]) -> None:
        from engine.imaging.write import replace_atomically

        with replace_atomically(self._base.with_suffix(_NOTE)) as temporary:
            temporary.write_text(json.dumps(note), encoding="utf-8")
        self._said = note

    def _hold(self) -> None:
        with self._mutex:
            if self._lock is not None:
                return
            try:
                self._base.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._lock = _locked(self._base.with_suffix(_LOCK))
            except OSError as error:
                raise unwritable(self._base.parent, error) from error
            if self._lock is None:
                raise UserError("The recovered work is open in another window.", path=self.path)

    def _release(self) -> None:
        # Only ever waits for a lock file being opened, never for a save.
        with self._mutex:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None
            _remove(self._base)


def recoverable(folder: Path) -> list[Recovery]:
    """What processes that are gone left in `folder`, newest first."""
    _sweep(folder)
    found = [_recovery(path) for path in folder.glob(f"*{SUFFIX}") if _is_free(path)]
    return sorted(found, key=lambda recovery: recovery.saved_at, reverse=True)


def _sweep(folder: Path) -> None:
    """Delete unfinished files of processes that were killed while saving."""
    for part in folder.glob(".matte-*.part"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > _UNFINISHED_FOR:
                part.unlink()


def unwritable(folder: Path, error: OSError) -> UserError:
    """What people hear when no recovery copy can be kept."""
    return UserError(
        f"No recovery copy can be kept ({error.strerror or error}).",
        remedy="Save your work often, or make this folder writable.",
        path=folder,
    )


def _recovery(path: Path) -> Recovery:
    note = _note(path.with_suffix(_NOTE))
    project, name, saved_at = (note.get(key) for key in ("project", "name", "saved_at"))
    place = note.get("place")
    return Recovery(
        path,
        Path(project) if isinstance(project, str) and project else None,
        name if isinstance(name, str) else "",
        saved_at if isinstance(saved_at, float) else path.stat().st_mtime,
        place if isinstance(place, int) else 0,
    )


def _note(path: Path) -> dict[str, Any]:
    """The note, or nothing if it is missing or damaged: the project is worth keeping without it."""
    try:
        with path.open("rb") as file:
            note = json.loads(file.read(_MAX_NOTE_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}


def _is_free(path: Path) -> bool:
    """Whether no process holds the slot of this project file."""
    lock_path = path.with_suffix(_LOCK)
    if not lock_path.exists():
        return True
    try:
        lock = _locked(lock_path)
    except OSError:
        _log.warning("%s could not be looked at", lock_path, exc_info=True)
        return False
    if lock is not None:
        os.close(lock)
    return lock is not None


def _locked(path: Path) -> int | None:
    """An open descriptor that holds the lock, None if another holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _try_lock(descriptor)
    except (BlockingIOError, PermissionError):
        os.close(descriptor)
        return None
    return descriptor


def _remove(base: Path) -> None:
    # The project goes first: a lock without a project is nothing, the reverse is a recovery.
    for suffix in (SUFFIX, _NOTE, _LOCK):
        _delete(base.with_suffix(suffix))


def _delete(path: Path) -> None:
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        # It will be offered for recovery once more, which is better than stopping the work.
        _log.warning("%s could not be deleted", path, exc_info=True)


def _chosen_lock() -> Callable[[int], None]:
    if sys.platform == "win32":
        import msvcrt

        return lambda descriptor: msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    import fcntl

    return lambda descriptor: fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_try_lock = _chosen_lock()
