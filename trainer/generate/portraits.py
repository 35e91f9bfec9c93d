"""New portraits with mattes for the layout `generated`: which ones there are, and who makes which.

A sample has colours estimated from the portrait with its matte, so that recipes that compose
subjects can read it too. Portrait number N of a seed is always the same one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.device import Compute
from engine.enhance.generate import PSI, Generated, generate_portrait, open_for_generation
from engine.enhance.networks import Opened
from engine.enhance.settings import DEFAULT, EnhanceSettings, ModelChoice
from engine.errors import UserError
from engine.imaging.types import from_float
from engine.jobs.context import NOBODY, JobContext
from trainer.data.sample import Photograph
from trainer.generate.numbered import (
    LEFT_OUT,
    Numbered,
    Shard,
    Tally,
    Told,
    complete,
    drawn_set,
    own_colours,
)

__all__ = ["LEFT_OUT", "Order", "Shard", "Tally", "Told", "generate_portraits"]
FAMILY = "generated"


@dataclass(frozen=True)
class Order:
    """What to generate.

    Attributes:
        count: portraits of all processes together; those that give no sample count as well.
        references: matting models; each portrait is enhanced for one of them.
        models: the other networks.
        settings: how portraits are enhanced.
        psi: truncation.
        seed: of everything.
        compute: where networks run.
    """

    count: int
    references: tuple[str, ...] = ("prn_small",)
    models: ModelChoice = field(default_factory=ModelChoice)
    settings: EnhanceSettings = DEFAULT
    psi: float = PSI
    seed: int = 0
    compute: Compute = field(default_factory=Compute)

    def __post_init__(self) -> None:
        if not self.references:
            raise UserError("No matting model is named that portraits are enhanced for.")

    def name(self, number: int) -> str:
        """The stem of a portrait's files."""
        return f"{self.seed}-{number:06d}"

    def drawn(self, number: int) -> tuple[int, str]:
        """The seed of a portrait, and its reference model: all of them in turns, newly shuffled
        each time, so that parts of the work have all of them."""
        turn, place = divmod(number, len(self.references))
        order = np.random.default_rng((self.seed, turn, 1)).permutation(len(self.references))
        seed = int(np.random.default_rng((self.seed, number)).integers(2**62))
        return seed, self.references[int(order[place])]


def generate_portraits(
    order: Order,
    out: Path,
    *,
    shard: Shard = Shard(),
    told: Told = lambda done, wanted: None,
    ctx: JobContext = NOBODY,
) -> Tally:
    """Make the portraits of one process that are not there yet, and add them to a set.

    Args:
        order: what to make.
        out: folder of the set.
        shard: which of the numbers are this process's.
        told: called with how many of them are done, and how many there are.
        ctx: of each portrait, and cancel.

    Raises:
        UserError: if networks are missing, or the folder can't be written to.
        Cancelled: when asked to stop.
    """
    writer, _ = drawn_set(out, shard)
    return complete(
        out,
        shard.numbers(order.count),
        name=order.name,
        there=writer.names,
        made=lambda missing: _made(order, missing, ctx),
        add=lambda sample, made: writer.add(sample, made=made),
        told=told,
    )


def _made(order: Order, numbers: Sequence[int], ctx: JobContext) -> Iterator[tuple[int, Numbered]]:
    """Portraits, each model's networks opened once."""
    opened: dict[str, Opened] = {}
    for number in numbers:
        ctx.check()
        seed, reference = order.drawn(number)
        models = replace(order.models, reference=reference)
        if reference not in opened:
            opened[reference] = open_for_generation(models, order.settings, compute=order.compute)
        found = generate_portrait(
            seed,
            models=models,
            settings=replace(order.settings, seed=seed % 2**31),
            psi=order.psi,
            opened=opened[reference],
            compute=order.compute,
            ctx=ctx,
        )
        yield number, _numbered(order, number, found)


def _numbered(order: Order, number: int, found: Generated) -> Numbered:
    """A sample, or why it is none."""
    if found.problem:
        return Numbered(None, {"problem": found.problem, **found.report})
    image = np.asarray(from_float(found.portrait, np.uint8), np.uint8)
    sample = Photograph(
        image,
        found.alpha,
        order.name(number),
        family=FAMILY,
        foreground=own_colours(image, found.alpha),
    )
    return Numbered(sample, {"set_seed": order.seed, **found.report})
