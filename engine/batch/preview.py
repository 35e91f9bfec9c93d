"""Small pictures of results, to flip through without reading the files themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.errors import UserError
from engine.imaging.geometry import resize
from engine.imaging.read import read_image
from engine.imaging.types import Alpha, Pixels, to_float
from engine.imaging.write import write_picture

LONGEST = 1280
"""Pixels of a preview's longer side."""
_QUALITY = 85


def preview_path(folder: Path, source: Path, out: Path) -> Path:
    """Where the preview of a photograph's result is kept: one for each output folder.

    Args:
        folder: of all previews.
        source: the photograph.
        out: the folder that its products are saved to.
    """
    named = hashlib.sha256(f"{out}\n{source}".encode("utf-8", "surrogateescape")).hexdigest()
    return folder / f"{named[:32]}.webp"


def write_preview(path: Path, foreground: Pixels, alpha: Alpha) -> None:
    """Keep a result as a small picture with transparency.

    Args:
        path: the file; its folder is made if need be.
        foreground: H×W×3, straight.
        alpha: H×W float32.

    Raises:
        UserError: if it cannot be written.
    """
    height, width = alpha.shape
    scale = min(1.0, LONGEST / max(height, width))
    size = max(1, round(height * scale)), max(1, round(width * scale))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"Previews cannot be kept there ({error.strerror}).", path=path.parent
        ) from error
    colours = to_float(resize(foreground, size))
    write_picture(path, colours, alpha=resize(alpha, size), quality=_QUALITY)


def make_preview(path: Path, source: Path, outputs: Mapping[str, Path]) -> None:
    """Make the preview of a result that was written elsewhere, from its files.

    Args:
        path: where it is kept.
        source: the photograph.
        outputs: product name to file.

    Raises:
        UserError: if they show no result, or cannot be read.
    """
    for name in ("cutout", "composite", "foreground"):
        if name in outputs:
            image = read_image(outputs[name])
            opaque = np.ones(image.size, np.float32)
            write_preview(path, image.pixels, opaque if image.alpha is None else image.alpha)
            return
    for name in ("alpha", "mask", "trimap"):
        if name in outputs:
            matte = to_float(read_image(outputs[name]).pixels)[..., 0].copy()
            write_preview(path, read_image(source).pixels, matte)
            return
    raise UserError("There is nothing to show of this result.", path=source)
