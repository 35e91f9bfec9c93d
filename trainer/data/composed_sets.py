"""Write a composed test set to a folder, and go on where writing stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from engine.errors import UserError
from engine.imaging.atomic import replace_atomically
from engine.imaging.write import write_matte, write_picture
from trainer.data.protocols import ComposedTest

RECORD = "composed.json"
"""What a folder says of the composition it holds."""


def write_test(
    test: ComposedTest, out: Path, *, told: Callable[[int, int], None] | None = None
) -> int:
    """Write a composed test set as merged/, alpha_copy/ and trimaps/; go on where one stopped.

    Args:
        test: what to write.
        out: the folder; made if it is not there.
        told: called with how many photographs are there and how many there will be.

    Returns:
        How many photographs were written now.

    Raises:
        UserError: if `out` holds another composition, or can't be written to.
    """
    _claim(out, test)
    written = 0
    for index, name in enumerate(test.names):
        merged = out / "merged" / f"{name}.png"
        if not merged.is_file():
            photograph = test.photograph(index)
            write_matte(out / "alpha_copy" / merged.name, photograph.alpha)
            if photograph.trimap is not None:
                write_matte(out / "trimaps" / merged.name, photograph.trimap)
            write_picture(merged, photograph.image)  # last: it says that the others are there
            written += 1
        if told is not None:
            told(index + 1, len(test))
    return written


def _claim(out: Path, test: ComposedTest) -> None:
    """Make the folders and note what they hold; refuse a folder that holds something else."""
    record = out / RECORD
    told = {"digest": test.digest(), "photographs": len(test), "backgrounds": test.origin}
    for folder in ("merged", "alpha_copy", "trimaps"):
        _make(out / folder)
    if not record.is_file():
        if any((out / "merged").iterdir()):
            raise UserError("This folder holds something else.", path=out / "merged")
        with replace_atomically(record) as temporary:
            temporary.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    elif f'"{told["digest"]}"' not in record.read_text(encoding="utf-8"):
        raise UserError(
            "This folder holds another composition.", remedy="Choose another folder.", path=out
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"It can't be made ({error.strerror or error}).", path=folder) from error
