"""Photographs decoded once and mapped into memory: a piece of one costs no decoding."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from trainer.data.files import read_pixels
from trainer.data.layouts.parts import Part
from trainer.data.pool.build import HELD_BACK
from trainer.data.recompose import split_of
from trainer.data.sample import Pixels8

LONGEST = 1024
"""Longer side of a stored photograph; larger ones are reduced."""
_PIXELS, _SIZES = "pixels.bin", "sizes.json"
_ENLARGED = 2.5
"""A piece is enlarged so many times at most."""


def training_pictures(folders: Sequence[Path]) -> list[Path]:
    """The pictures of some folders that may be trained on.

    Those that validation may show stay out: the people that `trainer.data.recompose.split_of`
    keeps for it by name, and the backgrounds that a pool's validation split holds back by number.

    Raises:
        UserError: if a folder holds none.
    """
    found: list[Path] = []
    for folder in folders:
        named = Part("image", "{name}.jpg").files(folder.expanduser())
        kept = [
            path
            for number, (name, path) in enumerate(named.items())
            if number % HELD_BACK and split_of(name) == "train"
        ]
        if not kept:
            raise UserError("There are no photographs to train on in this folder.", path=folder)
        found += kept
    return found


def stored_pictures(files: Sequence[Path], store: Path) -> PictureStore:
    """The store of some files; it is made if it is not there yet.

    Args:
        files: pictures.
        store: a folder that may hold stores of several lists of files.

    Raises:
        UserError: if a file can't be read.
    """
    folder = store.expanduser() / _digest(files)
    if not (folder / _SIZES).is_file():
        _write(files, folder)
    return PictureStore(folder)


class PictureStore:
    """Pictures at any zoom; implements `trainer.data.sample.Backgrounds`.

    Args:
        folder: what `stored_pictures` wrote.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        sizes = np.array(json.loads((folder / _SIZES).read_text("utf-8")), np.int64)
        self._sizes = sizes.reshape(-1, 2)
        self._starts = np.concatenate([[0], np.cumsum(self._sizes.prod(axis=1) * 3)])

    def __len__(self) -> int:
        return len(self._sizes)

    def __reduce__(self) -> tuple[type[PictureStore], tuple[Path]]:
        # Where workers are started anew, each maps the file itself: a pickled map is a copy.
        return PictureStore, (self._folder,)

    def whole(self, index: int) -> Pixels8:
        """Picture `index`, H×W×3 uint8, mapped."""
        height, width = (int(side) for side in self._sizes[index])
        pixels = self._pixels[self._starts[index] : self._starts[index + 1]]
        return pixels.reshape(height, width, 3)

    def background(self, index: int, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
        """A piece of picture `index`, from a whole side of it down to one enlarged 2.5 times.

        Args:
            index: which picture.
            size: height and width wanted.
            rng: how large the piece is, and where it lies.
        """
        picture = self.whole(index)
        largest = min(have / want for have, want in zip(picture.shape, size, strict=False))
        lowest = min(largest, 1 / _ENLARGED)
        zoom = float(np.exp(rng.uniform(np.log(lowest), np.log(largest))))
        height, width = (max(1, int(side * zoom)) for side in size)
        top = int(rng.integers(picture.shape[0] - height + 1))
        left = int(rng.integers(picture.shape[1] - width + 1))
        piece = picture[top : top + height, left : left + width]
        how = cv2.INTER_AREA if zoom > 1 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(piece, size[::-1], interpolation=how))

    @cached_property
    def _pixels(self) -> NDArray[np.uint8]:
        return np.memmap(self._folder / _PIXELS, np.uint8, "r")


def _digest(files: Sequence[Path]) -> str:
    """Changes with the list of files and with any of them."""
    facts = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(json.dumps([LONGEST, facts]).encode()).hexdigest()[:16]


def _write(files: Sequence[Path], folder: Path) -> None:
    """The store appears under its name when it is whole; of two that are made, one is kept."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        sizes = []
        with (building / _PIXELS).open("wb") as pixels:
            for path in files:
                picture = _bounded(read_pixels(path))
                sizes.append(picture.shape[:2])
                pixels.write(picture.tobytes())
        (building / _SIZES).write_text(json.dumps(sizes), encoding="utf-8")
        _take_place(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _take_place(building: Path, folder: Path) -> None:
    try:
        building.rename(folder)
    except OSError:
        if not (folder / _SIZES).is_file():
            raise


def _bounded(picture: Pixels8) -> Pixels8:
    scale = LONGEST / max(picture.shape[:2])
    if scale >= 1:
        return picture
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))
