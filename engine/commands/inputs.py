"""Which photographs are meant, and which mask, trimap or background goes with each."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePath

from engine.batch.folders import base_stem, is_readable, photographs_in
from engine.commands.errors import UsageError
from engine.errors import UserError
from engine.product_table import EVERY

_MAGIC = "*?["


@dataclass(frozen=True)
class Source:
    """A photograph to work on.

    Attributes:
        path: its file.
        below: its folder relative to the folder that was given, kept in the output.
    """

    path: Path
    below: PurePath = field(default_factory=PurePath)


def find_sources(
    given: Sequence[str], *, recursive: bool = False, out: Path | None = None
) -> list[Source]:
    """Expand files, folders and patterns into photographs, each once, in a stable order.

    A file that is named is taken whatever its suffix; of a folder what can be read is taken, but
    not the products of other photographs there, nor what lies in the output folder.

    Args:
        given: files, folders, or patterns with `*`, `?`, `[…]` and `**`.
        recursive: look into folders within folders too.
        out: the output folder.

    Raises:
        UsageError: if something is not there, or there is no photograph at all.
    """
    found: dict[Path, Source] = {}
    for text in given:
        for source in _expand(text, recursive=recursive, out=out):
            found.setdefault(source.path.resolve(), source)
    return list(found.values())


def _expand(text: str, *, recursive: bool, out: Path | None) -> Iterator[Source]:
    for path in _matches(text):
        if path.is_dir():
            yield from _walk(path, recursive=recursive, out=out)
        elif path.exists():
            yield Source(path)
        else:
            raise UsageError("There is no such file or folder.", path=path)


def _matches(text: str) -> list[Path]:
    """What a name or pattern stands for; a name that is there is no pattern."""
    path = Path(text).expanduser()
    if path.exists() or not any(sign in text for sign in _MAGIC):
        return [path]
    # Path.glob takes no absolute patterns
    matches = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207
    if not matches:
        raise UsageError(f"Nothing matches {text!r}.")
    return [Path(match) for match in matches]


def _walk(folder: Path, *, recursive: bool, out: Path | None) -> Iterator[Source]:
    found = False
    for path in photographs_in(folder, recursive=recursive, out=out):
        found = True
        yield Source(path, PurePath(path.relative_to(folder).parent))
    if not found:
        raise UsageError("There are no photographs in this folder.", path=folder)


@dataclass(frozen=True)
class Companion:
    """A file for every photograph, or a folder with one for each.

    Attributes:
        path: the file or folder.
        product: what it is, a key of `EVERY`, or "background".
    """

    path: Path
    product: str

    @classmethod
    def given(cls, text: str | None, product: str) -> Companion | None:
        """What an option names, or None without it.

        Raises:
            UsageError: if it is not there.
        """
        if text is None:
            return None
        path = Path(text).expanduser()
        if not path.exists():
            raise UsageError(f"There is no such {product}.", path=path)
        return cls(path, product)

    def of(self, source: Path) -> Path:
        """The file that goes with a photograph: of a folder the one called `<stem>_<product>` or
        `<stem>`.

        Raises:
            UserError: if there is none, or more than one.
        """
        if not self.path.is_dir():
            return self.path
        suffix = EVERY[self.product].suffix if self.product in EVERY else "_background"
        stem = base_stem(source)
        for wanted in (stem + suffix, source.stem, stem):
            matches = self._by_stem.get(wanted, [])
            if len(matches) > 1:
                names = " and ".join(match.name for match in matches)
                raise UserError(f"It is not clear which {self.product} is meant: {names}.")
            if matches:
                return matches[0]
        raise UserError(
            f"There is no {self.product} for it in {self.path}.",
            remedy=f"It must be called {stem}{suffix} or {stem}.",
        )

    def files(self) -> list[Path]:
        """All files it may stand for."""
        if not self.path.is_dir():
            return [self.path]
        return [path for paths in self._by_stem.values() for path in paths]

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        stems: dict[str, list[Path]] = {}
        for path in sorted(self.path.iterdir()):
            if is_readable(path):
                stems.setdefault(path.stem, []).append(path)
        return stems
