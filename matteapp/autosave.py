"""Unsaved work is kept in a recovery folder a few seconds after each change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_path
from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from engine.document.recovery import Recovery, Slot, recoverable
from engine.document.state import DocumentState
from engine.jobs.context import JobContext
from engine.jobs.worker import Worker
from matteapp.session import Change, Session

__all__ = ["LANE", "Autosave", "KeepRecovery", "Recovery", "recoverable", "recovery_folder"]

LANE = "autosave"


def recovery_folder() -> Path:
    """Where unsaved work is kept for this user."""
    return user_state_path("matteapp") / "recovery"


@dataclass(frozen=True, eq=False)
class KeepRecovery:
    """Write one state into its slot, on the engine's thread."""

    slot: Slot
    state: DocumentState
    project_path: Path | None

    def __call__(self, ctx: JobContext) -> None:
        self.slot.write(self.state, project_path=self.project_path, ctx=ctx)


class Autosave(QObject):
    """Keeps the session's unsaved work; nothing is kept once it is saved, or closed cleanly.

    Args:
        session: whose changes are kept.
        folder: the recovery folder; made when it is needed.
        worker: runs the saving.
        delay: milliseconds of quiet after a change before it is kept.
        longest: milliseconds after which it is kept even if changes go on.
    """

    def __init__(
        self,
        session: Session,
        folder: Path,
        worker: Worker,
        *,
        delay: int = 3000,
        longest: int = 15000,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._folder = folder
        self._worker = worker
        self._delay = delay
        self._longest = longest
        self._slot: Slot | None = None
        self._waiting = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.keep_now)
        session.changed.connect(self._note_change)
        session.dirty_changed.connect(self._note_dirty)

    def take_over(self, recovery: Recovery) -> None:
        """Keep the work on in the files of `recovery`, whose document the session just opened.

        Raises:
            UserError: if another window has taken it.
        """
        slot = Slot.taking_over(recovery)
        self._let_go()
        self._slot = slot

    def keep_now(self) -> None:
        """Submit what there is to keep, without waiting."""
        self._stop_waiting()
        state = self._session.state
        if state is None or not self._session.dirty:
            return
        if self._slot is None:
            self._slot = Slot(self._folder)
        request = KeepRecovery(self._slot, state, self._session.project_path)
        self._worker.submit(request, lane=LANE, title="Keeping a recovery copy")

    def close(self) -> None:
        """End cleanly: nothing is left to recover."""
        self._session.changed.disconnect(self._note_change)
        self._session.dirty_changed.disconnect(self._note_dirty)
        self._let_go()

    def _note_change(self, change: Change) -> None:
        if _is_another_document(change):
            self._let_go()
        if not self._session.dirty:
            return
        if not self._waiting.isValid():
            self._waiting.start()
        left = self._longest - self._waiting.elapsed()
        self._timer.start(int(max(0, min(self._delay, left))))

    def _note_dirty(self, dirty: bool) -> None:
        if not dirty:
            self._let_go()

    def _let_go(self) -> None:
        self._stop_waiting()
        self._worker.cancel_lane(LANE)
        if self._slot is not None:
            self._slot.discard()
            self._slot = None

    def _stop_waiting(self) -> None:
        self._timer.stop()
        self._waiting.invalidate()


def _is_another_document(change: Change) -> bool:
    before, after = change.before, change.after
    return before is None or after is None or before.image is not after.image
