"""The open document of a window: its current state, its undo history, and who hears of changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal

from engine.document.history import DEFAULT_BUDGET, History
from engine.document.state import DocumentState, changed_rect
from engine.errors import BugError
from engine.imaging.types import Rect


@dataclass(frozen=True, eq=False)
class Change:
    """From one state to the next.

    Attributes:
        before: the state that was shown, None if no document was open.
        after: the state that is shown now, None if the document was closed.
        rect: where they differ; None means everywhere, an empty one nowhere.
        label: what was done, for people.
    """

    before: DocumentState | None
    after: DocumentState | None
    rect: Rect | None
    label: str


class Session(QObject):
    """One document, changed by edits only.

    Signals:
        changed: a `Change`, after each new state.
        history_changed: the labels, or which of them is shown.
        dirty_changed: bool, whether there is work that no project file holds.
    """

    changed = Signal(object)
    history_changed = Signal()
    dirty_changed = Signal(bool)

    def __init__(
        self, parent: QObject | None = None, *, budget_bytes: int = DEFAULT_BUDGET
    ) -> None:
        super().__init__(parent)
        self._state: DocumentState | None = None
        # Which piece of the user's work each state holds; a job's result is no work of the user's.
        self._works: WeakKeyDictionary[DocumentState, object] = WeakKeyDictionary()
        self._saved_work: object = None
        self._project_path: Path | None = None
        self._was_dirty = False
        self.history = History(budget_bytes)

    @property
    def state(self) -> DocumentState | None:
        """The state that is shown, None if no document is open."""
        return self._state

    @property
    def project_path(self) -> Path | None:
        """The project file of this document, None if it was never saved."""
        return self._project_path

    @property
    def dirty(self) -> bool:
        """Whether there is work that no project file holds."""
        return self._state is not None and self._works[self._state] is not self._saved_work

    def open_state(
        self, state: DocumentState, *, path: Path | None = None, dirty: bool = False
    ) -> None:
        """Show another document.

        Args:
            path: the project file it comes from.
            dirty: it holds work that `path` doesn't, such as a recovered document.
        """
        self._project_path = path
        self._works[state] = work = object()
        self._saved_work = None if dirty else work
        self.history.begin(state)
        self._show(state, None, "Open")

    def close_state(self) -> None:
        """Have no document any more."""
        self._project_path = None
        self.history.clear()
        self._show(None, None, "Close")

    def apply(
        self,
        edit: Callable[[DocumentState], DocumentState],
        *,
        label: str,
        rect: Rect | None = None,
    ) -> None:
        """Make `edit` a step of the history; nothing happens if it changes nothing.

        Args:
            rect: where the edit changes something, None for everywhere.
        """
        before = self._open()
        after = edit(before)
        if after is not before:
            self._works[after] = object()
            self.history.push(before, after, label)
            self._show(after, rect, label)

    def amend(
        self, edit: Callable[[DocumentState], DocumentState], *, rect: Rect | None = None
    ) -> None:
        """Change the shown state without a step: what a job found out belongs to the step before.

        Only new strokes or settings count as work to be saved.
        """
        before = self._open()
        after = edit(before)
        if after is before:
            return
        kept = after.strokes is before.strokes and after.settings == before.settings
        self._works[after] = self._works[before] if kept else object()
        self.history.amend(after)
        self._show(after, rect, self.history.labels[self.history.index])

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
        before = self._open()
        after = self.history.jump_to(index)
        if after is not before:
            self._show(after, changed_rect(before, after), self.history.labels[index])

    def mark_saved(self, path: Path, *, state: DocumentState | None = None) -> None:
        """The document is in the project file `path` now.

        Args:
            state: the state that was written, if painting may have gone on meanwhile.
        """
        self._project_path = path
        self._saved_work = self._works[self._open() if state is None else state]
        self._tell_dirty()

    def _open(self) -> DocumentState:
        if self._state is None:
            raise BugError("no document is open")
        return self._state

    def _show(self, after: DocumentState | None, rect: Rect | None, label: str) -> None:
        change = Change(self._state, after, rect, label)
        self._state = after
        self.changed.emit(change)
        self.history_changed.emit()
        self._tell_dirty()

    def _tell_dirty(self) -> None:
        if self.dirty != self._was_dirty:
            self._was_dirty = self.dirty
            self.dirty_changed.emit(self.dirty)
