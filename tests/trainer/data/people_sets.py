"""Tiny data sets of people, as they lie on disk."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import cv2
import numpy as np

from tests.trainer.data.layouts.layout_trees import matte, names, picture, save
from trainer.data.recompose import MANIFEST, split_of
from trainer.data.sample import Split

SIZE = (96, 64)
PERSON = slice(10, 90), slice(20, 50)
"""Rows and columns of everybody."""


def people_names(split: Split, wanted: int = 2) -> list[str]:
    """The first numbers that belong to a split."""
    found = (f"{number:04}" for number in count() if split_of(f"{number:04}") == split)
    return [next(found) for _ in range(wanted)]


def make_people(root: Path) -> None:
    """All that scenes with people can be made of, below one folder."""
    for seed, name in enumerate(people_names("train") + people_names("validation")):
        picture(root / "people" / "image" / f"{name}.jpg", seed, SIZE)
        save(root / "people" / "label" / f"{name}.png", person().astype(np.uint8))
    make_recomposed(root / "recomposed")
    for number in range(5):
        picture(root / "backgrounds" / f"{number}.png", 50 + number, (80, 90))
    train = root / "composition_1k" / "Combined_Dataset" / "Training_set"
    for folder, stem in (("Adobe-licensed images", "hair"), ("Other", "glass")):
        picture(train / folder / "fg" / f"{stem}.jpg", 1, (40, 30))
        matte(train / folder / "alpha" / f"{stem}.jpg", 2, (40, 30))
    picture(root / "distinctions_646" / "Train" / "FG" / "one.png", 3, (24, 60))
    matte(root / "distinctions_646" / "Train" / "GT" / "one.png", 4, (24, 60))
    names(root / "list.txt", "hair")


def person() -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    mask[PERSON] = True
    return mask


def make_recomposed(root: Path) -> None:
    """One person a split, the whole picture, hair soft at the top."""
    rows = []
    for split, seed in (("train", 20), ("validation", 21)):
        (name,) = people_names(split, 1)
        alpha = person().astype(np.uint8) * 255
        alpha[10:14, 20:50] = 100
        picture(root / "foreground" / f"{name}.png", seed, SIZE)
        save(root / "alpha" / f"{name}.png", cv2.GaussianBlur(alpha, (3, 3), 0))
        boxes = {"body": [0, 0, *SIZE]}
        rows.append({"name": name, "split": split, "refused": None, "boxes": boxes})
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (root / MANIFEST).write_text(lines, encoding="utf-8")
