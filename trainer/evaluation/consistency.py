"""Whether generated mattes fit their pictures: what matting methods make of the pictures alone.

Source: paper 000, section 4.4: the generated colours are given to several matting networks, and
what they answer is compared with the generated matte.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from rich.table import Table

from engine.errors import UserError
from engine.imaging.types import Image
from trainer.data.sample import Photograph, Photographs
from trainer.evaluation.networks import in_eight_bits
from trainer.evaluation.scores import Failure
from trainer.metrics.differences import differences
from trainer.prepare.finders import Finder, Found
from trainer.prepare.mattes import CannotBeSolved, Matter

Told = Callable[[int, int], None]
METRICS = ("MSE", "MAD")
"""Means over all pixels of a picture."""


@dataclass
class Consistency:
    """How far one method's mattes are from the generated ones.

    Attributes:
        method: its name.
        errors: picture to MSE and MAD over the whole picture, of values in [0, 1].
        failures: pictures of which it makes no matte.
        seconds: that it took for all.
    """

    method: str
    errors: dict[str, dict[str, float]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0

    def mean(self, metric: str) -> float | None:
        """Of "MSE" or "MAD" over the pictures; None if there are none."""
        return fmean(row[metric] for row in self.errors.values()) if self.errors else None

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "method": self.method,
            "count": len(self.errors),
            "mean": {metric: self.mean(metric) for metric in METRICS},
            "seconds": round(self.seconds, 3),
            "pictures": self.errors,
            "failed": [{"name": bad.name, "problem": bad.problem} for bad in self.failures],
        }


def alpha_consistency(
    photographs: Photographs,
    matters: Sequence[Matter],
    finder: Finder | None,
    *,
    limit: int | None = None,
    told: Told = lambda done, wanted: None,
) -> list[Consistency]:
    """Compare generated mattes with those that methods make of the pictures.

    No method is told anything of the generated matte: those that need a trimap get one of the
    subjects that are found in the picture.

    Args:
        photographs: generated pictures with their mattes.
        matters: the methods.
        finder: finds subjects, for methods that need a trimap; None if there are none.
        limit: at most this many pictures, from the first.
        told: called with how many pictures are done, of how many.

    Returns:
        A row a method, in their order.

    Raises:
        UserError: if a network is missing, or a file of the set is damaged.
    """
    rows = [Consistency(matter.method) for matter in matters]
    count = len(photographs) if limit is None else min(limit, len(photographs))
    for index in range(count):
        photograph = photographs.photograph(index)
        image = Image(photograph.image)
        found = None if finder is None else finder.find(image, Path(photograph.name))
        for matter, row in zip(matters, rows, strict=True):
            _compare(row, matter, photograph, image, found)
        told(index + 1, count)
    return rows


def consistency_table(rows: Sequence[Consistency]) -> Table:
    """For people."""
    table = Table(title="Generated mattes against those of the pictures", title_justify="left")
    table.add_column("method")
    for title in ("pictures", "failed", *(f"{metric} ×10³" for metric in METRICS)):
        table.add_column(title, justify="right")
    for row in rows:
        means = [row.mean(metric) for metric in METRICS]
        shown = ["–" if mean is None else f"{mean * 1000:.3f}" for mean in means]
        table.add_row(row.method, str(len(row.errors)), str(len(row.failures)), *shown)
    return table


def _compare(
    row: Consistency, matter: Matter, photograph: Photograph, image: Image, found: Found | None
) -> None:
    start = time.perf_counter()
    try:
        matte = matter.matte(image, None if found is None else found.subjects)
    except CannotBeSolved as error:
        row.failures.append(Failure(photograph.name, error.problem))
        return
    row.seconds += time.perf_counter() - start
    whole = np.ones(matte.shape, np.bool_)
    errors = differences(in_eight_bits(matte), photograph.alpha, whole)
    row.errors[photograph.name] = {metric: errors[metric] for metric in METRICS}


def known_methods(names: str) -> tuple[str, ...]:
    """Names separated by commas.

    Raises:
        UserError: if one comes twice.
    """
    found = tuple(name.strip() for name in names.split(",") if name.strip())
    if len(set(found)) < len(found):
        raise UserError(f"A method is named twice in {names!r}.", remedy="Name each once.")
    return found
