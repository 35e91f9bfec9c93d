"""All tools, as one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.imaging.types import STROKE_BACKGROUND, STROKE_FOREGROUND, STROKE_UNKNOWN
from matteapp.canvas.strokes import ERASE, REFINE, RESTORE
from matteapp.tools.box import Box
from matteapp.tools.brush import Brush, BrushOptions
from matteapp.tools.eyedropper import Eyedropper
from matteapp.tools.fill import Fill
from matteapp.tools.hand import Hand
from matteapp.tools.lasso import Lasso
from matteapp.tools.options import HARDNESS, SIZE
from matteapp.tools.person import Person
from matteapp.tools.quick import QuickSelect
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
        options: what the bar above the canvas offers for it, see `matteapp.tools.options`.
    """

    title: str
    icon: str
    key: str
    tip: str
    make: Callable[[BrushOptions], Tool]
    label: int | None = None
    options: tuple[str, ...] = ()


def _brush(
    title: str, icon: str, key: str, tip: str, label: int, options: tuple[str, ...] = (SIZE,)
) -> ToolSpec:
    return ToolSpec(title, icon, key, tip, lambda chosen: Brush(label, chosen), label, options)


TOOLS: dict[str, ToolSpec] = {
    "foreground": _brush(
        "Foreground brush",
        "plus-circle",
        "1",
        "Paint what belongs to the subject; Alt paints background, Shift a straight line.",
        STROKE_FOREGROUND,
        (SIZE, HARDNESS),
    ),
    "background": _brush(
        "Background brush",
        "minus-circle",
        "2",
        "Paint what does not belong to the subject; Alt paints foreground.",
        STROKE_BACKGROUND,
        (SIZE, HARDNESS),
    ),
    "unknown": _brush(
        "Unknown brush",
        "question",
        "3",
        "Paint hair and soft edges, for the method to solve; Alt erases.",
        STROKE_UNKNOWN,
    ),
    "quick": ToolSpec(
        "Quick select",
        "magic-wand",
        "Q",
        "Sweep over what belongs to the subject: it grows up to the edges; Alt takes away.",
        QuickSelect,
        STROKE_FOREGROUND,
        (SIZE, "reach", "likeness"),
    ),
    "refine": _brush(
        "Refine edge",
        "wind",
        "E",
        "Sweep along hair: it is solved there, but for what you painted; Alt restores.",
        REFINE,
    ),
    "restore": _brush(
        "Restore",
        "clock-counter-clockwise",
        "R",
        "Take strokes away and have the automatic matte there again; Alt refines.",
        RESTORE,
    ),
    "eraser": _brush("Eraser", "eraser", "D", "Take strokes away; Alt paints unknown.", ERASE),
    "lasso": ToolSpec(
        "Lasso",
        "path",
        "L",
        "Draw around an area, or click from corner to corner and end with a double click.",
        Lasso,
        options=("label",),
    ),
    "fill": ToolSpec(
        "Fill",
        "paint-bucket",
        "G",
        "Fill an area of like colours, or one that strokes enclose; Alt fills the opposite.",
        Fill,
        options=("label", "fills", "tolerance"),
    ),
    "eyedropper": ToolSpec(
        "Eyedropper",
        "eyedropper",
        "I",
        "Take a colour of the photograph for the background, or as one that was spilled.",
        Eyedropper,
        options=("target", "sample"),
    ),
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
    "hand": ToolSpec(
        "Hand",
        "hand",
        "H",
        "Move the photograph; with Shift the picture behind the subject.",
        lambda _: Hand(),
    ),
    "zoom": ToolSpec(
        "Zoom", "magnifying-glass-plus", "Z", "Click to zoom in, with Alt out.", lambda _: Zoom()
    ),
}
"""Every tool by its name. `LAST_BRUSH_KEY` goes back to the brush that was used last."""

BRUSHES = ("foreground", "background", "unknown")
LABELS = {name: TOOLS[name].label for name in (*BRUSHES, "eraser")}
"""What an area is filled with after one of these brushes was used."""
LAST_BRUSH_KEY = "B"
