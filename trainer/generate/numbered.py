"""Numbered samples for the layout `generated`: who makes which, and which give none.

Number N of a seed is always the same, so processes can share the numbers out, and whoever is
stopped goes on with those that are missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import UserError
from engine.foreground.multilevel import multilevel
from engine.imaging.digital_source import GENERATED, marked
from engine.imaging.types import Alpha, Metadata, from_float
from trainer.data.generated import GeneratedWriter, shard_manifest
from trainer.data.sample import Photograph, Pixels8

LEFT_OUT = "left_out"
"""Folder with a file for each number that gave no sample."""
OPAQUE = 254.5 / 255
_SHARD = re.compile(r"(\d+)/(\d+)")
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Shard:
    """One of several processes that share the numbers out.

    Attributes:
        number: from 1.
        count: of processes.
    """

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read "2/4".

        Raises:
            UserError: for anything else.
        """
        found = _SHARD.fullmatch(text.strip())
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise UserError(
                f"{text!r} is no part of the work.", remedy="Give for example 2/4, from 1 on."
            )
        return cls(int(found[1]), int(found[2]))

    def numbers(self, count: int) -> range:
        """Which of `count` numbers are this one's."""
        return range(self.number - 1, count, self.count)


@dataclass(frozen=True)
class Tally:
    """What became of this process's numbers.

    Attributes:
        there: samples that were made before.
        made: samples made now.
        left_out: numbers that gave no sample, now and before.
    """

    there: int
    made: int
    left_out: int


@dataclass(frozen=True, eq=False)
class Numbered:
    """What a number gave.

    Attributes:
        sample: its name is the number's; None if it is none to train on.
        about: how it was made, plain JSON values; why it is none under "problem".
    """

    sample: Photograph | None
    about: Mapping[str, Any]


def complete(
    out: Path,
    numbers: Sequence[int],
    *,
    name: Callable[[int], str],
    there: frozenset[str],
    made: Callable[[Sequence[int]], Iterable[tuple[int, Numbered]]],
    add: Callable[[Photograph, Mapping[str, Any]], object],
    told: Told,
) -> Tally:
    """Make the samples of some numbers that are not there yet.

    Args:
        out: folder of the set.
        numbers: this process's.
        name: the stem of a number's files.
        there: stems of samples that are there.
        made: makes what numbers give, in their order.
        add: writes a sample.
        told: called with how many numbers are done, and how many there are.

    Raises:
        UserError: if the folder can't be written to.
    """
    had = [number for number in numbers if name(number) in there]
    refused = [number for number in numbers if _left_out(out, name(number)).exists()]
    missing = [number for number in numbers if number not in {*had, *refused}]
    new = 0
    told(len(numbers) - len(missing), len(numbers))
    for done, (number, found) in enumerate(made(missing), start=1):
        if found.sample is None:
            _write_left_out(_left_out(out, name(number)), found.about)
        else:
            add(found.sample, found.about)
            new += 1
        told(len(numbers) - len(missing) + done, len(numbers))
    return Tally(len(had), new, len(numbers) - len(had) - new)


def drawn_set(out: Path, shard: Shard) -> tuple[GeneratedWriter, Metadata]:
    """Open a set of drawn portraits for one process.

    Returns:
        Its writer, and what its pictures say of themselves.

    Raises:
        UserError: if the folder can't be read.
    """
    about = marked(Metadata(), GENERATED, path=Path("portrait.png")).metadata
    manifest = shard_manifest(shard.number, shard.count)
    return GeneratedWriter(out, manifest=manifest, metadata=about), about


def own_colours(image: Pixels8, alpha: Alpha) -> Pixels8:
    """The subject's: the portrait's own where it is opaque in eight bits, else estimated."""
    found = from_float(multilevel(image, alpha)[0], np.uint8)
    return np.where(alpha[..., None] >= OPAQUE, image, np.asarray(found, np.uint8))


def _left_out(out: Path, name: str) -> Path:
    return out / LEFT_OUT / f"{name}.json"


def _write_left_out(path: Path, about: Mapping[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**about}), encoding="utf-8")
    except OSError as error:
        raise UserError(f"It can't be written to ({error.strerror}).", path=path) from error
