"""A pool on disk: folders of arrays that are mapped into memory, and a line for each crop."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from trainer.data.sample import Pixels8

PLANES = ("image", "alpha", "trimap", "prior")
ROWS = "rows.json"


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
    building = folder.with_name(folder.name + ".building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    for plane in PLANES:
        np.save(building / f"{plane}.npy", np.stack([getattr(crop, plane) for crop in crops]))
    rows = [{"kind": one.kind, "family": one.family, "scene": one.scene} for one in crops]
    (building / ROWS).write_text(json.dumps(rows), encoding="utf-8")
    building.replace(folder)


class Pool:
    """All whole shards of a folder, as they are now.

    Args:
        root: the folder.

    Raises:
        UserError: if there is none, or one can't be read.
    """

    def __init__(self, root: Path) -> None:
        folders = sorted(path.parent for path in root.glob(f"*/{ROWS}"))
        self._shards = [_Shard(folder) for folder in folders if folder.suffix != ".building"]
        if not self._shards:
            raise UserError(
                "There is no pool of crops in this folder.",
                remedy="Make one with `matte-train pool OUT`.",
                path=root,
            )
        self._ends = np.cumsum([len(shard.rows) for shard in self._shards])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def crop(self, index: int) -> Crop:
        """Crop `index`; its arrays are mapped, not copied."""
        shard = int(np.searchsorted(self._ends, index, side="right"))
        first = int(self._ends[shard - 1]) if shard else 0
        return self._shards[shard].crop(index - first)


class _Shard:
    def __init__(self, folder: Path) -> None:
        try:
            self.rows: list[dict[str, Any]] = json.loads((folder / ROWS).read_text("utf-8"))
            self._planes = {name: _mapped(folder / f"{name}.npy") for name in PLANES}
        except (OSError, ValueError) as error:
            raise UserError(
                f"A part of the pool can't be read: {error}.",
                remedy="Delete that folder; the rest of the pool stays.",
                path=folder,
            ) from error

    def crop(self, index: int) -> Crop:
        planes = {name: plane[index] for name, plane in self._planes.items()}
        return Crop(**planes, **self.rows[index])


def _mapped(path: Path) -> NDArray[np.uint8]:
    return np.asarray(np.load(path, mmap_mode="r"))
