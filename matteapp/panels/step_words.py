"""What the engine says about a step of gradient descent, taken apart for the panel."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STEP = re.compile(r"(?P<what>.*?):? ?step (?P<step>\d+) of (?P<steps>\d+)")
_TOTAL = re.compile(r"\btotal (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)")
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
