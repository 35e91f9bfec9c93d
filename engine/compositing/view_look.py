"""How views are drawn: colours, strengths and the viewer's gain; never part of a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.compositing.views import PALETTES, VIEWS, Rgb8
from engine.imaging.types import STROKE_BACKGROUND


@dataclass(frozen=True)
class Grade:
    """The viewer's gain and gamma: v → (gain · v)^(1/gamma), clipped to [0, 1].

    Attributes:
        gain: above 0; more than 1 shows what is nearly black.
        gamma: above 0; less than 1 shows what is nearly white.
    """

    gain: float = 1.0
    gamma: float = 1.0

    @property
    def neutral(self) -> bool:
        """Whether it leaves everything as it is."""
        return self == Grade()


@dataclass(frozen=True)
class Look:
    """What people choose about the views.

    Attributes:
        palette: a name of `PALETTES`.
        overlay: the colour of what the overlay covers; None takes the palette's colour of cutting.
        strengths: of views that have one, 0 to 1; the others have their row's own.
        grade: the viewer's gain and gamma.
    """

    palette: str = "standard"
    overlay: Rgb8 | None = None
    strengths: Mapping[str, float] = field(default_factory=dict)
    grade: Grade = field(default_factory=Grade)

    @property
    def overlay_colour(self) -> Rgb8:
        """The colour of what the overlay covers."""
        return PALETTES[self.palette][STROKE_BACKGROUND] if self.overlay is None else self.overlay

    def strength(self, view: str) -> float:
        """How strong a view's colour is; of views that have a strength."""
        spec = VIEWS[view].strength
        return self.strengths.get(view, 1.0 if spec is None else spec.default)
