"""Pools on disk: folders of arrays that are mapped into memory, and a line for each piece."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError

ROWS = "rows.json"
_BUILDING = ".building"

T = TypeVar("T")


def write_shard(folder: Path, pieces: Sequence[Any]) -> None:
    """Write pieces as one folder; it appears under its name when it is whole.

    Args:
        folder: the shard.
        pieces: of one dataclass; its text fields become a row, the others, uint8 arrays of one
            size, are stacked.
    """
    building = folder.with_name(folder.name + _BUILDING)
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    planes = _planes(type(pieces[0]))
    for name in planes:
        np.save(building / f"{name}.npy", np.stack([getattr(one, name) for one in pieces]))
    texts = [one.name for one in fields(pieces[0]) if one.name not in planes]
    rows = [{name: getattr(one, name) for name in texts} for one in pieces]
    (building / ROWS).write_text(json.dumps(rows), encoding="utf-8")
    building.replace(folder)


class Shards(Generic[T]):
    """All pieces in the whole shards of a folder, as they are now.

    Args:
        root: the folder.

    Raises:
        UserError: if there are none, or one can't be read.
    """

    piece: ClassVar[type]
    """The dataclass."""
    made_by: ClassVar[str]
    """The command that makes such a pool."""

    def __init__(self, root: Path) -> None:
        folders = sorted(path.parent for path in root.glob(f"*/{ROWS}"))
        planes = _planes(self.piece)
        self._shards = [_Shard(one, planes) for one in folders if one.suffix != _BUILDING]
        if not self._shards:
            raise UserError(
                "There is no pool in this folder.",
                remedy=f"Make one with `{self.made_by}`.",
                path=root,
            )
        self._ends = np.cumsum([len(shard.rows) for shard in self._shards])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def at(self, index: int) -> T:
        """Piece `index`; its arrays are mapped, not copied."""
        shard = int(np.searchsorted(self._ends, index, side="right"))
        first = int(self._ends[shard - 1]) if shard else 0
        found: T = self.piece(**self._shards[shard].at(index - first))
        return found


def _planes(piece: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(piece) if one.type != "str")


class _Shard:
    def __init__(self, folder: Path, planes: tuple[str, ...]) -> None:
        self._opened = folder, planes
        try:
            self.rows: list[dict[str, Any]] = json.loads((folder / ROWS).read_text("utf-8"))
            self._planes = {name: _mapped(folder / f"{name}.npy") for name in planes}
        except (OSError, ValueError) as error:
            raise UserError(
                f"A part of the pool can't be read: {error}.",
                remedy="Delete that folder; the rest of the pool stays.",
                path=folder,
            ) from error

    def __reduce__(self) -> tuple[type[_Shard], tuple[Path, tuple[str, ...]]]:
        # Where workers are started anew, each maps the files itself: a pickled map is a copy.
        return _Shard, self._opened

    def at(self, index: int) -> dict[str, Any]:
        planes = {name: plane[index] for name, plane in self._planes.items()}
        return {**planes, **self.rows[index]}


def _mapped(path: Path) -> NDArray[np.uint8]:
    return np.asarray(np.load(path, mmap_mode="r"))
