"""All tools, as one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.imaging.types import STROKE_BACKGROUND, STROKE_FOREGROUND, STROKE_UNKNOWN
from matteapp.canvas.strokes import ERASE
from matteapp.tools.box import Box
from matteapp.tools.brush import Brush, BrushOptions
from matteapp.tools.hand import Hand
from matteapp.tools.person import Person
from matteapp.tools.tool import Tool
from matteapp.tools.zoom import Zoom


@dataclass(frozen=True)
class ToolSpec:
    """A row of the table.

    Attributes:
        title: its name for people.
        icon: its icon's name (Phosphor, see `matteapp.icons`).
        key: its key.
        tip: what it does, in a sentence.
        make: builds it; brushes share the options.
        label: the stroke label it paints, None if it paints none.
    """

    title: str
    icon: str
    key: str
    tip: str
    make: Callable[[BrushOptions], Tool]
    label: int | None = None


def _brush(title: str, icon: str, key: str, tip: str, label: int) -> ToolSpec:
    return ToolSpec(title, icon, key, tip, lambda options: Brush(label, options), label)


TOOLS: dict[str, ToolSpec] = {
    "foreground": _brush(
        "Foreground brush",
        "plus-circle",
        "1",
        "Paint what belongs to the subject; Alt paints background, Shift a straight line.",
        STROKE_FOREGROUND,
    ),
    "background": _brush(
        "Background brush",
        "minus-circle",
        "2",
        "Paint what does not belong to the subject; Alt paints foreground.",
        STROKE_BACKGROUND,
    ),
    "unknown": _brush(
        "Unknown brush",
        "question",
        "3",
        "Paint hair and soft edges, for the method to solve; Alt erases.",
        STROKE_UNKNOWN,
    ),
    "eraser": _brush("Eraser", "eraser", "D", "Take strokes away; Alt paints unknown.", ERASE),
    "box": ToolSpec(
        "Subject box", "selection-plus", "S", "Draw a box around the subject.", lambda _: Box()
    ),
    "person": ToolSpec(
        "Person",
        "user-focus",
        "W",
        "Click on a person to leave them out, or back in; draw a line where two touch.",
        lambda _: Person(),
    ),
    "hand": ToolSpec("Hand", "hand", "H", "Move the photograph.", lambda _: Hand()),
    "zoom": ToolSpec(
        "Zoom", "magnifying-glass-plus", "Z", "Click to zoom in, with Alt out.", lambda _: Zoom()
    ),
}
"""Every tool by its name. `LAST_BRUSH_KEY` goes back to the brush that was used last."""

BRUSHES = tuple(name for name, spec in TOOLS.items() if spec.label not in (None, ERASE))
LAST_BRUSH_KEY = "B"
