"""What people can do when a step of the cut found nothing, or doubts what it found."""

from __future__ import annotations

from collections.abc import Callable

from engine.errors import UserError
from matteapp.errors_ui import ErrorDesk, MessageBar
from matteapp.guidance_edits import GuidanceEdits
from matteapp.language import _
from matteapp.session import Session
from matteapp.steps import MASK, StepSpec


class Remedies:
    """Reports what came of a step, with what helps.

    Args:
        draw_box: takes the tool that boxes are drawn with.
    """

    def __init__(
        self,
        session: Session,
        guidance: GuidanceEdits,
        *,
        bar: MessageBar,
        desk: ErrorDesk,
        draw_box: Callable[[], None],
    ) -> None:
        self._session = session
        self._guidance = guidance
        self._bar = bar
        self._desk = desk
        self._draw_box = draw_box

    def report(self, step: StepSpec, error: Exception) -> None:
        """A step has failed."""
        if self._has_just_begun() and isinstance(error, UserError):
            self._bar.say(f"{error.problem} {error.remedy}".strip())
        elif step is MASK and isinstance(error, UserError) and self._looked_in_box():
            run = self._guidance.cut_box_by_colour
            self._desk.report(error, action=_("Take what stands out in the box"), run=run)
        elif step is MASK and isinstance(error, UserError):
            self._desk.report(error, action=_("Draw a box"), run=self._draw_box)
        else:
            self._desk.report(error)

    def doubt(self, doubts: str) -> None:
        """A subject was found that may be another one than was meant."""
        self._bar.say(doubts, action=_("Draw a box"), run=self._draw_box)

    def _has_just_begun(self) -> bool:
        """Whether too little is painted yet, which is nothing wrong."""
        state = self._session.state
        return state is not None and state.settings.guidance.source == "strokes"

    def _looked_in_box(self) -> bool:
        state = self._session.state
        chosen = None if state is None else state.settings.guidance
        return chosen is not None and chosen.box is not None and chosen.source == "automatic"
