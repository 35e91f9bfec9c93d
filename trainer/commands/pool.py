"""`matte-train pool`: make crops ahead of time, each with closed form's matte."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UserError

if TYPE_CHECKING:
    from trainer.data.pool.build import Pieces

Out = Annotated[Path, typer.Argument(metavar="OUT", help="Folder of the pool.")]
Shards = Annotated[int, typer.Option("--shards", min=1, help="Folders of 128 pieces to have.")]
People = Annotated[
    Path | None, typer.Option("--people", help="What `matte-train recompose` wrote.")
]
Backgrounds = Annotated[
    Path | None, typer.Option("--backgrounds", help="Folder with photographs without people.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Another one, other crops.")]
Validation = Annotated[
    bool, typer.Option("--validation", help="From the families kept for validation.")
]

Layers = Annotated[
    bool,
    typer.Option(
        "--layers", help="Foregrounds with their mattes, for mg_foreground, in place of crops."
    ),
]
Masks = Annotated[
    bool, typer.Option("--masks", help="Coarse masks of reduced photographs, for mask_small.")
]
Heads = Annotated[bool, typer.Option("--heads", help="Heads of made portraits, for stylegan2.")]
CROP_SIDE = 256
HEAD_SIDE = 128
MASK_SIDE = 160
"""Of crops that show the same piece of a photograph in fewer pixels."""


def pool(
    out: Out,
    shards: Shards = 64,
    people: People = None,
    backgrounds: Backgrounds = None,
    seed: Seed = 0,
    validation: Validation = False,
    layers: Layers = False,
    masks: Masks = False,
    heads: Heads = False,
) -> None:
    """Make crops ahead of time, each with the matte that closed form finds for it.

    With --layers it makes foregrounds with their mattes, which need no background; with --masks,
    coarse masks with what closed form and GrabCut make of them; with --heads, pictures of heads,
    which need neither people nor backgrounds.
    Goes on where it was stopped; a training may use what is there already.
    """
    from rich.progress import Progress

    from trainer.data.pool.build import FOR_MASKS, Shares, fill, sources
    from trainer.data.pool.heads import heads_of
    from trainer.data.pool.layers import layers_of
    from trainer.data.pool.masks import masks_of
    from trainer.data.pool.scenes import crops_of

    if layers + masks + heads > 1:
        raise UserError("A pool holds --layers, --masks or --heads.", remedy="Make two pools.")
    pieces: Pieces = layers_of if layers else masks_of if masks else heads_of if heads else crops_of
    drawn_from = sources(
        people=people,
        backgrounds=backgrounds,
        split="validation" if validation else "train",
        side=MASK_SIDE if masks else HEAD_SIDE if heads else CROP_SIDE,
        shares=FOR_MASKS if masks else Shares(),
    )
    with Progress() as progress:
        task = progress.add_task("Making shards")
        fill(
            out.expanduser(),
            shards,
            drawn_from,
            seed=seed,
            pieces=pieces,
            told=lambda done, wanted: progress.update(task, completed=done, total=wanted),
        )
