"""Subjects that a file in COCO's format outlines, one entry an instance.

Source: https://cocodataset.org/#format-data. Such a file may be COCO's own, or what an instance
segmenter wrote about other pictures.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError

Mask = NDArray[np.bool_]
_FIRST, _BITS, _MORE, _NEGATIVE = 48, 5, 0x20, 0x10
"""Of the letters that numbers are written with: the code of 0, bits in each, flags."""


class Annotations:
    """Which instances of some categories are in which picture.

    Args:
        path: the JSON file.
        categories: names of those that count.

    Raises:
        UserError: if it can't be read, is no such file, or has none of the categories.
    """

    def __init__(self, path: Path, categories: Collection[str]) -> None:
        self._path = path
        document = _read(path)
        try:
            wanted = {row["id"] for row in document["categories"] if row["name"] in categories}
            self._images = {row["id"]: row for row in document["images"]}
            self._instances: dict[int, list[dict[str, Any]]] = {}
            for row in document["annotations"]:
                if row["category_id"] in wanted:
                    self._instances.setdefault(row["image_id"], []).append(row)
            self._by_file: dict[str, list[int]] = {}
            for number, row in self._images.items():
                self._by_file.setdefault(Path(row["file_name"]).name, []).append(number)
        except (KeyError, TypeError) as error:
            raise self._damaged(error) from error
        if not wanted:
            listed = ", ".join(sorted(categories))
            raise UserError(f"It has none of the categories {listed}.", path=path)

    def instances(self, picture: Path) -> list[tuple[Mask, bool]]:
        """The mask of each instance in a picture, and whether it is a crowd of many.

        Args:
            picture: its file; its name and folders say which entry it is.

        Returns:
            H×W bool of the size that the file says the picture has; nothing for a picture it does
            not know.

        Raises:
            UserError: if an outline is damaged.
        """
        number = self._number(picture)
        try:
            return [
                (self._mask(row["segmentation"], number), bool(row.get("iscrowd", 0)))
                for row in self._instances.get(number, [])
            ]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise self._damaged(error) from error

    def _number(self, picture: Path) -> int:
        """The entry with the longest name that the file's path ends with; -1 for none."""
        path = "/" + picture.absolute().as_posix()
        fitting = [
            (len(name), number)
            for number in self._by_file.get(picture.name, [])
            if path.endswith("/" + (name := self._images[number]["file_name"]))
        ]
        return max(fitting, default=(0, -1))[1]

    def _mask(self, outline: Any, number: int) -> Mask:
        size = self._images[number]["height"], self._images[number]["width"]
        if isinstance(outline, list):
            return _filled(outline, size)
        return _decoded(outline["counts"], (outline["size"][0], outline["size"][1]))

    def _damaged(self, error: Exception) -> UserError:
        return UserError(
            f"It is not in COCO's format ({type(error).__name__}: {error}).",
            remedy="Give a file of instances, such as instances_train2017.json.",
            path=self._path,
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"The annotations can't be read ({error}).", path=path) from error
    if not isinstance(document, dict):
        raise UserError("These are no annotations in COCO's format.", path=path)
    return document


def _filled(polygons: Sequence[Sequence[float]], size: tuple[int, int]) -> Mask:
    """What polygons of x, y, x, y, … hold, each by itself: where two overlap is inside."""
    canvas = np.zeros(size, np.uint8)
    for polygon in polygons:
        corners = np.rint(np.array(polygon, np.float64).reshape(-1, 1, 2)).astype(np.int32)
        cv2.fillPoly(canvas, [corners], 1)
    return canvas > 0


def _decoded(counts: str | Sequence[int], size: tuple[int, int]) -> Mask:
    """Runs of outside and inside in turns, down the columns."""
    runs = np.array(_numbers(counts) if isinstance(counts, str) else counts, np.int64)
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(size[1], size[0]).T


def _numbers(text: str) -> list[int]:
    """Runs from letters: five bits each, the lowest first; from the fourth run on each is written
    as its difference to the one before the last."""
    runs: list[int] = []
    value = shift = 0
    for letter in text.encode():
        code = letter - _FIRST
        value |= (code & (_MORE - 1)) << shift
        shift += _BITS
        if code & _MORE:
            continue
        value -= (1 << shift) if code & _NEGATIVE else 0
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    return runs
