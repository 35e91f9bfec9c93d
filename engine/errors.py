"""What can go wrong, sorted by whose fault it is."""

from __future__ import annotations

from pathlib import Path


class EngineError(Exception):
    """Base of everything the engine raises on purpose."""


class UserError(EngineError):
    """The world's fault: a file, a setting or a machine is not as it should be.

    The text is shown to people as it is, so it says what is wrong and what to do.

    Args:
        problem: one sentence that says what is wrong.
        remedy: one sentence that says what to do about it.
        path: the file it is about, if there is one.
    """

    def __init__(self, problem: str, *, remedy: str = "", path: Path | None = None) -> None:
        self.problem = problem
        self.remedy = remedy
        self.path = path
        where = f"{path}: " if path is not None else ""
        super().__init__(f"{where}{problem} {remedy}".strip())


class NotInstalled(UserError):
    """A package is missing that comes with one of the product's extras.

    Args:
        what: cannot do without it.
        package: its name.
        extra: of the product that brings it.
    """

    def __init__(self, what: str, *, package: str, extra: str) -> None:
        super().__init__(
            f"{what} needs the package {package}, which is not installed.",
            remedy=f"Install it: pip install 'matteapp[{extra}]'.",
        )


class BugError(EngineError):
    """Our fault: a promise inside the engine was broken."""


class Cancelled(EngineError):
    """The job was asked to stop and did."""
