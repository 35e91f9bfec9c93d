"""Writes what an enhancement gives besides its matte; `engine.product_table` says what there is."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.delivery import Delivery, deliver
from engine.enhance.change import Change
from engine.imaging.digital_source import ENHANCED, marked
from engine.imaging.types import Image, Pixels
from engine.imaging.write import write_matte, writer_for
from engine.scaling import scaled_image


def write_enhanced(
    path: Path, image: Image, pixels: Pixels, *, delivery: Delivery = Delivery()
) -> tuple[str, ...]:
    """Write an enhanced photograph, which says in its XMP that it is one.

    Args:
        path: the file; the format goes by its suffix.
        image: the photograph; gives the depth, the metadata and, where the format holds it, the
            transparency.
        pixels: H×W×3, enhanced.
        delivery: how the file is written.

    Returns:
        Sentences for people, if something of the photograph's XMP is lost.

    Raises:
        UserError: if it cannot be written.
    """
    delivery.check()
    about = marked(delivery.about(image.metadata), ENHANCED, path=path)
    picture = scaled_image(Image(pixels, image.alpha), delivery.size(image.size))
    alpha = picture.alpha if writer_for(path).alpha else None
    deliver(path, picture.pixels, alpha, metadata=about.metadata, image=image, how=delivery)
    return about.doubts


def write_change(path: Path, size: tuple[int, int], change: Change) -> None:
    """Write a picture of a change: black where there is none, white from 8 grey levels on.

    Args:
        path: the file.
        size: (height, width) of the photograph.
        change: as it was added to it.

    Raises:
        UserError: if it cannot be written.
    """
    whole = np.zeros(size, np.float32)
    whole[change.rect.slices] = change.map()
    write_matte(path, whole)
