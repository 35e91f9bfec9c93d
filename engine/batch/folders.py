"""Which files of a folder are photographs to work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.imaging.read import READABLE
from engine.product_table import EVERY


def photographs_in(
    folder: Path, *, recursive: bool = False, out: Path | None = None
) -> Iterator[Path]:
    """The photographs of a folder by name; neither products of others there, nor hidden files.

    Args:
        folder: where to look.
        recursive: look into folders within it, too.
        out: a folder to be passed over, such as the one that is saved to.
    """
    inside = None if out is None or out.resolve() == folder.resolve() else out.resolve()
    for path in sorted(folder.rglob("*") if recursive else folder.iterdir()):
        ours = inside is not None and path.resolve().is_relative_to(inside)
        if is_readable(path) and not ours and not _is_product(path):
            yield path


def is_readable(path: Path) -> bool:
    """Whether a file found in a folder is a picture, going by its suffix; hidden ones are not."""
    return path.suffix.lower() in READABLE and not path.name.startswith(".") and path.is_file()


def base_stem(path: Path) -> str:
    """A file's stem without the suffix of a product: `face` for `face_cutout.png`."""
    for product in EVERY.values():
        if path.stem.endswith(product.suffix) and path.stem != product.suffix:
            return path.stem.removesuffix(product.suffix)
    return path.stem


def _is_product(path: Path) -> bool:
    """Whether the photograph this was made from lies beside it."""
    stem = base_stem(path)
    return stem != path.stem and any(
        is_readable(path.with_name(stem + suffix)) for suffix in READABLE
    )
