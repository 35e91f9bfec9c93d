"""Contexts of jobs: one that hears everything, and one that asks to stop."""

from __future__ import annotations

from engine.errors import Cancelled


class Listener:
    """Keeps what it is told, and never asks to stop."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.messages: list[str] = []

    def check(self) -> None:
        return None

    def progress(self, fraction: float, message: str = "") -> None:
        assert 0 <= fraction <= 1
        self.fractions.append(fraction)
        self.messages.append(message)


class StoppedAfter(Listener):
    """Asks to stop after so many checks; after none, at the first."""

    def __init__(self, checks: int) -> None:
        super().__init__()
        self._left = checks

    def check(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Cancelled
