"""How a long computation talks to whoever started it: progress out, cancel in."""

from __future__ import annotations

from typing import Protocol


class JobContext(Protocol):
    """Passed down to everything that may take long; call both between tiles and iterations."""

    def check(self) -> None:
        """Return, or raise `Cancelled` if the job was asked to stop."""

    def progress(self, fraction: float, message: str = "") -> None:
        """Report progress.

        Args:
            fraction: share of this piece of work that is done, 0 to 1.
            message: what is being done now, for people; empty keeps the last one.
        """


class _NobodyWaits:
    """Never cancels and tells nobody."""

    def check(self) -> None:
        return None

    def progress(self, fraction: float, message: str = "") -> None:
        return None


class SubContext:
    """A part of a job: its 0 to 1 is `start` to `end` of the parent's."""

    def __init__(self, parent: JobContext, start: float, end: float) -> None:
        self._parent = parent
        self._start = start
        self._span = end - start

    def check(self) -> None:
        self._parent.check()

    def progress(self, fraction: float, message: str = "") -> None:
        self._parent.progress(self._start + self._span * fraction, message)


NOBODY: JobContext = _NobodyWaits()
