"""Where data sets lie: names to folders, from one TOML file of the user's or $MATTE_DATA."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import UserError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DATA_VARIABLE = "MATTE_DATA"
FILE_NAME = "data.toml"
TABLE = "data"
_KEYS = ("path", "layout")


@dataclass(frozen=True)
class DataRoot:
    """A data set's folder.

    Attributes:
        name: what commands and configs call it.
        path: the folder.
        origin: what named it, for people: a TOML file or folder.
        layout: a key of `trainer.data.layouts.LAYOUTS`; "" if `name` says it.
        patterns: role to pattern, for layouts whose names differ (`layouts.parts.Part`).
    """

    name: str
    path: Path
    origin: str
    layout: str = ""
    patterns: dict[str, str] = field(default_factory=dict)


def user_file() -> Path:
    """The TOML file whose table [data] names the user's data sets."""
    from platformdirs import user_config_path

    return user_config_path("matte-train", appauthor=False) / FILE_NAME


def data_root(name: str) -> Path:
    """The folder of a data set.

    Args:
        name: as in the TOML file; case, "-", "_" and spaces don't matter, so that the folder
            P3M-10k in $MATTE_DATA is p3m_10k.

    Raises:
        UserError: if nobody has said where it is, with how to say it; or if it is not there.
    """
    return find_root(name).path


def find_root(name: str) -> DataRoot:
    """A data set's root with all that was said of it; as `data_root`."""
    root = _matching(name, known_roots())
    if root is None:
        raise UserError(f"Nobody has said where the data set {name!r} is.", remedy=how_to_set(name))
    if not root.path.is_dir():
        raise UserError(
            f"The folder of {name!r} is not there.",
            remedy=f"Correct it in {root.origin}.",
            path=root.path,
        )
    return root


def known_roots() -> dict[str, DataRoot]:
    """Every data set that $MATTE_DATA or the user's file names, there or not; the first one counts.

    $MATTE_DATA is a TOML file, or a folder with one subfolder a data set and maybe a data.toml;
    several are separated as in $PATH.

    Raises:
        UserError: if $MATTE_DATA is not there, or a TOML file is not as it should be.
    """
    roots: dict[str, DataRoot] = {}
    for root in _all_roots():
        roots.setdefault(root.name, root)
    return roots


def how_to_set(name: str) -> str:
    """What to do so that a data set is found, one sentence for people."""
    return (
        f'Write {name} = "/its/folder" under [{TABLE}] into {user_file()}, '
        f"or set ${DATA_VARIABLE} to a folder that has a subfolder {name}."
    )


def _all_roots() -> Iterator[DataRoot]:
    for place in filter(None, os.environ.get(DATA_VARIABLE, "").split(os.pathsep)):
        yield from _of_place(Path(place).expanduser())
    if user_file().is_file():
        yield from _of_file(user_file())


def _of_place(place: Path) -> Iterator[DataRoot]:
    if place.is_file():
        yield from _of_file(place)
        return
    if not place.is_dir():
        raise UserError(f"What ${DATA_VARIABLE} names is not there.", path=place)
    if (place / FILE_NAME).is_file():
        yield from _of_file(place / FILE_NAME)
    for folder in sorted(place.iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            yield DataRoot(folder.name, folder, str(place))


def _of_file(path: Path) -> Iterator[DataRoot]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"The list of data sets can't be read: {error}.", path=path) from error
    table = document.get(TABLE)
    if not isinstance(table, dict) or len(document) != 1:
        raise UserError(
            f"It must have the table [{TABLE}] and no other.",
            remedy=f'Write [{TABLE}] and below it lines like voc = "/its/folder".',
            path=path,
        )
    for name, entry in table.items():
        yield _entry(name, entry, path)


def _entry(name: str, entry: Any, file: Path) -> DataRoot:
    values = {"path": entry} if isinstance(entry, str) else entry
    strings = isinstance(values, dict) and all(isinstance(v, str) for v in values.values())
    if not strings or not values.get("path"):
        raise UserError(
            f"{name} must be a folder, or a table with path and maybe layout and patterns.",
            remedy=f'Such as {name} = "/its/folder".',
            path=file,
        )
    patterns = {key: value for key, value in values.items() if key not in _KEYS}
    folder = file.parent / Path(values["path"]).expanduser()
    return DataRoot(name, folder, str(file), values.get("layout", ""), patterns)


def _matching(name: str, roots: dict[str, DataRoot]) -> DataRoot | None:
    """The root of exactly that name, else the only one that differs in case and hyphens."""
    if name in roots:
        return roots[name]
    alike = [root for key, root in roots.items() if plain_name(key) == plain_name(name)]
    if len(alike) > 1:
        places = " and ".join(str(root.path) for root in alike)
        raise UserError(f"{name!r} could be {places}.", remedy="Name one of them exactly so.")
    return alike[0] if alike else None


def plain_name(name: str) -> str:
    """A data set's name without what may differ in spelling: case, hyphens and spaces."""
    return re.sub(r"[-_ ]", "", name).casefold()
