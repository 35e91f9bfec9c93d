"""Whether a picture with its matte will do: one subject, and a matte that agrees with a segmenter.

Source: paper 000, section 4.1, equation 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.errors import BugError
from engine.guidance.people import mask_of
from engine.imaging.types import Alpha, Image
from engine.jobs.context import NOBODY, JobContext
from trainer.prepare.finders import Finder
from trainer.prepare.mattes import CannotBeSolved, Matter

REASONS = {
    "unreadable": "the file can't be read",
    "nobody": "no subject is found",
    "several": "there is more than one subject",
    "unsolvable": "no trimap can be drawn for the method",
    "disagrees": "matte and segmenter disagree (equation 4)",
    "uncovered": "the matte covers nearly nothing, or nearly all",
}
"""Why pictures are dropped, in the order in which it is looked."""


@dataclass(frozen=True)
class Rules:
    """What will do.

    Attributes:
        epsilon: alpha above which a pixel is the subject's, ε of equation 4.
        threshold: the mean difference of matte and mask must be less, t of equation 4.
        covered: shares of the picture between which the matte's subject must cover. Not the
            paper's: of a small subject, an empty matte would agree with any mask.
    """

    epsilon: float = 0.1
    threshold: float = 0.1
    covered: tuple[float, float] = (0.02, 0.98)


@dataclass(frozen=True, eq=False)
class Verdict:
    """What became of a picture.

    Attributes:
        reason: a key of `REASONS`; empty if it will do.
        alpha: its matte, if it will do.
        detail: more about the reason, for people.
        figures: what was measured.
    """

    reason: str = ""
    alpha: Alpha | None = None
    detail: str = ""
    figures: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.alpha is None) != bool(self.reason) or self.reason not in {"", *REASONS}:
            raise BugError(f"a picture is kept with a matte or dropped, not {self.reason!r}")


def verdict(
    image: Image,
    path: Path,
    *,
    finder: Finder,
    matter: Matter,
    rules: Rules = Rules(),
    ctx: JobContext = NOBODY,
) -> Verdict:
    """Look at a picture; the matte is made only of those with one subject.

    Args:
        image: the picture.
        path: its file.
        finder: finds its subjects, and is the segmenter of equation 4.
        matter: makes its matte.
        rules: what will do.
        ctx: progress and cancel.

    Raises:
        UserError: if a network is missing or overflows.
        Cancelled: when asked to stop.
    """
    found = finder.find(image, path)
    if found is None:
        return Verdict("nobody")
    figures: dict[str, float] = {"subjects": found.count}
    if found.count > 1:
        return Verdict("several", figures=figures)
    try:
        alpha = matter.matte(image, found.subjects, ctx=ctx)
    except CannotBeSolved as error:
        return Verdict("unsolvable", detail=error.problem, figures=figures)
    mask = mask_of(found.subjects, image.size)
    figures["disagreement"] = round(disagreement(alpha, mask, epsilon=rules.epsilon), 6)
    figures["covered"] = round(float((alpha > rules.epsilon).mean()), 6)
    reason = _reason(figures, rules)
    return Verdict(reason, None if reason else alpha, figures=figures)


def disagreement(alpha: Alpha, mask: Alpha, *, epsilon: float) -> float:
    """The left side of equation 4: mean |(α > ε) − s| over all pixels.

    Args:
        alpha: H×W in [0, 1].
        mask: the segmenter's, H×W of 0 and 1.
        epsilon: ε.
    """
    return float(np.abs((alpha > epsilon) - mask).mean(dtype=np.float64))


def _reason(figures: dict[str, float], rules: Rules) -> str:
    low, high = rules.covered
    if figures["disagreement"] >= rules.threshold:
        return "disagrees"
    return "" if low < figures["covered"] < high else "uncovered"
