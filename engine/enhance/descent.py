"""Gradient descent on latent codes that can be watched, stopped, kept and gone on with."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor

from engine.enhance.cache import Cache
from engine.errors import BugError, Cancelled
from engine.jobs.context import NOBODY, JobContext

Terms: TypeAlias = Mapping[str, Tensor]
"""Weighted terms by name, scalars."""
TOTAL = "total"


@dataclass(frozen=True)
class Keeping:
    """Where half-done work is kept, so that the next go begins where this one ended.

    Attributes:
        cache: the folder.
        key: of this work; it says all that the work depends on.
        every: steps between one time and the next.
        more: what else has to be kept, and how it is put back.
    """

    cache: Cache
    key: str
    every: int = 50
    more: Callable[[], Mapping[str, Tensor]] = dict
    restore: Callable[[Mapping[str, Tensor]], None] = lambda tensors: None


@dataclass
class Descent:
    """Parameters on their way down.

    Attributes:
        parameters: by name; leaves, changed in place.
        optimiser: of them, in the order of `parameters`.
        curves: each term's values so far, and the total.
        best: the parameters at the lowest score so far.
        best_score: that score.
        step: how many steps were made.
    """

    parameters: dict[str, Tensor]
    optimiser: torch.optim.Optimizer
    curves: dict[str, list[float]] = field(default_factory=dict)
    best: dict[str, Tensor] = field(default_factory=dict)
    best_score: float = float("inf")
    step: int = 0

    def once(self, terms: Terms, score: Callable[[Mapping[str, float]], float] | None) -> None:
        """One step along the gradient of the terms' sum; what they are is written down first."""
        total = torch.stack([term.float().reshape(()) for term in terms.values()]).sum()
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        found = {name: float(term.detach()) for name, term in terms.items()}
        found[TOTAL] = float(total.detach())
        for name, value in found.items():
            self.curves.setdefault(name, []).append(value)
        if score is not None:
            self._remember(score(found))
        self.optimiser.step()
        self.step += 1

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Tensors and notes from which `load` makes this again."""
        tensors = {f"now.{name}": value for name, value in self.parameters.items()}
        tensors |= {f"best.{name}": value for name, value in self.best.items()}
        for name, value in self.parameters.items():
            for kind, moment in self.optimiser.state.get(value, {}).items():
                tensors[f"{kind}.{name}"] = torch.as_tensor(moment)
        notes = {"step": self.step, "curves": self.curves, "best_score": self.best_score}
        return tensors, notes

    @torch.no_grad()
    def load(self, tensors: Mapping[str, Tensor], notes: Mapping[str, Any]) -> None:
        """Take what `state` gave."""
        for name, value in self.parameters.items():
            value.copy_(tensors[f"now.{name}"])
            moments = {
                kind: tensors[f"{kind}.{name}"]
                for kind in ("step", "exp_avg", "exp_avg_sq")
                if f"{kind}.{name}" in tensors
            }
            self.optimiser.state[value] = {
                kind: moment.clone() if kind == "step" else moment.to(value).clone()
                for kind, moment in moments.items()
            }
        self.best = {
            name: tensors[f"best.{name}"].to(value)
            for name, value in self.parameters.items()
            if f"best.{name}" in tensors
        }
        self.step, self.best_score = int(notes["step"]), float(notes["best_score"])
        self.curves = {name: list(values) for name, values in notes["curves"].items()}

    def _remember(self, score: float) -> None:
        if score < self.best_score:
            self.best_score = score
            self.best = {name: value.detach().clone() for name, value in self.parameters.items()}


def descend(
    descent: Descent,
    terms: Callable[[int], Terms],
    *,
    steps: int,
    rate: Callable[[int], float] | None = None,
    score: Callable[[Mapping[str, float]], float] | None = None,
    after: Callable[[], None] = lambda: None,
    keeping: Keeping | None = None,
    stop: Callable[[], bool] = lambda: False,
    title: str = "",
    ctx: JobContext = NOBODY,
) -> bool:
    """Go down until `steps` steps were made.

    Args:
        descent: where it is; what was kept of it is taken up first.
        terms: of the step with this number, with gradients to the parameters.
        steps: in all.
        rate: the learning rate of a step; None leaves the optimiser's.
        score: of a step's terms, the lower the better; None remembers no best.
        after: called after each step.
        keeping: where half-done work is kept.
        stop: says whether to end here and take what there is.
        title: for people, before what the step found.
        ctx: progress and cancel.

    Returns:
        Whether all steps were made.

    Raises:
        Cancelled: when asked to stop; the work so far was kept first.
    """
    _take_up(descent, keeping)
    clock = _Clock(descent.step)
    while descent.step < steps and not stop():
        try:
            ctx.check()
        except Cancelled:
            _keep(descent, keeping)
            raise
        if rate is not None:
            for group in descent.optimiser.param_groups:
                group["lr"] = rate(descent.step)
        descent.once(terms(descent.step), score)
        after()
        if keeping is not None and descent.step % keeping.every == 0:
            _keep(descent, keeping)
        ctx.progress(descent.step / steps, clock.message(descent, steps, title))
    _keep(descent, keeping)
    return descent.step >= steps


def optimiser_of(
    parameters: Mapping[str, Tensor], *, rate: float, decay: float = 0.0, kind: str = "adam"
) -> torch.optim.Optimizer:
    """Adam or AdamW of some leaves, with torch's usual moments.

    Args:
        parameters: by name.
        rate: learning rate.
        decay: with "adam" a term in the gradient (L2), with "adamw" apart from it.
        kind: "adam" or "adamw".
    """
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    if kind not in kinds or not parameters:
        raise BugError(f"no optimiser {kind!r} for {len(parameters)} parameters")
    return kinds[kind](list(parameters.values()), lr=rate, weight_decay=decay)


def rate_at(step: int, steps: int, highest: float, *, rise: float, fall: float) -> float:
    """The learning rate: up along a line, later down along a cosine.

    Args:
        step: from 0.
        steps: in all.
        highest: between both.
        rise: share of the steps.
        fall: share of the steps.
    """
    at = step / max(1, steps)
    down = min(1.0, (1 - at) / fall) if fall > 0 else 1.0
    up = min(1.0, (at + 1 / max(1, steps)) / rise) if rise > 0 else 1.0
    return highest * up * (0.5 - 0.5 * math.cos(math.pi * down))


def time_left(seconds: float) -> str:
    """For people: "40 s", "3 min"."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


class _Clock:
    """How long the steps that are left will take."""

    def __init__(self, first: int) -> None:
        self._first, self._start = first, time.monotonic()

    def message(self, descent: Descent, steps: int, title: str) -> str:
        each = (time.monotonic() - self._start) / (descent.step - self._first)
        terms = [f"{name} {values[-1]:.4f}" for name, values in descent.curves.items()]
        left = f"{time_left(each * (steps - descent.step))} left"
        return ", ".join([f"{title} step {descent.step} of {steps}".strip(), *terms, left])


def _take_up(descent: Descent, keeping: Keeping | None) -> None:
    found = None if keeping is None else keeping.cache.get(keeping.key)
    if keeping is not None and found is not None:
        descent.load(*found)
        keeping.restore(found[0])


def _keep(descent: Descent, keeping: Keeping | None) -> None:
    if keeping is not None:
        tensors, notes = descent.state()
        keeping.cache.put(keeping.key, {**tensors, **keeping.more()}, notes)
