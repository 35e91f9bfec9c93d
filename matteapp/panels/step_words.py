"""What the engine says about a step of gradient descent, taken apart for the panel."""

from __future__ import annotations

import re
from dataclasses import dataclass

from matteapp.language import _

_STEP = re.compile(r"(?P<what>.*?):? ?step (?P<step>\d+) of (?P<steps>\d+)")
_TOTAL = re.compile(r"\btotal (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)")
_STAGES = {"Finding": "Finding the face", "Finding noise": "Finding its detail"}
"""Stages of the engine's inversion, as people read them."""
_LEFT = re.compile(r", ([^,]+) left$")


@dataclass(frozen=True)
class StepWords:
    """One message.

    Attributes:
        what: the stage, as the engine calls it.
        step: number of the step, from 1.
        steps: in all.
        total: the objective there, None if it isn't said.
        left: time left, for people.
    """

    what: str
    step: int
    steps: int
    total: float | None
    left: str

    def __str__(self) -> str:
        left = " · " + _("{time} left").format(time=self.left) if self.left else ""
        what = f"{_(_STAGES.get(self.what, self.what))}: " if self.what else ""
        step = _("step {step} of {steps}").format(step=self.step, steps=self.steps)
        return f"{what}{step}{left}"


def short(message: str) -> str:
    """A message without the terms of the objective, which fit nowhere."""
    words = step_words(message)
    return message if words is None else str(words)


def step_words(message: str) -> StepWords | None:
    """A message taken apart; None if it speaks of no step."""
    found = _STEP.match(message)
    if found is None:
        return None
    total, left = _TOTAL.search(message), _LEFT.search(message)
    return StepWords(
        what=found["what"].strip(),
        step=int(found["step"]),
        steps=int(found["steps"]),
        total=None if total is None else float(total[1]),
        left="" if left is None else left[1],
    )
