"""A part of a data set on disk: a folder with files whose names follow a pattern."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.errors import UserError
from trainer.data.files import SUFFIXES

Role = Literal["image", "alpha", "foreground", "background", "trimap", "detail", "cutout", "labels"]
NAME = "{name}"


@dataclass(frozen=True)
class Part:
    """One file of each sample.

    Attributes:
        role: what it is, see `trainer.data.folders.Files`.
        pattern: its path below the data set's root with "/" and `{name}`, such as
            "detailmap/{name}_cloud_trimap.jpg". Its suffix is the usual one; any of
            `trainer.data.files.SUFFIXES` is found. Folders may be `*`.
        optional: a data set without this part is complete.
        copies: if not 0, a sample has this many, called `{name}_0` and so on.
    """

    role: Role
    pattern: str
    optional: bool = False
    copies: int = 0

    def __post_init__(self) -> None:
        last = self.pattern.rsplit("/", 1)[-1]
        if last.count(NAME) != 1 or NAME in self.pattern[: -len(last)]:
            raise UserError(
                f"The pattern {self.pattern!r} must hold {NAME} once, in the file's name.",
                remedy="Such as alpha/{name}_matte.png.",
            )

    @property
    def folder(self) -> str:
        """Its folder below the root; "." if it is the root."""
        return self.pattern.rpartition("/")[0] or "."

    @property
    def suffix(self) -> str:
        """The usual suffix of its files, with dot."""
        return Path(self.pattern).suffix

    @property
    def around(self) -> tuple[str, str]:
        """What a file's stem has before and after the sample's name."""
        stem = self.pattern.rsplit("/", 1)[-1].removesuffix(self.suffix)
        before, _, after = stem.partition(NAME)
        return before, after

    def expected(self, root: Path, name: str) -> Path:
        """Where the file of a sample would be."""
        before, after = self.around
        return root / self.folder / f"{before}{name}{after}{self.suffix}"

    def files(self, root: Path) -> dict[str, Path]:
        """Sample name to file, by name, of all that is there; empty without the folder.

        Raises:
            UserError: if two files differ only in their suffix or, with `*`, their folder.
        """
        found: dict[str, Path] = {}
        for folder in self._folders(root):
            for path in folder.iterdir():
                name = self._name_of(path)
                if name is not None and found.setdefault(name, path) != path:
                    raise UserError(
                        f"{found[name]} is the same sample's.", remedy="Remove one.", path=path
                    )
        return dict(sorted(found.items()))

    def there(self, root: Path) -> bool:
        """Whether its folder is there."""
        return bool(self._folders(root))

    def _folders(self, root: Path) -> list[Path]:
        places = root.glob(self.folder) if "*" in self.folder else [root / self.folder]
        return sorted(place for place in places if place.is_dir())

    def _name_of(self, path: Path) -> str | None:
        """The sample a file belongs to; None if the file is none of this part's."""
        before, after = self.around
        stem = path.stem
        fits = stem.startswith(before) and stem.endswith(after)
        if not fits or len(stem) <= len(before) + len(after):
            return None
        if path.suffix.lower() not in SUFFIXES or path.name.startswith("."):
            return None  # ".": what other systems leave beside the files of an archive
        return stem[len(before) : len(stem) - len(after)]


@dataclass(frozen=True)
class Group:
    """Parts that make samples together; the first one says which samples there are.

    Attributes:
        parts: of one sample.
        family: of all its samples, see `trainer.data.sample.Subject`.
    """

    parts: tuple[Part, ...]
    family: str = ""

    @property
    def first(self) -> Part:
        return self.parts[0]

    def leading(self, root: Path) -> dict[str, Path]:
        """Sample name to the first part's file, without files that are another part's."""
        others = [part for part in self.parts[1:] if part.folder == self.first.folder]
        taken = {path for part in others if part.around != ("", "") for path in _paths(part, root)}
        return {name: path for name, path in self.first.files(root).items() if path not in taken}


def _paths(part: Part, root: Path) -> list[Path]:
    return list(part.files(root).values())
