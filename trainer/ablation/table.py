"""From errors to a table: means, and whether one row differs from another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any, TypeAlias

import numpy as np

from engine.errors import BugError
from trainer.evaluation.paired import PairedDifference, paired_difference

NOT_SHOWN = "not shown"

Column: TypeAlias = tuple[str, str]
"""Region and metric."""
COLUMNS: tuple[Column, ...] = (
    ("whole", "SAD"),
    ("whole", "MSE"),
    ("unknown", "SAD"),
    ("unknown", "MSE"),
)
"""Of the table of progressive refinement (paper 003, Table 4)."""
SCALE = {"SAD": 1.0, "MSE": 1000.0, "MAD": 1000.0, "Grad": 1.0}
"""What figures are multiplied by where people read them."""

Runs: TypeAlias = Sequence[Sequence[float]]
"""A row's errors: for each seed, a number for each photograph; all in the same order."""


@dataclass(frozen=True)
class Comparison:
    """A row against another one, in one column.

    Attributes:
        difference: of the photographs' errors, each the mean over the seeds.
        by_seed: the mean difference of the runs with the first seed, the second, …
        apart: whether there are two seeds at least, and every run of the row is on the same side
            of every run of the other: where seeds differ more than rows, no number of photographs
            can tell the rows apart.
        ratio: of the mean errors, this row's over the other's.
    """

    difference: PairedDifference
    by_seed: tuple[float, ...]
    apart: bool
    ratio: float

    @property
    def shown(self) -> bool:
        """Whether photographs and seeds agree that there is a difference."""
        return self.apart and self.difference.shown

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            **self.difference.as_dict(),
            "by_seed": list(self.by_seed),
            "apart": self.apart,
            "ratio": self.ratio,
            "shown": self.shown,
        }


def compared(ours: Runs, theirs: Runs, *, rng: np.random.Generator) -> Comparison:
    """Compare two rows in one column.

    Args:
        ours: errors of the row.
        theirs: of the other, for the same photographs and as many seeds.
        rng: draws the bootstrap's samples.

    Raises:
        BugError: unless seeds and photographs are equally many, the latter at least two.
    """
    if len(ours) != len(theirs) or not ours:
        raise BugError(f"{len(ours)} and {len(theirs)} runs can't be compared")
    difference = paired_difference(by_photograph(ours), by_photograph(theirs), rng=rng)
    own, other = ([fmean(run) for run in runs] for runs in (ours, theirs))
    by_seed = tuple(a - b for a, b in zip(own, other, strict=True))
    apart = len(own) > 1 and (max(own) < min(other) or max(other) < min(own))
    return Comparison(difference, by_seed, apart, fmean(own) / max(fmean(other), 1e-12))


def by_photograph(runs: Runs) -> list[float]:
    """Each photograph's error, the mean over the seeds."""
    return [fmean(errors) for errors in zip(*runs, strict=True)]


@dataclass(frozen=True)
class Table:
    """Rows under one kind of guidance.

    Attributes:
        means: title to column to the mean over photographs and seeds.
        steps: title, title of the row that it is compared with, column, and how they compare.
    """

    means: Mapping[str, Mapping[Column, float]]
    steps: Sequence[tuple[str, str, Column, Comparison]]

    def as_dict(self) -> dict[str, Any]:
        """For JSON; columns as "whole SAD"."""
        steps = [
            {"row": row, "before": before, "column": " ".join(column), **found.as_dict()}
            for row, before, column, found in self.steps
        ]
        means = {
            row: {" ".join(column): value for column, value in values.items()}
            for row, values in self.means.items()
        }
        return {"means": means, "steps": steps}

    def lines(self) -> list[str]:
        """For people: the means, then each row's step from the one before."""
        columns = next(iter(self.means.values()))
        heads = "".join(f"{' '.join(column):>14}" for column in columns)
        wide = max(24, 2 + max(map(len, self.means)))
        found = [f"{'':{wide}}{heads}  (MSE, MAD ×10³)"]
        for row, values in self.means.items():
            figures = (f"{values[column] * SCALE[column[1]]:14.4f}" for column in columns)
            found.append(f"{row:{wide}}{''.join(figures)}")
        return found + [self._step_line(*step) for step in self.steps]

    def _step_line(self, row: str, before: str, column: Column, found: Comparison) -> str:
        by, apart = SCALE[column[1]], found.difference
        seeds = ", ".join(f"{by * value:+.4f}" for value in found.by_seed)
        return (
            f"  {row} against {before}, {' '.join(column)}: {by * apart.mean:+.4f} "
            f"[{by * apart.low:+.4f}, {by * apart.high:+.4f}] ({100 * (found.ratio - 1):+.1f} %; "
            f"seeds {seeds}){'' if found.shown else ', ' + NOT_SHOWN}"
        )


def table_of(
    rows: Mapping[str, Mapping[Column, Runs]],
    *,
    pairs: Sequence[tuple[str, str]] | None = None,
    seed: int = 0,
) -> Table:
    """Means of all rows, and how some compare with others.

    Args:
        rows: title to column to errors, in the table's order; all have the same columns.
        pairs: titles, of which the first row is compared with the second; None compares each row
            with the one before it.
        seed: of the bootstrap.
    """
    means = {
        row: {column: fmean(by_photograph(runs)) for column, runs in columns.items()}
        for row, columns in rows.items()
    }
    wanted = [(row, before) for before, row in pairwise(rows)] if pairs is None else pairs
    steps = [
        (row, before, column, _step(ours, rows[before][column], seed))
        for row, before in wanted
        for column, ours in rows[row].items()
    ]
    return Table(means, steps)


def _step(ours: Runs, theirs: Runs, seed: int) -> Comparison:
    return compared(ours, theirs, rng=np.random.default_rng(seed))
