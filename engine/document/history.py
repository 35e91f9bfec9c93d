"""Undo and redo over whole states, with a cap on the memory that only old states need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.document.planes import Plane
from engine.document.snapshots import Snapshot
from engine.document.state import DocumentState
from engine.errors import BugError

DEFAULT_BUDGET = 512 * 2**20
"""Bytes."""


class Budget:
    """Memory that the histories of several documents share.

    Args:
        nbytes: how much memory states other than the shown ones may keep alive.
    """

    def __init__(self, nbytes: int = DEFAULT_BUDGET) -> None:
        self.nbytes = nbytes
        self._histories: list[History] = []

    @property
    def used(self) -> int:
        """Bytes that only states which are not shown keep alive."""
        return sum(history.nbytes for history in self._histories)

    def trim(self, newest: History) -> None:
        """Forget the oldest steps until all fit; of the history that rested longest first.

        Args:
            newest: the one that has just grown.
        """
        self.leave(newest)
        self._histories.append(newest)
        while self.used > self.nbytes:
            if not any(history.forget_one() for history in self._histories):
                return

    def leave(self, history: History) -> None:
        """Count a history no longer."""
        if history in self._histories:
            self._histories.remove(history)


@dataclass(frozen=True)
class _Step:
    state: DocumentState
    label: str
    owners: dict[int, int]
    nbytes: int


class History:
    """The states of a document in order, and which of them is shown.

    Snapshots lie beside the order: no step forgets them. Their memory counts, but only steps are
    dropped for it.

    Args:
        budget_bytes: how much memory states other than the shown one may keep alive; the oldest
            are dropped beyond it. What a state shares with the shown one costs nothing.
        shared: the budget instead, if several histories have one.
    """

    def __init__(self, budget_bytes: int = DEFAULT_BUDGET, *, shared: Budget | None = None) -> None:
        self._budget = shared or Budget(budget_bytes)
        self._steps: list[_Step] = []
        self._snapshots: list[_Step] = []
        self._index = 0
        self._uses: dict[int, int] = {}
        self._total = 0

    def begin(self, state: DocumentState, label: str = "Open") -> None:
        """Forget everything and start with `state`."""
        self.clear()
        self._steps.append(self._held(state, label))

    def clear(self) -> None:
        """Forget everything."""
        self._steps.clear()
        self._snapshots.clear()
        self._uses.clear()
        self._total = self._index = 0
        self._budget.leave(self)

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The states that were kept by name, oldest first."""
        return tuple(Snapshot(step.label, step.state) for step in self._snapshots)

    def keep(self, snapshot: Snapshot) -> None:
        """Keep a state by name until it is dropped."""
        self._snapshots.append(self._held(snapshot.state, snapshot.name))
        self._trim()

    def rename(self, place: int, name: str) -> None:
        """Give the snapshot at `place` another name."""
        self._snapshots[place] = replace(self._snapshots[place], label=name)

    def drop(self, place: int) -> None:
        """Keep the snapshot at `place` no longer."""
        self._let_go(self._snapshots.pop(place))

    @property
    def labels(self) -> tuple[str, ...]:
        """What was done, oldest first; the first is the state that undoing ends at."""
        return tuple(step.label for step in self._steps)

    @property
    def index(self) -> int:
        """Which of `labels` is shown."""
        return self._index

    @property
    def can_undo(self) -> bool:
        return self._index > 0

    @property
    def can_redo(self) -> bool:
        return self._index + 1 < len(self._steps)

    @property
    def nbytes(self) -> int:
        """Bytes that only the states which are not shown keep alive."""
        if not self._steps:
            return 0
        return self._total - self._steps[self._index].nbytes

    @property
    def nbytes_held(self) -> int:
        """Bytes that all states together keep alive."""
        return self._total

    def push(self, before: DocumentState, after: DocumentState, label: str) -> None:
        """Add a step from the shown state to `after`; what could be redone is forgotten.

        Raises:
            BugError: if `before` isn't the state that is shown.
        """
        if not self._steps:
            self.begin(before)
        if before is not self._steps[self._index].state:
            raise BugError("a step must start where the history is")
        while self.can_redo:
            self._let_go(self._steps.pop())
        self._steps.append(self._held(after, label))
        self._index += 1
        self._trim()

    def amend(self, after: DocumentState) -> None:
        """Put `after` in the place of the shown state: a job's result is no step of its own."""
        if not self._steps:
            self.begin(after)
            return
        old = self._steps[self._index]
        self._steps[self._index] = self._held(after, old.label)
        self._let_go(old)
        self._trim()

    def undo(self) -> DocumentState:
        """Go one step back.

        Raises:
            BugError: if there is none; ask `can_undo` first.
        """
        return self.jump_to(self._index - 1)

    def redo(self) -> DocumentState:
        """Go one step forward again.

        Raises:
            BugError: if there is none; ask `can_redo` first.
        """
        return self.jump_to(self._index + 1)

    def jump_to(self, index: int) -> DocumentState:
        """Go to the state after `labels[index]`."""
        if not 0 <= index < len(self._steps):
            raise BugError(f"there is no step {index} among {len(self._steps)}")
        self._index = index
        return self._steps[index].state

    def forget_one(self) -> bool:
        """Forget the oldest step, or the last that could be redone; False if there is none."""
        if len(self._steps) < 2:
            return False
        if self._index > 0:
            self._let_go(self._steps.pop(0))
            self._index -= 1
        else:
            self._let_go(self._steps.pop())
        return True

    def exchange(
        self, change: Callable[[DocumentState], DocumentState]
    ) -> list[tuple[DocumentState, DocumentState]]:
        """Put a changed state in the place of each; returns the old ones with the new."""
        old, kept = self._steps, self._snapshots
        self._uses.clear()
        self._total = 0
        made = {id(step.state): change(step.state) for step in (*old, *kept)}
        self._steps = [self._held(made[id(step.state)], step.label) for step in old]
        self._snapshots = [self._held(made[id(step.state)], step.label) for step in kept]
        return [(step.state, made[id(step.state)]) for step in (*old, *kept)]

    def _trim(self) -> None:
        self._budget.trim(self)

    def _held(self, state: DocumentState, label: str) -> _Step:
        owners = _owners(state)
        step = _Step(state, label, owners, sum(owners.values()))
        for owner, size in step.owners.items():
            uses = self._uses.get(owner, 0)
            self._uses[owner] = uses + 1
            self._total += 0 if uses else size
        return step

    def _let_go(self, step: _Step) -> None:
        for owner, size in step.owners.items():
            self._uses[owner] -= 1
            if not self._uses[owner]:
                del self._uses[owner]
                self._total -= size


def _owners(state: DocumentState) -> dict[int, int]:
    """The buffers a state keeps alive, by identity, and their sizes in bytes."""
    owners = dict(Plane.viewing(state.image.pixels).owners)
    if state.image.alpha is not None:
        owners.update(Plane.viewing(state.image.alpha).owners)
    if state.enhancement is not None:
        owners.update(Plane.viewing(state.enhancement.codes).owners)
    for _, plane in state.planes():
        owners.update(plane.owners)
    return owners
