"""`matte composite`: cut-outs onto a new background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands import background_options as b
from engine.commands import options as o

if TYPE_CHECKING:
    from engine.commands.jobs import CompositeJob
    from engine.commands.plan import Task


@o.takes_run()
def composite(
    run: o.RunOptions,
    background: Annotated[str, b.BACKGROUND],
    alpha: Annotated[
        str | None,
        typer.Option(
            "--alpha",
            metavar="FILE|FOLDER",
            help="Alpha matte, if the pictures have no transparency of their own. A folder is "
            "matched by name.",
            rich_help_panel=o.GUIDANCE,
        ),
    ] = None,
    fit: b.Fit = "fill",
    zoom: b.Zoom = 100.0,
    move: b.Move = "0,0",
    rotate: b.Rotate = 0.0,
    flip: b.Flip = "none",
    linear_light: b.LinearLight = False,
    light_wrap: b.LightWrap = "0",
    match: b.Match = "0",
    shadow: b.Shadow = "none",
    shadow_colour: b.ShadowColour = "black",
) -> None:
    """Put cut-outs, or foregrounds with their alpha mattes, on a background.

    STEM.png, STEM_cutout.png and STEM_foreground.png give STEM_composite.png.
    """
    from engine.commands.background_choices import parse_harmony, placed
    from engine.commands.choices import parse_background
    from engine.commands.errors import UsageError
    from engine.commands.execute import Command, execute
    from engine.commands.inputs import Companion
    from engine.commands.jobs import CompositeJob

    under = parse_background(background, fit=fit, linear_light=linear_light)
    under = placed(under, zoom=zoom, move=move, rotate=rotate, flip=flip)
    harmony = parse_harmony(light_wrap, match, shadow, shadow_colour)
    if under.settings.kind == "transparent":
        raise UsageError("A composite needs a background that is not transparent.")
    mattes = Companion.given(alpha, "alpha")

    def make_job(task: Task) -> CompositeJob:
        return CompositeJob(
            task=task,
            delivery=run.delivery,
            resume=run.resume,
            alpha=mattes,
            background=under,
            harmony=harmony,
        )

    command = Command(
        "composite",
        "Compositing",
        ("composite",),
        make_job,
        (mattes, under.images),
        renames=True,
    )
    execute(command, run)
