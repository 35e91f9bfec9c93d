"""The README's sheet of samples, from what `matte cut` wrote.

    matte cut resources/samples -o out --background "#3a6ea5" \
        --save cutout,alpha,foreground,composite
    python tests/benchmarks/sample_sheet.py out resources/pictures/samples.jpg
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SAMPLES = {"astronaut.png": (150, 10, 150), "grace_hopper.jpg": (120, 10, 280)}
"""Photograph to (left, top, side) of the hair, which is shown at 200 %."""
PRODUCTS = ("alpha", "foreground", "composite")
SIDE = 300


def main() -> None:
    out, target = Path(sys.argv[1]), Path(sys.argv[2])
    folder = Path(__file__).parents[2] / "resources" / "samples"
    rows = []
    for name, hair in SAMPLES.items():
        files = [folder / name, *(out / f"{Path(name).stem}_{one}.png" for one in PRODUCTS)]
        pictures = [Image.open(file).convert("RGB") for file in files]
        rows.append(np.hstack([_fitted(picture) for picture in pictures]))
        rows.append(np.hstack([_hair(picture, *hair) for picture in pictures]))
    target.parent.mkdir(exist_ok=True)
    Image.fromarray(np.vstack(rows)).save(target, quality=88)


def _fitted(picture: Image.Image) -> NDArray[np.uint8]:
    """The whole picture in a square, on grey."""
    small = picture.copy()
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    square = Image.new("RGB", (SIDE, SIDE), (48, 48, 48))
    square.paste(small, ((SIDE - small.width) // 2, (SIDE - small.height) // 2))
    return np.asarray(square)


def _hair(picture: Image.Image, left: int, top: int, side: int) -> NDArray[np.uint8]:
    """A piece at 200 %, or as near to it as fits."""
    side = min(side, SIDE // 2)
    crop = picture.crop((left, top, left + side, top + side))
    return np.asarray(crop.resize((SIDE, SIDE), Image.Resampling.NEAREST))


if __name__ == "__main__":
    main()
