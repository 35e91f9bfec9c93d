"""One open photograph: its state, its history, where it is kept, and how it was looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from engine.document.history import Budget, History
from engine.document.recovery import Recovery
from engine.document.snapshots import Snapshot, without_computed
from engine.document.state import DocumentState
from engine.errors import BugError
from matteapp.language import _

Edit = Callable[[DocumentState], DocumentState]


@dataclass(frozen=True)
class Look:
    """How a document was looked at.

    Attributes:
        view: name of the view.
        scale: device pixels an image pixel; None if all of it was shown.
        middle: (row, col) of the photograph in the middle of the canvas.
    """

    view: str
    scale: float | None = None
    middle: tuple[float, float] = (0.0, 0.0)


class Document:
    """A photograph with the work on it, shown or not.

    Attributes:
        state: the current state; None until its file is read, or once it is closed.
        history: its steps and snapshots.
        file: what it is read from when it is shown for the first time.
        recovery: what a killed window left of it, until that is read.
        project_path: its project file, None if it was never saved.
        embed: whether the photograph is stored in the project file.
        look: how it was looked at when it was left, None before.

    Args:
        budget: memory that it shares with the others for its steps.
    """

    def __init__(
        self, budget: Budget, *, file: Path | None = None, recovery: Recovery | None = None
    ) -> None:
        self.state: DocumentState | None = None
        self.history = History(shared=budget)
        self.file = file
        self.recovery = recovery
        self.project_path = None if recovery is None else recovery.project_path
        self.embed = False
        self.look: Look | None = None
        # Which piece of the user's work each state holds; a job's result is no work of the user's.
        self._works: WeakKeyDictionary[DocumentState, object] = WeakKeyDictionary()
        self._saved_work: object = None
        self._kept = self._saved_kept = object()

    @property
    def name(self) -> str:
        """What people call it."""
        if self.project_path is not None:
            return self.project_path.name
        if self.state is not None:
            return self.state.source.name or _("Pasted photograph")
        if self.recovery is not None:
            return self.recovery.name or _("Recovered photograph")
        return "" if self.file is None else self.file.name

    @property
    def place(self) -> Path | None:
        """The file that people know it by: the project, or else the photograph."""
        source = None if self.state is None else self.state.source.path
        return self.project_path or source or self.file

    @property
    def dirty(self) -> bool:
        """Whether there is work that no project file holds."""
        if self.state is None:
            return self.recovery is not None
        unsaved = self._works[self.state] is not self._saved_work
        return unsaved or self._kept is not self._saved_kept

    @property
    def untouched(self) -> bool:
        """Whether reading its file again would lose nothing."""
        plain = len(self.history.labels) == 1 and not self.dirty
        return plain and self.state is not None and self.place is not None

    def begin(
        self,
        state: DocumentState,
        *,
        path: Path | None,
        dirty: bool,
        snapshots: tuple[Snapshot, ...] = (),
    ) -> None:
        """Start with a state and an empty history.

        Args:
            path: the project file it comes from.
            dirty: it holds work that `path` doesn't, such as a recovered document.
            snapshots: that were saved with it.
        """
        self.state, self.project_path, self.recovery = state, path, None
        self.embed = state.source.embedded
        self._works[state] = work = object()
        self._saved_work = None if dirty else work
        self._saved_kept = self._kept
        self.history.begin(state)
        for snapshot in snapshots:
            self.history.keep(snapshot)

    def end(self) -> None:
        """Let go of everything."""
        self.state = None
        self.history.clear()

    def unload(self) -> None:
        """Let go of an untouched document until it is shown again."""
        self.file = self.place
        self.end()

    def apply(self, edit: Edit, label: str) -> bool:
        """Make `edit` a step of the history; returns whether it changed anything."""
        before = self.open_state
        after = edit(before)
        if after is before:
            return False
        self._works[after] = object()
        self.history.push(before, after, label)
        self.state = after
        return True

    def amend(self, edit: Edit) -> bool:
        """Change the state without a step; only new strokes or settings count as work."""
        before = self.open_state
        after = edit(before)
        if after is before:
            return False
        kept = after.strokes is before.strokes and after.settings == before.settings
        self._works[after] = self._works[before] if kept else object()
        self.history.amend(after)
        self.state = after
        return True

    def jump_to(self, index: int) -> None:
        """Go to the state after step `index` of the history's labels."""
        self.state = self.history.jump_to(index)

    def note_snapshots(self) -> None:
        """Snapshots were made, renamed or dropped: that is work, too."""
        self._kept = object()

    def mark_saved(self, path: Path, state: DocumentState, kept: object) -> None:
        """`state` is in the project file `path` now, with the snapshots of `kept`."""
        self.project_path = path
        self._saved_work = self._works[state]
        self._saved_kept = kept

    @property
    def kept(self) -> object:
        """What tells the present snapshots from those of another time."""
        return self._kept

    @property
    def open_state(self) -> DocumentState:
        """The state of a document that is open.

        Raises:
            BugError: if it isn't.
        """
        if self.state is None:
            raise BugError("no document is open")
        return self.state

    def lighten(self, change: Edit) -> None:
        """Change every state alike, where that is no work: what can be computed again is let go."""
        for old, new in self.history.exchange(change):
            if old in self._works:
                self._works[new] = self._works[old]
            if old is self.state:
                self.state = new


def make_room(resting: Sequence[Document], nbytes: int) -> None:
    """Let go of what documents that are not shown can have again, until they fit into `nbytes`.

    First what can be computed again, then whole documents that nothing was done to; work and
    history stay, however much they need.

    Args:
        resting: the documents, the one that was left first comes first.
    """
    for free in (lambda one: one.lighten(without_computed), _unload_untouched):
        for document in resting:
            if sum(one.history.nbytes_held for one in resting) <= nbytes:
                return
            free(document)


def _unload_untouched(document: Document) -> None:
    if document.untouched:
        document.unload()


def placed(documents: list[Document], path: Path) -> Document | None:
    """The document that people know by this file, or None."""
    wanted = path.absolute()
    return next((one for one in documents if one.place == wanted), None)
