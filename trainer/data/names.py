"""Names of samples: lists of them in files, and what counts as the same name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import UserError
from trainer.data.files import SUFFIXES


def bare(name: str) -> str:
    """A sample's name without folder and picture suffix; other dots in it stay."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    stem, dot, suffix = last.rpartition(".")
    return stem if dot and f".{suffix.lower()}" in SUFFIXES else last


def read_names(path: Path) -> list[str]:
    """The names in a list file, in its order.

    Args:
        path: UTF-8 text, one name a line, with or without picture suffix; empty lines and what
            follows a `#` at a line's start don't count.

    Returns:
        Names as `bare` has them. A name may come more than once.

    Raises:
        UserError: if the file can't be read or holds no names.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The list of names can't be read ({error}).", path=path) from error
    names = [bare(line.strip()) for line in lines if line.strip() and not line.startswith("#")]
    if not names:
        raise UserError("This list of names is empty.", remedy="Give one a line.", path=path)
    return names


@dataclass(frozen=True)
class Selection:
    """Which samples of a split are wanted.

    Attributes:
        leave_out: names that are not, such as transparent objects in a training set for portraits.
        keep: names that are, all others are not; None keeps all.
    """

    leave_out: frozenset[str] = field(default_factory=frozenset)
    keep: frozenset[str] | None = None

    def takes(self, name: str) -> bool:
        return name not in self.leave_out and (self.keep is None or name in self.keep)

    def missed(self, names: Collection[str]) -> list[str]:
        """Names that this selection speaks of and that are not among `names`."""
        return sorted((self.leave_out | (self.keep or frozenset())) - set(names))


EVERYTHING = Selection()


def selection(*, leave_out: Path | None = None, keep: Path | None = None) -> Selection:
    """A selection from list files, see `read_names`.

    Raises:
        UserError: if one of them can't be read or is empty.
    """
    return Selection(
        frozenset(_listed(leave_out)), None if keep is None else frozenset(_listed(keep))
    )


def _listed(path: Path | None) -> Iterable[str]:
    return () if path is None else read_names(path)
