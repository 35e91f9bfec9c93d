"""Pairs for a blind vote: two methods' mattes over green, which is which told by a key alone.

Source: the user study of "POMAGAN" (section 4.1, table 2): people see the photograph and what two
methods cut out of it, before green.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.compositing.blend import composite
from engine.errors import UserError
from engine.guidance.proxy import proxy_size
from engine.imaging.atomic import replace_atomically
from engine.imaging.read import read_image, read_mask
from engine.imaging.types import from_float
from engine.imaging.write import write_picture
from trainer.data.sample import Pixels8
from trainer.evaluation.folders import by_stem, the_file
from trainer.evaluation.scores import Failure

GREEN = (0, 255, 0)
KEY = "key.json"
GAP = 12
"""Pixels of grey between pictures."""
_GREY = 128


@dataclass(frozen=True)
class Compared:
    """Where the files are; they belong together by their names without suffix.

    Attributes:
        pred: mattes of one method.
        against: mattes of the other.
        images: the photographs.
    """

    pred: Path
    against: Path
    images: Path


@dataclass
class Vote:
    """What was written.

    Attributes:
        pairs: number of a pair to `picture`, `left` and `right`: which photograph, and which of
            `Compared`'s "pred" and "against" is on which side.
        failures: photographs without a pair.
    """

    pairs: dict[str, dict[str, str]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


def write_pairs(
    compared: Compared,
    out: Path,
    *,
    seed: int,
    long_side: int | None = None,
    progress: Callable[[int, int], None] = lambda done, count: None,
) -> Vote:
    """Write `001.png`, …: photograph, one method, the other; and the key.

    The pairs' order is shuffled. Each method is as often on the left as on the right, or once more.

    Args:
        compared: the folders.
        out: an empty folder, or one to be made.
        seed: of the order and the sides; it is in the key.
        long_side: larger photographs are shown reduced to this many pixels; None shows all.
        progress: told how many pairs are done, of how many.

    Raises:
        UserError: if a folder is missing, there is nothing to compare, or `out` holds something.
    """
    files = {role: by_stem(folder) for role, folder in vars(compared).items()}
    names = sorted({*files["pred"], *files["against"]})
    if not names:
        raise UserError("There are no mattes here.", path=compared.pred)
    _make_empty(out)
    rng, vote = np.random.default_rng(seed), Vote()
    sides = rng.permutation(np.arange(len(names)) % 2)
    for done, (place, side) in enumerate(zip(rng.permutation(len(names)), sides, strict=True)):
        name, number = names[place], f"{len(vote.pairs) + 1:03}"
        order = ("pred", "against") if side else ("against", "pred")
        try:
            pair = _pair(
                {role: the_file(name, role, found) for role, found in files.items()}, order
            )
        except UserError as error:
            vote.failures.append(Failure(name, str(error)))
        else:
            write_picture(out / f"{number}.png", _shown(pair, long_side))
            vote.pairs[number] = {"picture": name, "left": order[0], "right": order[1]}
        progress(done + 1, len(names))
    _write_key(out / KEY, {"folders": vars(compared), "seed": seed, "pairs": vote.pairs})
    return vote


def _pair(paths: dict[str, Path], order: tuple[str, str]) -> list[Pixels8]:
    """The photograph and two cut-outs before green, each H×W×3 uint8."""
    image = from_float(read_image(paths["images"]).rgb(), np.uint8)
    green = np.broadcast_to(np.array(GREEN, np.uint8), image.shape)
    size = image.shape[0], image.shape[1]
    cuts = [composite(image, read_mask(paths[role], size), green) for role in order]
    return [image, *(np.asarray(cut, np.uint8) for cut in cuts)]


def _shown(pictures: list[Pixels8], long_side: int | None) -> Pixels8:
    """Pictures beside each other."""
    size = pictures[0].shape[0], pictures[0].shape[1]
    height, width = proxy_size(size, long_side or max(size))
    row: list[NDArray[np.uint8]] = []
    for picture in pictures:
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        row += [np.full((height, GAP, 3), _GREY, np.uint8), np.asarray(small, np.uint8)]
    return np.concatenate(row[1:], axis=1)


def _make_empty(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        holds = any(out.iterdir())
    except OSError as error:
        raise UserError(f"It can't be made ({error.strerror or error}).", path=out) from error
    if holds:
        raise UserError("This folder holds something.", remedy="Choose another folder.", path=out)


def _write_key(path: Path, key: dict[str, Any]) -> None:
    with replace_atomically(path) as temporary:
        text = json.dumps(key, indent=1, ensure_ascii=False, default=str)
        temporary.write_text(text + "\n", encoding="utf-8")
