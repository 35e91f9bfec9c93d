"""States of a document that were kept by name, and what of a state can be computed again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.document.state import DocumentState

MOST_SNAPSHOTS = 32
"""Of one document."""
LONGEST_NAME = 80
"""Characters."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A state to come back to.

    Attributes:
        name: what people called it.
        state: the document then.
    """

    name: str
    state: DocumentState


def named(wanted: str, taken: tuple[Snapshot, ...], *, numbered: str = "Snapshot {number}") -> str:
    """A name for the next snapshot: what is wanted, or else the first free number."""
    name = " ".join(wanted.split())[:LONGEST_NAME]
    names = {snapshot.name for snapshot in taken}
    numbers = (numbered.format(number=number) for number in range(1, len(taken) + 2))
    return name or next(free for free in numbers if free not in names)


def returned_to(now: DocumentState, snapshot: Snapshot) -> DocumentState:
    """The state of a snapshot; where the photograph lies may have changed since."""
    return replace(snapshot.state, source=now.source)


def without_computed(state: DocumentState) -> DocumentState:
    """The state without what follows from the rest of it, as a project file keeps it."""
    if state.foreground is None and state.enhanced is None:
        return state
    return replace(state, foreground=None, foreground_stale=None, enhanced=None, amount=None)
