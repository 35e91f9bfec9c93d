"""The options about what a subject is put on, which several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

BEHIND = "Background"

BACKGROUND = typer.Option(
    "--background",
    metavar="BACKGROUND",
    help="File, folder matched by name, colour ('#3a6ea5', 'teal'), 'transparent', 'blur', "
    "'blur:PERCENT', 'bokeh', 'bokeh:PERCENT:HIGHLIGHTS', or a gradient 'FROM:TO' or "
    "'FROM:TO:DEGREES'.",
    rich_help_panel=BEHIND,
)
Background = Annotated[str | None, BACKGROUND]
Fit = Annotated[
    str,
    typer.Option(
        "--fit",
        metavar="fill|fit",
        help="How a background image takes the frame.",
        rich_help_panel=BEHIND,
    ),
]
LinearLight = Annotated[
    bool,
    typer.Option(
        "--linear-light",
        help="Blend in linear light instead of on encoded values.",
        rich_help_panel=BEHIND,
    ),
]


Zoom = Annotated[
    float,
    typer.Option(
        "--zoom",
        min=1.0,
        max=10_000.0,
        metavar="PERCENT",
        help="Zoom of a background image on top of --fit.",
        rich_help_panel=BEHIND,
    ),
]
Move = Annotated[
    str,
    typer.Option(
        "--move",
        metavar="RIGHT,DOWN",
        help="Shift of a background image in percent of the frame's sides.",
        rich_help_panel=BEHIND,
    ),
]
Rotate = Annotated[
    float,
    typer.Option(
        "--rotate",
        min=-360.0,
        max=360.0,
        metavar="DEGREES",
        help="Turn a background image clockwise.",
        rich_help_panel=BEHIND,
    ),
]
Flip = Annotated[
    str,
    typer.Option(
        "--flip",
        metavar="none|across|down|both",
        help="Mirror a background image.",
        rich_help_panel=BEHIND,
    ),
]
LightWrap = Annotated[
    str,
    typer.Option(
        "--light-wrap",
        metavar="AMOUNT[:WIDTH]",
        help="How much of the background's light falls over the subject's edge, and how far in, in "
        "percent (of the short side).",
        rich_help_panel=BEHIND,
    ),
]
Match = Annotated[
    str,
    typer.Option(
        "--match",
        metavar="COLOURS[:LIGHT]",
        help="How far the subject's colours, and its brightness, go towards the background's, in "
        "percent.",
        rich_help_panel=BEHIND,
    ),
]
Shadow = Annotated[
    str,
    typer.Option(
        "--shadow",
        metavar="KIND[:ANGLE[:DISTANCE[:BLUR[:OPACITY]]]]",
        help="The subject's shadow: none, drop (as on a wall) or contact (on the ground); ANGLE is "
        "where it falls (0 right, 90 down), the rest in percent.",
        rich_help_panel=BEHIND,
    ),
]
ShadowColour = Annotated[
    str,
    typer.Option(
        "--shadow-colour",
        metavar="COLOUR",
        help="The shadow's colour.",
        rich_help_panel=BEHIND,
    ),
]
