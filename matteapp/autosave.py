"""Unsaved work is kept in a recovery folder a few seconds after each change."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_path
from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from engine.document.recovery import Recovery, Slot, recoverable
from engine.document.snapshots import Snapshot
from engine.document.state import DocumentState
from engine.errors import BugError
from engine.jobs.context import JobContext
from engine.jobs.worker import Worker
from matteapp.documents import Document
from matteapp.language import _
from matteapp.session import Session

__all__ = ["LANE", "Autosave", "KeepRecovery", "Recovery", "recoverable", "recovery_folder"]

LANE = "autosave"
"""How the lanes start in which recovery copies are written, one for each document."""


def recovery_folder() -> Path:
    """Where unsaved work is kept for this user."""
    return user_state_path("matteapp") / "recovery"


@dataclass(frozen=True, eq=False)
class KeepRecovery:
    """Write one state into its slot, on the engine's thread."""

    slot: Slot
    state: DocumentState
    project_path: Path | None
    snapshots: tuple[Snapshot, ...] = ()

    def __call__(self, ctx: JobContext) -> None:
        self.slot.write(
            self.state, project_path=self.project_path, snapshots=self.snapshots, ctx=ctx
        )


@dataclass(frozen=True, eq=False)
class KeepOrder:
    """Note at which place each slot's document is now, on the engine's thread."""

    slots: tuple[Slot, ...]

    def __call__(self, ctx: JobContext) -> None:
        for slot in self.slots:
            slot.note_place()


@dataclass(frozen=True, eq=False)
class _Place:
    """Where one document is kept."""

    slot: Slot
    lane: str


class Autosave(QObject):
    """Keeps all unsaved work; nothing is kept once it is saved, or closed cleanly.

    Args:
        session: whose documents are kept.
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
        self._numbers = itertools.count(1)
        self._places: dict[Document, _Place] = {}
        self._due: dict[Document, None] = {}
        self._waiting = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.keep_now)
        session.work_changed.connect(self._note_work)
        session.documents_changed.connect(self._note_order)
        session.closed.connect(self._let_go)

    def take_over(self, recovery: Recovery, document: Document | None = None) -> None:
        """Keep the work on in the files of `recovery`, as which a document was or will be opened.

        Args:
            document: which one, if not what is shown.

        Raises:
            UserError: if another window has taken it.
        """
        taker = document or self._session.document
        if taker is None:
            raise BugError("no document is open")
        slot = Slot.taking_over(recovery)
        slot.place = recovery.place
        due = taker in self._due
        self._let_go(taker)
        self._places[taker] = self._placed(slot)
        if due:
            self._note_work(taker)
        self._note_order()

    def keep_now(self) -> None:
        """Submit what there is to keep, without waiting."""
        due, self._due = self._due, {}
        self._stop_waiting()
        for document in due:
            self._keep(document)

    def close(self) -> None:
        """End cleanly: nothing is left to recover."""
        self._session.work_changed.disconnect(self._note_work)
        self._session.documents_changed.disconnect(self._note_order)
        self._session.closed.disconnect(self._let_go)
        self._due.clear()
        for document in tuple(self._places):
            self._let_go(document)
        self._stop_waiting()

    def _keep(self, document: Document) -> None:
        if document.state is None or not document.dirty:
            return
        if document not in self._places:
            self._places[document] = self._placed(Slot(self._folder))
        place = self._places[document]
        kept = document.history.snapshots
        place.slot.place = self._session.documents.index(document)
        request = KeepRecovery(place.slot, document.state, document.project_path, kept)
        self._worker.submit(request, lane=place.lane, title=_("Keeping a recovery copy"))

    def _placed(self, slot: Slot) -> _Place:
        return _Place(slot, f"{LANE} {next(self._numbers)}")

    def _note_order(self) -> None:
        """Where documents were closed or moved, what is kept of the others has other places."""
        moved = False
        for index, document in enumerate(self._session.documents):
            if document in self._places:
                slot = self._places[document].slot
                moved |= slot.place != index
                slot.place = index
        if moved:
            slots = tuple(place.slot for place in self._places.values())
            title = _("Keeping a recovery copy")
            self._worker.submit(KeepOrder(slots), lane=f"{LANE} order", title=title)

    def _note_work(self, document: Document) -> None:
        if not document.dirty:
            self._let_go(document)
            return
        self._due[document] = None
        if not self._waiting.isValid():
            self._waiting.start()
        left = self._longest - self._waiting.elapsed()
        self._timer.start(int(max(0, min(self._delay, left))))

    def _let_go(self, document: Document) -> None:
        self._due.pop(document, None)
        if not self._due:
            self._stop_waiting()
        place = self._places.pop(document, None)
        if place is not None:
            self._worker.cancel_lane(place.lane)
            place.slot.discard()

    def _stop_waiting(self) -> None:
        self._timer.stop()
        self._waiting.invalidate()
