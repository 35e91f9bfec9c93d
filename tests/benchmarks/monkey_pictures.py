"""Small pictures for the monkey to open: of every kind that the window tells apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image as PilImage

HEIGHT, WIDTH = 96, 128


def make_pictures(folder: Path) -> tuple[Path, ...]:
    """Write them; the last two cannot be read, which people have to be told."""
    folder.mkdir()
    for name, write in _WRITERS.items():
        write(folder / name)
    return (*(folder / name for name in _WRITERS), folder / "missing.png")


def _head(height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint8]:
    """An egg before waves: something to cut out."""
    rows, cols = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = np.stack([np.sin(rows / (6 + c)) + np.cos(cols / (4 + c)) for c in range(3)], -1)
    apart = np.hypot((rows / height - 0.55) / 0.36, (cols / width - 0.5) / 0.22)
    inside = np.clip((1.1 - apart) / 0.2, 0, 1)[..., None]
    skin = np.array([0.85, 0.66, 0.55], np.float32)
    return (255 * (inside * skin + (1 - inside) * (waves + 2) / 4)).astype(np.uint8)


def _with_alpha(path: Path) -> None:
    alpha = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
    alpha[:, : WIDTH // 3] = 0
    PilImage.fromarray(np.dstack([_head(), alpha])).save(path)


def _turned(path: Path) -> None:
    exif = PilImage.Exif()
    exif[0x0112] = 6
    PilImage.fromarray(_head()).save(path, exif=exif)


_WRITERS: dict[str, Callable[[Path], None]] = {
    "plain.png": lambda path: PilImage.fromarray(_head()).save(path),
    "alpha.png": _with_alpha,
    "deep.tif": lambda path: tifffile.imwrite(path, _head().astype(np.uint16) * 257),
    "turned.jpg": _turned,
    "grey.png": lambda path: PilImage.fromarray(_head()[..., 1]).save(path),
    "large.png": lambda path: PilImage.fromarray(_head(600, 900)).save(path),
    "line.png": lambda path: PilImage.fromarray(_head(1, 70)).save(path),
    "dot & co.png": lambda path: PilImage.fromarray(_head(1, 1)).save(path),
    "broken.png": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\nno picture"),
}
