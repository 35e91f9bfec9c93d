"""A folder that is looked at again and again for photographs that have come."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.batch.folders import photographs_in
from engine.batch.items import Stamp
from engine.errors import UserError

SETTLES = 2.0
"""Seconds for which a file must not have changed to count as there."""
EVERY = 1.0
"""Seconds between two looks."""


@dataclass(frozen=True)
class _Seen:
    stamp: Stamp
    since: float


class FolderWatch:
    """Tells of photographs once they stop growing, and again when they are replaced.

    Args:
        folder: what is watched.
        recursive: folders within it, too.
        out: a folder to be passed over, such as the one that is saved to.
        settles: seconds for which a file must not have changed.
        clock: seconds.
    """

    def __init__(
        self,
        folder: Path,
        *,
        recursive: bool = False,
        out: Path | None = None,
        settles: float = SETTLES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self._recursive = recursive
        self._out = out
        self._settles = settles
        self._clock = clock
        self._growing: dict[Path, _Seen] = {}
        self._told: dict[Path, Stamp] = {}

    def look(self) -> list[Path]:
        """The photographs that are there since the last look, or are others now.

        Raises:
            UserError: if the folder cannot be read now; it may be again at the next look.
        """
        stamps = self._stamps()
        self._growing = {path: seen for path, seen in self._growing.items() if path in stamps}
        self._told = {path: stamp for path, stamp in self._told.items() if path in stamps}
        return [path for path, stamp in stamps.items() if self._is_ready(path, stamp)]

    def _is_ready(self, path: Path, stamp: Stamp) -> bool:
        if self._told.get(path) == stamp or stamp.size == 0:
            return False
        now, seen = self._clock(), self._growing.get(path)
        if seen is None or seen.stamp != stamp:
            self._growing[path] = _Seen(stamp, now)
            return False
        if now - seen.since < self._settles:
            return False
        del self._growing[path]
        self._told[path] = stamp
        return True

    def _stamps(self) -> dict[Path, Stamp]:
        try:
            paths = list(photographs_in(self.folder, recursive=self._recursive, out=self._out))
        except OSError as error:
            raise UserError(
                f"The watched folder cannot be read ({error.strerror}).",
                remedy="It is looked at again until it can.",
                path=self.folder,
            ) from error
        stamps = {path: Stamp.of(path) for path in paths}
        return {path: stamp for path, stamp in stamps.items() if stamp is not None}
