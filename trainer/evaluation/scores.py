"""What an evaluation finds: errors of each picture, their means, and what could not be scored."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from engine.errors import UserError
from engine.imaging.atomic import replace_atomically
from trainer.metrics import PROFILES, Errors


@dataclass(frozen=True)
class Score:
    """The errors of one picture.

    Attributes:
        name: of the picture.
        errors: as `trainer.metrics.measure` returns them.
        seconds: what the matte took to compute, or None.
        family: what kind of edge it has, or "".
    """

    name: str
    errors: Errors
    seconds: float | None = None
    family: str = ""


@dataclass(frozen=True)
class Failure:
    """A picture that could not be scored, and why, for people."""

    name: str
    problem: str


@dataclass
class Evaluation:
    """Scores over a set of pictures.

    Attributes:
        profile: a key of `PROFILES`.
        subject: what was scored, for people.
        scores: of the good pictures.
        failures: of the others.
    """

    profile: str
    subject: str
    scores: list[Score] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def mean(self) -> Errors:
        """The plain mean over pictures of each region and metric.

        A region counts over the pictures that have it.
        """
        found: dict[str, dict[str, list[float]]] = {}
        for score in self.scores:
            for region, metrics in score.errors.items():
                for metric, value in metrics.items():
                    found.setdefault(region, {}).setdefault(metric, []).append(value)
        return {
            region: {metric: fmean(values) for metric, values in metrics.items()}
            for region, metrics in found.items()
        }

    def count(self, region: str) -> int:
        """How many pictures have a region."""
        return sum(region in score.errors for score in self.scores)

    def seconds(self) -> float | None:
        """The mean time a matte took, or None if it was not measured."""
        times = [score.seconds for score in self.scores if score.seconds is not None]
        return fmean(times) if times else None

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "profile": self.profile,
            "definitions": PROFILES[self.profile].source,
            "subject": self.subject,
            "count": len(self.scores),
            "mean": self.mean(),
            "seconds": self.seconds(),
            "pictures": [_score_row(score) for score in self.scores],
            "failed": [{"name": bad.name, "problem": bad.problem} for bad in self.failures],
        }

    def write(self, path: Path) -> None:
        """Write everything as JSON, all or nothing.

        Raises:
            UserError: if that place can't be written to.
        """
        text = json.dumps(self.as_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        with replace_atomically(path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")


def check_finite(errors: Errors) -> None:
    """Raise `UserError` unless every error is a number, as one of a matte with NaN is not."""
    if not all(math.isfinite(value) for value in _values(errors)):
        raise UserError("The matte has values that are not numbers.")


def _values(errors: Errors) -> Iterable[float]:
    return (value for metrics in errors.values() for value in metrics.values())


def _score_row(score: Score) -> dict[str, Any]:
    row: dict[str, Any] = {"name": score.name, "errors": score.errors}
    if score.seconds is not None:
        row["seconds"] = round(score.seconds, 4)
    if score.family:
        row["family"] = score.family
    return row
