"""All pictures of a folder, however deep; or of a data set by its name."""

from __future__ import annotations

from pathlib import Path

from engine.errors import UserError
from trainer.data.files import SUFFIXES
from trainer.data.folders import Files, PictureFiles
from trainer.data.layouts.opening import layout_of, open_pictures
from trainer.data.roots import find_root

_NOT_IN_NAMES = str.maketrans({"\\": "_", ":": "_", "\n": "_"})


def pictures_of(source: str, *, split: str | None = None, but: Path | None = None) -> PictureFiles:
    """The pictures that a command line names.

    Args:
        source: a folder, or the name of a data set.
        split: of a data set.
        but: a folder whose pictures don't count, such as the one that is written to.

    Raises:
        UserError: if there is no such thing, or it holds no pictures.
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        if split is not None:
            raise UserError("A folder has no splits.", remedy="Name a folder in it.", path=folder)
        return pictures_below(folder, but=but)
    root = find_root(source)
    if split is not None or "pictures" in layout_of(root).holds:
        return open_pictures(source, split)
    return pictures_below(root.path, but=but)


def pictures_below(folder: Path, *, but: Path | None = None) -> PictureFiles:
    """The pictures in a folder and in those below it, by their names; hidden ones don't count.

    A picture's name is its path below the folder without suffix, with "-" for "/".

    Raises:
        UserError: if there are none, or two would have the same name.
    """
    left_out = None if but is None else but.resolve()
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if path.suffix.lower() not in SUFFIXES or any(part[0] == "." for part in below.parts):
            continue
        if not path.is_file() or (left_out is not None and left_out in path.resolve().parents):
            continue
        name = "-".join(below.with_suffix("").parts).translate(_NOT_IN_NAMES)
        if name in found:
            raise UserError(
                f"{found[name]} has the same name.", remedy="Rename one of them.", path=path
            )
        found[name] = path
    if not found:
        raise UserError("There are no pictures here.", path=folder)
    return PictureFiles([Files(name, {"image": path}) for name, path in sorted(found.items())])
