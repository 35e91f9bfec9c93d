"""The open documents of a window: which is shown, and who hears of changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.document.history import DEFAULT_BUDGET, Budget, History
from engine.document.recovery import Recovery
from engine.document.snapshots import MOST_SNAPSHOTS, Snapshot, named, returned_to
from engine.document.state import DocumentState, changed_rect
from engine.errors import BugError
from engine.imaging.types import Rect
from matteapp.documents import Document, make_room
from matteapp.language import _

DEFAULT_RESTING = 2048 * 2**20
"""Bytes that documents which are not shown may keep before they let go of what they can."""


@dataclass(frozen=True, eq=False)
class Change:
    """From one state to the next.

    Attributes:
        before: the state that was shown, None if no document was.
        after: the state that is shown now, None if no document is.
        rect: where they differ; None means everywhere, an empty one nowhere.
        label: what was done, for people.
    """

    before: DocumentState | None
    after: DocumentState | None
    rect: Rect | None
    label: str


class Session(QObject):
    """Some documents, one of them shown; changed by edits only.

    Signals:
        changed: a `Change`, after each new state of what is shown, or when another is shown.
        history_changed: the labels of what is shown, which of them it is at, or the snapshots.
        dirty_changed: bool, whether what is shown has work that no project file holds.
        leaving(Document): another one will be shown.
        wanted(Document): one that is not read yet is to be shown.
        documents_changed: which there are, their order, which is shown, or what one is called.
        work_changed(Document): it has other work, or other work is saved; shown or not.
        closed(Document): it is gone.
    """

    changed = Signal(object)
    history_changed = Signal()
    dirty_changed = Signal(bool)
    leaving = Signal(object)
    wanted = Signal(object)
    documents_changed = Signal()
    work_changed = Signal(object)
    closed = Signal(object)

    def __init__(
        self, parent: QObject | None = None, *, budget_bytes: int = DEFAULT_BUDGET
    ) -> None:
        super().__init__(parent)
        self.budget = Budget(budget_bytes)
        self._documents: list[Document] = []
        self._document: Document | None = None
        self._none = History()
        self._was_dirty = False
        self._left: list[Document] = []
        self.resting_bytes = DEFAULT_RESTING

    @property
    def documents(self) -> tuple[Document, ...]:
        """All that are open: in the order in which they came, or were put."""
        return tuple(self._documents)

    @property
    def document(self) -> Document | None:
        """The one that is shown."""
        return self._document

    @property
    def state(self) -> DocumentState | None:
        """The state that is shown, None if no document is."""
        return None if self._document is None else self._document.state

    @property
    def history(self) -> History:
        """The steps of what is shown; an empty one if nothing is."""
        return self._none if self._document is None else self._document.history

    @property
    def project_path(self) -> Path | None:
        """The project file of what is shown, None if it was never saved."""
        return None if self._document is None else self._document.project_path

    @property
    def dirty(self) -> bool:
        """Whether what is shown has work that no project file holds."""
        return self._document is not None and self._document.dirty

    @property
    def unsaved(self) -> tuple[Document, ...]:
        """All documents with work that no project file holds."""
        return tuple(one for one in self._documents if one.dirty)

    # -- which are open, and which is shown

    def add(self, *, file: Path | None = None, recovery: Recovery | None = None) -> Document:
        """A document that is read when it is shown for the first time."""
        document = Document(self.budget, file=file, recovery=recovery)
        self._documents.append(document)
        self.documents_changed.emit()
        return document

    def open_state(
        self,
        state: DocumentState,
        *,
        path: Path | None = None,
        dirty: bool = False,
        document: Document | None = None,
        snapshots: tuple[Snapshot, ...] = (),
    ) -> Document:
        """Show another document.

        Args:
            path: the project file it comes from.
            dirty: it holds work that `path` doesn't, such as a recovered document.
            document: the one that was added for it and is read now; else it is a new one.
            snapshots: that were saved with it.
        """
        opened = self.add() if document is None else document
        if opened not in self._documents:  # it was closed while it was read
            self._documents.append(opened)
        opened.begin(state, path=path, dirty=dirty, snapshots=snapshots)
        self._turn_to(opened, "Open")
        self.work_changed.emit(opened)
        return opened

    def show(self, document: Document) -> None:
        """Show one of the documents; nothing happens if it is shown already."""
        if document.state is None:
            self.wanted.emit(document)
        elif document is not self._document:
            self._turn_to(document, "Show")

    def show_next(self, by: int) -> None:
        """Show the document `by` places further, round and round."""
        if self._documents:
            here = -1 if self._document is None else self._documents.index(self._document)
            self.show(self._documents[(here + by) % len(self._documents)])

    def move(self, document: Document, place: int) -> None:
        """Put a document at another place among the others, or at the nearest end."""
        if document not in self._documents:
            return
        here = self._documents.index(document)
        there = max(0, min(place, len(self._documents) - 1))
        if here != there:
            self._documents.insert(there, self._documents.pop(here))
            self.documents_changed.emit()

    def shift(self, by: int, document: Document | None = None) -> None:
        """Put a document (the shown one) `by` places further right, as far as there are any."""
        moved = document or self._document
        if moved in self._documents:
            self.move(moved, self._documents.index(moved) + by)

    def close_state(self, document: Document | None = None) -> None:
        """Have a document (the shown one) no more; a neighbour is shown in its place."""
        closing = document or self._document
        if closing is None or closing not in self._documents:
            return
        place = self._documents.index(closing)
        self._documents.remove(closing)
        if closing is self._document:
            self._turn_to(self._neighbour(place), "Close")
        closing.end()
        self.closed.emit(closing)
        self.documents_changed.emit()
        if self._document is None and self._documents:
            self.show(self._documents[min(place, len(self._documents) - 1)])

    def _neighbour(self, place: int) -> Document | None:
        """The nearest one that can be shown at once."""
        read = [one for one in self._documents if one.state is not None]
        return min(read, key=lambda one: abs(self._documents.index(one) - place), default=None)

    # -- edits

    def apply(
        self,
        edit: Callable[[DocumentState], DocumentState],
        *,
        label: str,
        rect: Rect | None = None,
        document: Document | None = None,
    ) -> None:
        """Make `edit` a step of the history; nothing happens if it changes nothing.

        Args:
            rect: where the edit changes something, None for everywhere.
            document: whose step it is, if not of what is shown.
        """
        chosen = document or self._open()
        before = chosen.state
        if not chosen.apply(edit, label):
            return
        if chosen is self._document:
            self._tell(before, rect, label)
        self.work_changed.emit(chosen)

    def amend(
        self,
        edit: Callable[[DocumentState], DocumentState],
        *,
        rect: Rect | None = None,
        document: Document | None = None,
    ) -> None:
        """Change a state without a step: what a job found out belongs to the step before.

        Only new strokes or settings count as work to be saved.

        Args:
            rect: where the edit changes something, None for everywhere.
            document: whose state, if not of what is shown.
        """
        chosen = document or self._open()
        before = chosen.state
        if not chosen.amend(edit):
            return
        if chosen is self._document:
            self._tell(before, rect, self.history.labels[self.history.index])
        self.work_changed.emit(chosen)

    def undo(self) -> None:
        """Go one step back, if there is one."""
        if self.history.can_undo:
            self.jump_to(self.history.index - 1)

    def redo(self) -> None:
        """Go one step forward again, if there is one."""
        if self.history.can_redo:
            self.jump_to(self.history.index + 1)

    def jump_to(self, index: int) -> None:
        """Show the state after step `index` of the history's labels."""
        document = self._open()
        before = document.open_state
        document.jump_to(index)
        after = document.open_state
        if after is not before:
            self._tell(before, changed_rect(before, after), self.history.labels[index])
            self.work_changed.emit(document)

    # -- snapshots

    def take_snapshot(self, name: str = "") -> None:
        """Keep the shown state by a name; the oldest makes room if there are too many."""
        document = self._open()
        kept = document.history.snapshots
        if len(kept) >= MOST_SNAPSHOTS:
            document.history.drop(0)
        document.history.keep(
            Snapshot(named(name, kept, numbered=_("Snapshot {number}")), document.open_state)
        )
        document.note_snapshots()
        self._note_snapshots(document)

    def rename_snapshot(self, place: int, name: str) -> None:
        """Call a snapshot something else; an empty name changes nothing."""
        document = self._open()
        if name.strip():
            document.history.rename(place, named(name, ()))
            document.note_snapshots()
        self._note_snapshots(document)

    def drop_snapshot(self, place: int) -> None:
        """Keep a snapshot no longer."""
        document = self._open()
        document.history.drop(place)
        document.note_snapshots()
        self._note_snapshots(document)

    def go_to_snapshot(self, place: int) -> None:
        """Make the state of a snapshot the next step, so that undo leads back from it."""
        kept = self.history.snapshots[place]
        if self._open().open_state is not kept.state:
            self.apply(lambda now: returned_to(now, kept), label=kept.name)

    def _note_snapshots(self, document: Document) -> None:
        self.history_changed.emit()
        self._tell_dirty()
        self.work_changed.emit(document)

    # -- saving

    def mark_saved(
        self,
        path: Path,
        *,
        state: DocumentState | None = None,
        document: Document | None = None,
        kept: object = None,
    ) -> None:
        """A document is in the project file `path` now.

        Args:
            state: the state that was written, if painting may have gone on meanwhile.
            document: which one, if not what is shown.
            kept: `Document.kept` when it was written; None for now.
        """
        saved = document or self._open()
        written = saved.open_state if state is None else state
        saved.mark_saved(path, written, saved.kept if kept is None else kept)
        self._tell_dirty()
        self.documents_changed.emit()
        self.work_changed.emit(saved)

    # -- telling

    def _open(self) -> Document:
        if self._document is None:
            raise BugError("no document is open")
        return self._document

    def _turn_to(self, document: Document | None, label: str) -> None:
        before, left = self.state, self._document
        if left is not None:
            self.leaving.emit(left)
            self._left = [*(one for one in self._left if one is not left), left]
        self._document = document
        self._tell(before, None, label)
        self._make_room()
        self.documents_changed.emit()

    def _make_room(self) -> None:
        """What is shown needs its memory; the others get by with less if they must."""
        self._left = [
            one for one in self._left if one in self._documents and one is not self._document
        ]
        make_room(self._left, self.resting_bytes)

    def _tell(self, before: DocumentState | None, rect: Rect | None, label: str) -> None:
        self.changed.emit(Change(before, self.state, rect, label))
        self.history_changed.emit()
        self._tell_dirty()

    def _tell_dirty(self) -> None:
        if self.dirty != self._was_dirty:
            self._was_dirty = self.dirty
            self.dirty_changed.emit(self.dirty)
