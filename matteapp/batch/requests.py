"""What a batch asks of the disk, off the window's thread."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from engine.batch.folders import photographs_in
from engine.batch.journal import NAME, Kept, read_journal, resumed
from engine.batch.watch import FolderWatch
from engine.errors import UserError
from engine.jobs.context import JobContext

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FoundBatch:
    """The photographs among files and in folders.

    Attributes:
        paths: files, which are taken whatever they are, and folders.
        out: a folder to be passed over, or None.
    """

    paths: tuple[Path, ...]
    out: Path | None = None

    def __call__(self, ctx: JobContext) -> list[Path]:
        found: list[Path] = []
        for path in self.paths:
            ctx.check()
            found += photographs_in(path, out=self.out) if path.is_dir() else [path]
        return [path.absolute() for path in found]


@dataclass(frozen=True)
class KeptBatch:
    """What is left of a batch that is saved to a folder: what is done and unchanged stays done."""

    folder: Path

    def __call__(self, ctx: JobContext) -> Kept:
        kept = read_journal(self.folder / NAME)
        if kept.order is None:
            return kept
        # The folder may have been moved since.
        order = replace(kept.order, folder=self.folder)
        return Kept(order, tuple(resumed(kept, order)))


@dataclass(frozen=True)
class ForgetFiles:
    """Delete files that nobody needs any more."""

    paths: tuple[Path, ...]

    def __call__(self, ctx: JobContext) -> None:
        for path in self.paths:
            ctx.check()
            path.unlink(missing_ok=True)


@dataclass(frozen=True, eq=False)
class LookAround:
    """What has come into a watched folder since the last look."""

    watch: FolderWatch

    def __call__(self, ctx: JobContext) -> list[Path]:
        return self.watch.look()


def reason_of(error: Exception, source: Path) -> str:
    """One line about an error; one that is our fault is in the log with all there is to know."""
    if isinstance(error, UserError):
        return f"{error.problem} {error.remedy}".strip()
    _log.error("unexpected error with %s", source, exc_info=error)
    return f"Something went wrong inside the program ({type(error).__name__}); see the log."
