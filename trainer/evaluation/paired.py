"""Is one method better than another on the same pictures: differences with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import t as student

from engine.errors import BugError

LEVEL = 0.95


@dataclass(frozen=True)
class PairedDifference:
    """The mean of `ours − theirs` over pictures; negative means ours has the smaller error.

    Attributes:
        count: pictures.
        mean: of the differences.
        low: lower end of the 95 % interval by Student's t.
        high: upper end of it.
        bootstrap_low: lower end of the 95 % percentile interval of resampled means.
        bootstrap_high: upper end of it.
        wins: share of pictures where ours is smaller; ties count half.
    """

    count: int
    mean: float
    low: float
    high: float
    bootstrap_low: float
    bootstrap_high: float
    wins: float

    @property
    def shown(self) -> bool:
        """Whether both intervals agree that there is a difference; otherwise it is not shown."""
        by_t = self.low > 0 or self.high < 0
        by_bootstrap = self.bootstrap_low > 0 or self.bootstrap_high < 0
        return by_t and by_bootstrap

    def as_dict(self) -> dict[str, float | int | bool]:
        """For JSON."""
        return {**asdict(self), "shown": self.shown}


def paired_difference(
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    rng: np.random.Generator,
    resamples: int = 10_000,
) -> PairedDifference:
    """Compare two methods' errors picture by picture.

    Args:
        ours: errors of one method, a number for each picture.
        theirs: of the other, in the same order of pictures.
        rng: draws the bootstrap's samples.
        resamples: how many.

    Raises:
        BugError: unless both have the same number of errors, at least two.
    """
    count = len(ours)
    if len(theirs) != count or count < 2:
        raise BugError(f"{count} and {len(theirs)} errors can't be paired")
    apart = np.asarray(ours, np.float64) - np.asarray(theirs, np.float64)
    mean = float(apart.mean())
    half = float(student.ppf(0.5 + LEVEL / 2, count - 1) * apart.std(ddof=1) / np.sqrt(count))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(_resampled_means(apart, rng, resamples), [tail, 1 - tail])
    wins = float((apart < 0).mean() + 0.5 * (apart == 0).mean())
    return PairedDifference(count, mean, mean - half, mean + half, float(low), float(high), wins)


def _resampled_means(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    rng: np.random.Generator,
    resamples: int,
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Means of samples drawn with replacement, a hundred at a time to spare memory."""
    batches = [
        values[rng.integers(0, len(values), (min(100, resamples - start), len(values)))].mean(1)
        for start in range(0, resamples, 100)
    ]
    return np.concatenate(batches)
