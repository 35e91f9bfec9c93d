"""Collections whose samples are files, read one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.imaging.types import Alpha
from trainer.data.compose import covering
from trainer.data.files import read_alpha, read_cutout, read_labels, read_pixels, read_trimap
from trainer.data.sample import Photograph, Pixels8, Subject


class Pictures(Protocol):
    """A collection of pictures without mattes, such as faces for a generator."""

    def __len__(self) -> int: ...

    def picture(self, index: int) -> Pixels8:
        """Picture `index`, H×W×3 uint8."""


@dataclass(frozen=True)
class Files:
    """The files of one sample.

    Attributes:
        name: of the sample.
        paths: role to file. Roles are image, alpha, foreground, background, trimap, detail, cutout
            (colours and matte in one RGBA file) and labels (0 background, 1 person, 2 hair).
        family: as of `trainer.data.sample.Subject`.
    """

    name: str
    paths: dict[str, Path]
    family: str = ""


class SampleFiles:
    """Samples that are files, in a fixed order.

    Attributes:
        files: one entry a sample.
        left_out: how many samples of the split a selection kept away.
    """

    def __init__(self, files: Sequence[Files], *, left_out: int = 0) -> None:
        self.files = tuple(files)
        self.left_out = left_out

    def __len__(self) -> int:
        return len(self.files)

    @property
    def names(self) -> list[str]:
        """The samples' names in order."""
        return [entry.name for entry in self.files]


class SubjectFiles(SampleFiles):
    """Foregrounds with mattes; implements `trainer.data.sample.Subjects`."""

    def subject(self, index: int, rng: np.random.Generator | None = None) -> Subject:
        """Subject `index`; nothing about it is random.

        Raises:
            UserError: if a file of it is missing or damaged, or sizes differ.
        """
        entry = self.files[index]
        if "cutout" in entry.paths:
            colours, alpha = read_cutout(entry.paths["cutout"])
        else:
            colours = read_pixels(entry.paths["foreground"])
            alpha = read_alpha(entry.paths["alpha"], size=colours.shape[:2])
        return Subject(colours, alpha, entry.name, entry.family)


class PhotographFiles(SampleFiles):
    """Photographs with mattes; implements `trainer.data.sample.Photographs`."""

    def photograph(self, index: int) -> Photograph:
        """Photograph `index` with all that came with it.

        From a map of labels, alpha is 1 on person and hair, and `detail` is the hair.

        Raises:
            UserError: if a file of it is missing or damaged, or sizes differ.
        """
        entry = self.files[index]
        paths = entry.paths
        if "cutout" in paths:
            return Photograph(*read_cutout(paths["cutout"]), entry.name, entry.family)
        image = read_pixels(paths["image"])
        size = (image.shape[0], image.shape[1])
        alpha, detail = _matte(paths, size)
        return Photograph(
            image,
            alpha,
            entry.name,
            entry.family,
            foreground=_layer(paths.get("foreground"), size),
            background=_layer(paths.get("background"), size),
            trimap=read_trimap(paths["trimap"], size=size) if "trimap" in paths else None,
            detail=detail,
        )


class BackgroundFiles(SampleFiles):
    """Pictures without a subject; implements `trainer.data.sample.Backgrounds`."""

    def background(self, index: int, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
        """A piece of background `index` that fills `size`; `rng` says where it lies.

        Raises:
            UserError: if the file is missing or damaged.
        """
        return covering(self.whole(index), size, rng)

    def whole(self, index: int) -> Pixels8:
        """Background `index` as it is."""
        return read_pixels(self.files[index].paths["image"])


class PictureFiles(SampleFiles):
    """Pictures without mattes; implements `Pictures`."""

    def picture(self, index: int) -> Pixels8:
        """Picture `index`.

        Raises:
            UserError: if the file is missing or damaged.
        """
        return read_pixels(self.files[index].paths["image"])


def _matte(paths: dict[str, Path], size: tuple[int, int]) -> tuple[Alpha, NDArray[np.bool_] | None]:
    if "labels" in paths:
        labels = read_labels(paths["labels"], size=size)
        return (labels > 0).astype(np.float32), labels == 2
    alpha = read_alpha(paths["alpha"], size=size)
    return alpha, read_alpha(paths["detail"], size=size) > 0 if "detail" in paths else None


def _layer(path: Path | None, size: tuple[int, int]) -> Pixels8 | None:
    if path is None:
        return None
    pixels = read_pixels(path)
    if pixels.shape[:2] != size:
        raise UserError("This layer has another size than its photograph.", path=path)
    return pixels
