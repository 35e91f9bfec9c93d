"""`matte-train generate`: training data that generative models make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trainer.commands.options import Device

if TYPE_CHECKING:
    from trainer.generate.numbered import Tally

generate = typer.Typer(
    name="generate",
    help="Make training data with generative models.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Count = Annotated[int, typer.Option("--count", "-n", min=1, help="Portraits in all.")]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="The data set's folder.")]
Network = Annotated[str, typer.Option("--generator", metavar="NAME", help="Weights of StyleGAN2.")]
References = Annotated[
    str,
    typer.Option(
        "--references",
        metavar="A,B,C",
        help="Matting models: each portrait is enhanced for one of them, and has its matte.",
    ),
]
Trimap = Annotated[str, typer.Option("--trimap", metavar="NAME", help="Weights of the trimaps'.")]
Critic = Annotated[
    str,
    typer.Option(
        "--discriminator", metavar="NAME", help="Default: the generator's, NAME_discriminator."
    ),
]
Backgrounds = Annotated[
    Path | None,
    typer.Option(
        "--backgrounds", metavar="DIR", help="Photographs to compose over. Default: made."
    ),
]
Psi = Annotated[
    float,
    typer.Option("--psi", min=0.0, max=1.0, help="Truncation: 0 the mean face, 1 all variety."),
]
Steps = Annotated[int | None, typer.Option("--steps", min=1, help="Of each enhancement.")]
Configuration = Annotated[
    str, typer.Option("--config", "-c", metavar="NAME", help="default, or paper (as published).")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Another one, other portraits.")]
Part = Annotated[
    str,
    typer.Option("--shard", metavar="I/N", help="This process makes part I of N, from 1 on."),
]
Trust = Annotated[
    bool, typer.Option("--trust", help="A TorchScript model may run: it's a program.")
]

Folder = Annotated[Path, typer.Argument(metavar="OUT", help="The data set's folder.")]
WithMatte = Annotated[
    str, typer.Option("--generator", metavar="NAME", help="Weights of a StyleGAN3 with mattes.")
]
Truncation = Annotated[
    float | None,
    typer.Option("--psi", min=-1.0, max=1.0, help="Truncation: 0 the mean face. Default: 1."),
]
Scheduled = Annotated[
    bool, typer.Option("--schedule", help="Truncation from 0 in steps of 0.1, either sign; then 1.")
]
Shift = Annotated[
    float, typer.Option("--shift", min=0.0, max=1.0, help="Move by up to this, of the side.")
]
Degrees = Annotated[
    float, typer.Option("--degrees", min=0.0, max=360.0, help="Turn by up to this.")
]


@generate.callback()
def about() -> None:
    """Make training data with generative models."""


@generate.command("portraits")
def portraits(
    count: Count,
    out: Out,
    generator: Network = "portrait_small",
    references: References = "prn_small",
    trimap: Trimap = "trimap_small",
    discriminator: Critic = "",
    backgrounds: Backgrounds = None,
    psi: Psi = 0.7,
    steps: Steps = None,
    config: Configuration = "default",
    seed: Seed = 0,
    shard: Part = "1/1",
    trust: Trust = False,
    device: Device = "auto",
) -> None:
    """Draw portraits that nobody took, with mattes: a data set to train on.

    Each is enhanced for a matting model, without the terms that would hold an original; the set
    has the portrait as it was drawn, with the matte of the enhanced one. Goes on where it was
    stopped. Several processes may share the work: --shard 1/4, 2/4, … into the same folder.
    """
    from dataclasses import replace

    from rich.progress import Progress

    from engine.device import Compute
    from engine.enhance.settings import CONFIGURATIONS, ModelChoice
    from engine.errors import UserError
    from trainer.generate.numbered import Shard
    from trainer.generate.portraits import Order, generate_portraits

    if config not in CONFIGURATIONS:
        known = ", ".join(CONFIGURATIONS)
        raise UserError(f"There is no configuration {config!r}.", remedy=f"Known: {known}.")
    settings = CONFIGURATIONS[config]
    order = Order(
        count=count,
        references=tuple(name.strip() for name in references.split(",") if name.strip()),
        models=ModelChoice(
            generator=generator,
            discriminator=discriminator,
            trimap=trimap,
            backgrounds=backgrounds,
            trusted=trust,
        ),
        settings=settings if steps is None else replace(settings, steps=steps),
        psi=psi,
        seed=seed,
        compute=Compute(device=device),
    )
    with Progress() as progress:
        task = progress.add_task("Generating portraits")
        tally = generate_portraits(
            order,
            out.expanduser(),
            shard=Shard.parse(shard),
            told=lambda done, wanted: progress.update(task, completed=done, total=wanted),
        )
    typer.echo(_told(tally))


@generate.command("stylemattegan")
def stylemattegan(
    out: Folder,
    count: Count,
    generator: WithMatte = "stylemattegan_small",
    psi: Truncation = None,
    schedule: Scheduled = False,
    shift: Shift = 0.05,
    degrees: Degrees = 10.0,
    seed: Seed = 0,
    shard: Part = "1/1",
    device: Device = "auto",
) -> None:
    """Draw portraits with their mattes, both by one generator: a data set to train on.

    Pictures with their mattes as fourth channel are in rgba/ too. Goes on where it was stopped.
    Several processes may share the work: --shard 1/4, 2/4, … into the same folder.
    """
    from rich.progress import Progress

    from engine.device import Compute
    from engine.errors import UserError
    from trainer.generate.numbered import Shard
    from trainer.generate.stylemattegan import Order, generate_with_mattes

    if schedule and psi is not None:
        raise UserError("--psi and --schedule say two things.", remedy="Leave one of them out.")
    order = Order(
        count=count,
        generator=generator,
        psi=None if schedule else (1.0 if psi is None else psi),
        shift=shift,
        degrees=degrees,
        seed=seed,
        compute=Compute(device=device),
    )
    with Progress() as progress:
        task = progress.add_task("Drawing portraits")
        tally = generate_with_mattes(
            order,
            out.expanduser(),
            shard=Shard.parse(shard),
            told=lambda done, wanted: progress.update(task, completed=done, total=wanted),
        )
    typer.echo(_told(tally))


def _told(tally: Tally) -> str:
    samples = tally.there + tally.made
    return f"{samples} samples ({tally.made} new), {tally.left_out} left out."
