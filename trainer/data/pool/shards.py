"""A pool on disk: folders of arrays that are mapped into memory, and a line for each crop."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from trainer.data.sample import Pixels8

PLANES = ("image", "alpha", "trimap", "prior")
ROWS = "rows.json"
_BUILDING = ".building"


@dataclass(frozen=True, eq=False)
class Crop:
    """A square piece of a photograph.

    Attributes:
        image: S×S×3 uint8, degradations included.
        alpha: S×S uint8, the exact matte in 255ths.
        trimap: S×S uint8 (0, 128, 255).
        prior: S×S uint8, what closed form found with that trimap, in 255ths; a copy of the trimap
            where `kind` is "coarse".
        kind: "fine" at the photograph's own resolution, "coarse" reduced to see more of it.
        family: as `Photograph.family`.
        scene: which photograph it is of.
    """

    image: Pixels8
    alpha: NDArray[np.uint8]
    trimap: NDArray[np.uint8]
    prior: NDArray[np.uint8]
    kind: str
    family: str
    scene: str


def write_shard(folder: Path, crops: Sequence[Crop]) -> None:
    """Write crops as one folder; it appears under its name when it is whole."""
    write_planes(
        folder,
        {name: np.stack([getattr(crop, name) for crop in crops]) for name in PLANES},
        [{"kind": one.kind, "family": one.family, "scene": one.scene} for one in crops],
    )


def write_planes(
    folder: Path, planes: Mapping[str, NDArray[np.uint8]], rows: Sequence[Mapping[str, str]]
) -> None:
    """Write arrays as one folder; it appears under its name when it is whole.

    Args:
        folder: the shard.
        planes: name to N×… uint8.
        rows: what else is known about each of the N.
    """
    building = folder.with_name(folder.name + _BUILDING)
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    for name, plane in planes.items():
        np.save(building / f"{name}.npy", plane)
    (building / ROWS).write_text(json.dumps(list(rows)), encoding="utf-8")
    building.replace(folder)


class Shards:
    """All whole shards of a folder, as they are now.

    Args:
        root: the folder.
        planes: names of the arrays that each has.
        remedy: what to do where there are none.

    Raises:
        UserError: if there are none, or one can't be read.
    """

    def __init__(self, root: Path, planes: Sequence[str], *, remedy: str) -> None:
        folders = sorted(path.parent for path in root.glob(f"*/{ROWS}"))
        self._shards = [_Shard(one, tuple(planes)) for one in folders if one.suffix != _BUILDING]
        if not self._shards:
            raise UserError("There is no pool in this folder.", remedy=remedy, path=root)
        self._ends = np.cumsum([len(shard.rows) for shard in self._shards])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def at(self, index: int) -> dict[str, Any]:
        """Planes and row of entry `index`; arrays are mapped, not copied."""
        shard = int(np.searchsorted(self._ends, index, side="right"))
        first = int(self._ends[shard - 1]) if shard else 0
        return self._shards[shard].at(index - first)


class Pool:
    """All crops of a folder, as they are now.

    Args:
        root: the folder.

    Raises:
        UserError: if there is none, or one can't be read.
    """

    def __init__(self, root: Path) -> None:
        self._shards = Shards(root, PLANES, remedy="Make one with `matte-train pool OUT`.")

    def __len__(self) -> int:
        return len(self._shards)

    def crop(self, index: int) -> Crop:
        """Crop `index`; its arrays are mapped, not copied."""
        return Crop(**self._shards.at(index))


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
