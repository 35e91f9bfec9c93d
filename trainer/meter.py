"""Means over the steps between two lines of the log, and where the time went."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from trainer.step import Outcome


class Meter:
    """Adds up figures of steps.

    Args:
        total: sums a tensor over processes.
    """

    def __init__(self, total: Callable[[Tensor], Tensor]) -> None:
        self._total = total
        self._clear()

    def waited(self, seconds: float) -> None:
        """So long was waited for samples."""
        self._waiting += seconds

    def add(self, outcomes: Mapping[str, Outcome], *, samples: int) -> None:
        """Take in a step; a bad one counts in nothing but the samples."""
        self._samples += samples
        for phase, outcome in outcomes.items():
            if not outcome.good:
                continue
            for name, value in outcome.terms.items():
                self._add(f"{phase}/{name}", value)
            self._norms.setdefault(phase, []).append(outcome.norm)
            self._rates[phase] = outcome.rate

    def read(self) -> dict[str, float]:
        """The means since the last time; all processes must ask."""
        seconds = max(1e-9, time.perf_counter() - self._since)
        figures = self._losses()
        for phase, norms in self._norms.items():
            figures[f"{phase}/norm"] = math.fsum(norms) / len(norms)
            figures[f"{phase}/rate"] = self._rates[phase]
        figures["samples_per_second"] = self._samples / seconds
        figures["waiting"] = self._waiting / seconds
        self._clear()
        return figures

    def _losses(self) -> dict[str, float]:
        if not self._sums:
            return {}
        means = torch.stack([value / self._counts[name] for name, value in self._sums.items()])
        figures = dict(zip(self._sums, self._total(means).tolist(), strict=True))
        return {"loss": math.fsum(figures.values()), **figures}

    def _add(self, name: str, value: Tensor) -> None:
        self._sums[name] = self._sums.get(name, 0.0) + value
        self._counts[name] = self._counts.get(name, 0) + 1

    def _clear(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}
        self._norms: dict[str, list[float]] = {}
        self._rates: dict[str, float] = {}
        self._samples, self._waiting = 0, 0.0
        self._since = time.perf_counter()
