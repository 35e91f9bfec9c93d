"""People cut out of photographs by the classical path, to be composed over other backgrounds.

Composed anew, the matte that was found is exactly the new photograph's: real hair with its own
colours, without a hand-made matte.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import UserError
from engine.imaging.write import write_matte, write_picture
from trainer.data.cut_person import cut_person
from trainer.data.files import read_alpha, read_labels, read_pixels
from trainer.data.sample import Split, Subject

MANIFEST = "people.jsonl"
VALIDATION_SHARE = 0.1
CROPS = ("body", "upper", "head")


def split_of(name: str) -> Split:
    """Which split a person belongs to, by a hash of the name: a tenth is for validation."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    return "validation" if number < VALIDATION_SHARE * 2**32 else "train"


def recompose(
    people: Path,
    out: Path,
    *,
    limit: int | None = None,
    jobs: int = 1,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Counter[str]:
    """Cut every person of a folder out and write them as subjects; goes on where it stopped.

    Args:
        people: folder with `image/*.jpg` and `label/*.png` (0 background, 1 person, 2 hair).
        out: gets `foreground/NAME.png` (8 bits), `alpha/NAME.png` (16 bits) and the manifest, in
            which those left out stand too, with the rule they broke.
        limit: the first so many photographs.
        jobs: processes.
        told: called with photographs done and in all.

    Returns:
        Count of "kept" and of each broken rule, over all of the manifest.

    Raises:
        UserError: where the folder has no such photographs, or one can't be read.
    """
    pairs = people_pairs(people)[:limit]
    for folder in ("foreground", "alpha"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    done = {row["name"] for row in manifest_rows(out)}
    waiting = [pair for pair in pairs if pair[0].stem not in done]
    _drop_half_line(out / MANIFEST)
    with (out / MANIFEST).open("a", encoding="utf-8") as manifest:
        for count, row in enumerate(_cut_all(waiting, out, jobs), start=1):
            manifest.write(json.dumps(row) + "\n")
            manifest.flush()
            told(len(pairs) - len(waiting) + count, len(pairs))
    return Counter(row["refused"] or "kept" for row in manifest_rows(out))


def people_pairs(people: Path) -> list[tuple[Path, Path]]:
    """Photograph and label of each person of a folder, by name.

    Raises:
        UserError: where there are none.
    """
    images = sorted((people / "image").glob("*.jpg"))
    pairs = [(image, people / "label" / f"{image.stem}.png") for image in images]
    pairs = [pair for pair in pairs if pair[1].is_file()]
    if not pairs:
        raise UserError(
            "This folder holds no photographs of people with labels.",
            remedy="It needs image/NAME.jpg and label/NAME.png (0 background, 1 person, 2 hair).",
            path=people,
        )
    return pairs


def manifest_rows(folder: Path) -> list[dict[str, Any]]:
    """The manifest of a folder that `recompose` wrote; empty where there is none yet.

    A last line without its end was being written when something stopped it, and doesn't count.

    Raises:
        UserError: if a line can't be read.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return []
    whole, _, _ = path.read_text(encoding="utf-8").rpartition("\n")
    try:
        return [json.loads(line) for line in whole.splitlines()]
    except json.JSONDecodeError as error:
        raise UserError(
            f"The manifest is damaged: {error}.", remedy="Delete the bad line.", path=path
        ) from error


class RecomposedPeople:
    """The people that `recompose` cut out: whole bodies, upper bodies and heads.

    Args:
        root: the folder that `recompose` wrote.
        split: "train" or "validation".
        crops: which of `CROPS`; None takes all.

    Raises:
        UserError: if the folder holds nobody of that split.
    """

    def __init__(self, root: Path, split: Split, *, crops: tuple[str, ...] | None = None) -> None:
        self._root = root
        rows = [row for row in manifest_rows(root) if row["refused"] is None]
        self._pieces = [
            (row["name"], crop, tuple(row["boxes"][crop]))
            for row in rows
            if row["split"] == split
            for crop in crops or CROPS
            if crop in row["boxes"]
        ]
        if not self._pieces:
            raise UserError(
                f"There is nobody for {split} here.",
                remedy="Cut people out with `matte-train recompose PEOPLE OUT` first.",
                path=root,
            )

    def __len__(self) -> int:
        return len(self._pieces)

    def subject(self, index: int, rng: np.random.Generator) -> Subject:
        """Subject `index`; see `Subjects`. Nothing about it is random."""
        name, crop, (top, left, bottom, right) = self._pieces[index]
        inside = slice(top, bottom), slice(left, right)
        colours = read_pixels(self._root / "foreground" / f"{name}.png")
        alpha = read_alpha(self._root / "alpha" / f"{name}.png", size=colours.shape[:2])
        return Subject(
            foreground=np.ascontiguousarray(colours[inside]),
            alpha=np.ascontiguousarray(alpha[inside]),
            name=f"{name}-{crop}",
            family="person",
        )


def _drop_half_line(manifest: Path) -> None:
    data = manifest.read_bytes() if manifest.is_file() else b""
    if not data.endswith(b"\n") and data:
        manifest.write_bytes(data[: data.rfind(b"\n") + 1])


def _cut_all(pairs: list[tuple[Path, Path]], out: Path, jobs: int) -> Iterator[dict[str, Any]]:
    if jobs == 1:
        for pair in pairs:
            yield _cut_file(pair, out)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_cut_file, pairs, [out] * len(pairs))


def _cut_file(pair: tuple[Path, Path], out: Path) -> dict[str, Any]:
    """Cut one photograph, write its files and return its row of the manifest."""
    pixels = read_pixels(pair[0])
    labels = read_labels(pair[1], size=(pixels.shape[0], pixels.shape[1]))
    cut = cut_person(pixels, labels, pair[0].stem)
    if cut.subject is not None:
        write_matte(out / "alpha" / f"{cut.name}.png", cut.subject.alpha, bits=16)
        write_picture(out / "foreground" / f"{cut.name}.png", cut.subject.foreground)
    return {
        "name": cut.name,
        "split": split_of(cut.name),
        "refused": cut.refused,
        "boxes": cut.boxes,
        "figures": {name: round(value, 5) for name, value in cut.figures.items()},
    }
