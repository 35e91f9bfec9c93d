"""What tools can be set to besides size and hardness: one table, from which the top bar is built.

A row of `matteapp.tools.table.TOOLS` names the options it has; `matteapp.tooloptions` makes the
controls.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.imaging.types import STROKE_BACKGROUND, STROKE_FOREGROUND, STROKE_UNKNOWN
from matteapp.canvas.strokes import ERASE

OptionValue = int | str


@dataclass(frozen=True)
class Range:
    """A whole number between two others."""

    low: int
    high: int
    unit: str = ""
    step: int = 1


@dataclass(frozen=True)
class Pick:
    """One of some values: (value, title) each."""

    options: tuple[tuple[OptionValue, str], ...]


@dataclass(frozen=True)
class OptionSpec:
    """A row of the table.

    Attributes:
        title: what the bar calls it.
        kind: which values it can have.
        default: its value at the start.
        tip: what it does, in a sentence.
    """

    title: str
    kind: Range | Pick
    default: OptionValue
    tip: str


SIZE, HARDNESS = "size", "hardness"
"""Options that `BrushOptions` has as properties of its own."""

LABELS: tuple[tuple[OptionValue, str], ...] = (
    (STROKE_FOREGROUND, "Foreground"),
    (STROKE_BACKGROUND, "Background"),
    (STROKE_UNKNOWN, "Unknown"),
    (ERASE, "Nothing (erase)"),
)

OPTIONS: dict[str, OptionSpec] = {
    "label": OptionSpec(
        "Fill with",
        Pick(LABELS),
        STROKE_FOREGROUND,
        "What the area becomes; the brush that was used last chooses it, too.",
    ),
    "reach": OptionSpec(
        "Reach",
        Range(20, 400, " %", 10),
        150,
        "How far from the brush the stroke may grow over even ground, in brush sizes.",
    ),
    "likeness": OptionSpec(
        "Tolerance",
        Range(2, 40),
        8,
        "How much colours may differ from those under the brush.",
    ),
    "fills": OptionSpec(
        "Fill",
        Pick((("alike", "Like colours"), ("enclosed", "Enclosed area"))),
        "alike",
        "Fill what has the colour that was clicked on, or what strokes enclose.",
    ),
    "tolerance": OptionSpec(
        "Tolerance",
        Range(0, 100, " %"),
        10,
        "How much colours may differ from the one that was clicked on.",
    ),
    "sample": OptionSpec(
        "Sample",
        Pick(((1, "One pixel"), (3, "3 × 3"), (5, "5 × 5"), (11, "11 × 11"), (31, "31 × 31"))),
        5,
        "How many pixels the colour is the average of.",
    ),
    "target": OptionSpec(
        "Into",
        Pick(
            (
                ("background.colour", "Background"),
                ("background.colour_end", "Gradient's end"),
                ("foreground.despill_colour", "Spilled colour"),
            )
        ),
        "background.colour",
        "What the colour is for.",
    ),
}
"""Every option by its name."""
