"""Pictures of faces for a generator: made heads, heads of photographed people, any folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import torch
from torch import Tensor

from engine.enhance.align import Alignment
from engine.enhance.heads import head_square
from engine.errors import UserError
from trainer.config import Block, Count
from trainer.data.folders import PhotographFiles, PictureFiles, Pictures
from trainer.data.heads import head_pixels, made_head
from trainer.data.layouts.opening import open_photographs, open_pictures
from trainer.data.pool.heads import HeadPool
from trainer.data.remembered import Remembered
from trainer.data.sample import Pixels8

RGB, WITH_MATTE = 3, 4


class Faces(Block):
    """Which pictures.

    Attributes:
        source: "made" draws heads while it trains, "pool" takes those drawn ahead of time,
            "people" the heads of a data set of labelled photographs, "pictures" whole pictures.
        made: how many different heads are made.
        portraits: the pool, of `matte-train pool OUT --heads`.
        name: the data set of people or pictures.
        folder: any folder of pictures of faces, in place of a data set.
        least: side in pixels that a head's square in a photograph has at least.
        mirror: half of the samples are mirrored.
    """

    source: Literal["made", "pool", "people", "pictures"] = "made"
    made: Count = 100_000
    portraits: Path = Path("portraits")
    name: str = "ffhq"
    folder: Path | None = None
    least: Count = 40
    mirror: bool = True


def open_faces(settings: Faces, *, side: int, planes: int = RGB, seed: int = 0) -> Pictures:
    """The pictures, each side×side×planes uint8.

    Args:
        settings: which.
        side: in pixels.
        planes: 3, or 4 with a matte, which only made heads have.
        seed: of made heads.

    Raises:
        UserError: if a data set is not there, none of its pictures will do, or it has no mattes.
    """
    if planes == WITH_MATTE and settings.source not in ("made", "pool"):
        raise UserError(
            f"Pictures of {settings.source!r} come without a matte.",
            remedy="Set network.colours=3, or data.source to made or pool.",
        )
    return SOURCES[settings.source](settings, side, planes, seed)


class FaceSamples:
    """An endless stream of pictures (`trainer.phase.Samples`).

    Args:
        pictures: drawn from.
        mirror: half of them are mirrored.
        seed: of everything random.
    """

    def __init__(self, pictures: Pictures, *, mirror: bool, seed: int) -> None:
        self._pictures, self._mirror, self._seed = pictures, mirror, seed

    def sample(self, index: int) -> dict[str, Tensor]:
        """`image` C×S×S float32 in [-1, 1]."""
        rng = np.random.default_rng([self._seed, index])
        picture = self._pictures.picture(int(rng.integers(len(self._pictures))))
        if self._mirror and rng.random() < 0.5:
            picture = picture[:, ::-1]
        return {"image": as_seen(picture)}


def as_seen(picture: Pixels8) -> Tensor:
    """From S×S×C uint8 to C×S×S float32 in [-1, 1]."""
    planes = np.ascontiguousarray(picture.transpose(2, 0, 1))
    return torch.from_numpy(planes).float() / 127.5 - 1


class MadeHeads:
    """Heads drawn on demand, always the same ones (`trainer.data.folders.Pictures`)."""

    def __init__(self, count: int, side: int, planes: int, seed: int) -> None:
        self._count, self._key = count, (side, planes, seed)

    def __len__(self) -> int:
        return self._count

    def picture(self, index: int) -> Pixels8:
        """Head `index`."""
        return _made(index, *self._key)


class PooledHeads:
    """Heads of a pool (`trainer.data.folders.Pictures`).

    Raises:
        UserError: if there is no pool, or its heads are smaller than wanted.
    """

    def __init__(self, root: Path, side: int, planes: int) -> None:
        self._pool, self._side, self._planes = HeadPool(root), side, planes
        there = self._pool.at(0).image.shape[0]
        if there < side:
            raise UserError(
                f"The pool's heads have {there} pixels a side, less than {side}.", path=root
            )

    def __len__(self) -> int:
        return len(self._pool)

    def picture(self, index: int) -> Pixels8:
        """Head `index`, reduced."""
        head = self._pool.at(index)
        planes = head.image if self._planes == RGB else np.dstack([head.image, head.alpha])
        return reduced(planes, self._side)


class PhotographedHeads:
    """Heads of photographed people (`trainer.data.folders.Pictures`).

    All mattes are read at once; photographs are decoded once, when they are asked for.

    Args:
        photographs: of one person each.
        side: wanted.
        least: smaller heads are left out.

    Attributes:
        left_out: how many photographs show no head, or a smaller one.

    Raises:
        UserError: if none is left.
    """

    def __init__(self, photographs: PhotographFiles, *, side: int, least: int) -> None:
        squares = {n: _square(photographs, n) for n in range(len(photographs))}
        self._squares = [
            (n, square)
            for n, square in squares.items()
            if square is not None and square.side >= least
        ]
        self.left_out = len(squares) - len(self._squares)
        if not self._squares:
            raise UserError(f"No photograph shows a head of {least} pixels.")
        self._photographs, self._side = photographs, side
        self._read = Remembered(self._cut, len(self._squares))

    def __len__(self) -> int:
        return len(self._squares)

    def picture(self, index: int) -> Pixels8:
        """Head `index`."""
        return self._read(index)

    def _cut(self, index: int) -> Pixels8:
        number, square = self._squares[index]
        return head_pixels(self._photographs.photograph(number).image, square, self._side)


class WholePictures:
    """The middle square of each picture (`trainer.data.folders.Pictures`)."""

    def __init__(self, pictures: PictureFiles, side: int) -> None:
        self._pictures, self._side = pictures, side

    def __len__(self) -> int:
        return len(self._pictures)

    def picture(self, index: int) -> Pixels8:
        """Picture `index`."""
        whole = self._pictures.picture(index)
        side = min(whole.shape[:2])
        top, left = ((have - side) // 2 for have in whole.shape[:2])
        return reduced(whole[top : top + side, left : left + side], self._side)


Opened = Callable[[Faces, int, int, int], Pictures]


def _made_heads(settings: Faces, side: int, planes: int, seed: int) -> Pictures:
    return MadeHeads(settings.made, side, planes, seed)


def _pooled(settings: Faces, side: int, planes: int, seed: int) -> Pictures:
    return PooledHeads(settings.portraits.expanduser(), side, planes)


def _people(settings: Faces, side: int, planes: int, seed: int) -> Pictures:
    return PhotographedHeads(open_photographs(settings.name), side=side, least=settings.least)


def _pictures(settings: Faces, side: int, planes: int, seed: int) -> Pictures:
    folder = settings.folder
    if folder is None:
        return WholePictures(open_pictures(settings.name), side)
    return WholePictures(open_pictures("faces", root=folder.expanduser()), side)


SOURCES: dict[str, Opened] = {
    "made": _made_heads,
    "pool": _pooled,
    "people": _people,
    "pictures": _pictures,
}
"""How each source is opened."""


@lru_cache(maxsize=1024)
def _made(index: int, side: int, planes: int, seed: int) -> Pixels8:
    image, alpha = made_head(np.random.default_rng((seed, index)), side, "train")
    matte = np.rint(alpha * 255).astype(np.uint8)
    return image if planes == RGB else np.dstack([image, matte])


def _square(photographs: PhotographFiles, number: int) -> Alignment | None:
    """Where a head is; None if there is none to be seen."""
    alpha = photographs.photograph(number).alpha
    try:
        return head_square(alpha > 0.5)
    except UserError:
        return None


def reduced(picture: Pixels8, side: int) -> Pixels8:
    """A square of any planes at another size."""
    if picture.shape[0] == side:
        return picture
    how = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=how), np.uint8)
