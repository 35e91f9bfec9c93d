"""The layout `rgba`: whole pictures with their mattes as a fourth channel, and a manifest.

A folder with NAME.png, one a picture, whose colours are the photograph's own, also where the matte
is 0; and manifest.jsonl, or one a writer, with a line a picture as the layout `generated` has
(`trainer.data.generated.Row`). A picture counts once its line is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import BugError
from engine.imaging.types import Alpha
from engine.imaging.write import write_picture
from trainer.data.folders import Files, PhotographFiles
from trainer.data.generated import MANIFEST, Row, read_manifest
from trainer.data.json_lines import JsonLines
from trainer.data.names import EVERYTHING, Selection
from trainer.data.sample import Pixels8, Split


class RgbaWriter:
    """Appends pictures to a set; one writer a manifest at a time.

    Args:
        root: the folder, which is there.
        manifest: its name; see `trainer.data.generated.shard_manifest`.

    Raises:
        UserError: if the manifest can't be written to, or one of the set is damaged.
    """

    def __init__(self, root: Path, *, manifest: str = MANIFEST) -> None:
        self._root = root
        self._lines = JsonLines(root / manifest)
        self._names = {row.name for row in read_manifest(root)}

    @property
    def names(self) -> frozenset[str]:
        """Pictures that are there, those of other writers when this one began among them."""
        return frozenset(self._names)

    def add(self, name: str, image: Pixels8, alpha: Alpha, *, made: Mapping[str, Any]) -> None:
        """Write a picture, then its line.

        Args:
            name: the file's stem.
            image: H×W×3 uint8.
            alpha: H×W float32 in [0, 1].
            made: how the matte was made, plain JSON values.

        Raises:
            UserError: if a file can't be written.
        """
        if name in self._names:
            raise BugError(f"{name} was already written")
        write_picture(picture_path(self._root, name), image, alpha=alpha)
        self._lines.append(asdict(Row(name, made={**made})))
        self._names.add(name)


def rgba_photographs(
    root: Path, *, split: Split | None = None, selection: Selection = EVERYTHING
) -> PhotographFiles:
    """The pictures of a set, as photographs with mattes.

    Args:
        root: its folder.
        split: of which split; None takes all.
        selection: which of them.

    Raises:
        UserError: if the manifest is missing or damaged.
    """
    rows = [row for row in read_manifest(root) if split is None or row.split == split]
    chosen = [row for row in rows if selection.takes(row.name)]
    return PhotographFiles(
        [Files(row.name, {"cutout": picture_path(root, row.name)}, row.family) for row in chosen],
        left_out=len(rows) - len(chosen),
    )


def picture_path(root: Path, name: str) -> Path:
    """Where the file of a picture is."""
    return root / f"{name}.png"
