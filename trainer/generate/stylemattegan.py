"""Portraits with mattes of a generator of both, for the layout `generated`.

Source: paper 000, section 4.2, and its sampling tool: portraits are moved and turned at random, and
truncation goes from 0 to 1. Beside the layout's own files each portrait is a picture with its matte
as fourth channel in rgba/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.device import Compute
from engine.enhance.generate import SOMEBODY
from engine.enhance.with_matte import Placement, draw_with_matte, open_with_matte
from engine.imaging.types import from_float
from engine.imaging.write import write_picture
from engine.jobs.context import NOBODY, JobContext
from trainer.data.sample import Photograph
from trainer.generate.numbered import Numbered, Shard, Tally, Told, complete, drawn_set, own_colours

FAMILY = "generated"
RGBA = "rgba"
SHIFT = 0.05
"""Farthest that a portrait is moved each way, of its side."""
DEGREES = 10.0
"""Farthest that it is turned."""
STEPS = 10
"""Of |ψ| from 0 to 1."""


@dataclass(frozen=True)
class Drawn:
    """What is random about a portrait.

    Attributes:
        seed: of z.
        psi: truncation.
        place: where it is drawn.
    """

    seed: int
    psi: float
    place: Placement


@dataclass(frozen=True)
class Order:
    """What to generate.

    Attributes:
        count: portraits of all processes together; those that give no sample count as well.
        generator: name of its weights.
        psi: truncation, -1 to 1; None goes through the schedule from the first number to the last:
            |ψ| is 0, 0.1, … 0.9 with either sign, and 1 in the end, for as many portraits each.
        shift: farthest that a portrait is moved each way, of its side.
        degrees: farthest that it is turned counterclockwise.
        seed: of everything.
        compute: where the network runs.
    """

    count: int
    generator: str = "stylemattegan_small"
    psi: float | None = 1.0
    shift: float = SHIFT
    degrees: float = DEGREES
    seed: int = 0
    compute: Compute = field(default_factory=Compute)

    def name(self, number: int) -> str:
        """The stem of a portrait's files."""
        return f"{self.seed}-{number:06d}"

    def drawn(self, number: int) -> Drawn:
        """What portrait `number` is."""
        rng = np.random.default_rng((self.seed, number))
        seed = int(rng.integers(2**62))
        down, right = rng.uniform(-self.shift, self.shift, 2)
        place = Placement((float(down), float(right)), float(rng.uniform(0, self.degrees)))
        sign = 1 if rng.random() < 0.5 else -1
        return Drawn(seed, self._scheduled(number, sign) if self.psi is None else self.psi, place)

    def _scheduled(self, number: int, sign: int) -> float:
        step = number * (STEPS + 1) // self.count
        return 1.0 if step >= STEPS else sign * step / STEPS


def generate_with_mattes(
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
        ctx: cancel.

    Raises:
        UserError: if the generator is missing, or the folder can't be written to.
        Cancelled: when asked to stop.
    """
    writer, about = drawn_set(out, shard)

    def add(sample: Photograph, made: Mapping[str, Any]) -> None:
        folder = out / RGBA
        folder.mkdir(exist_ok=True)
        file = folder / f"{sample.name}.png"
        write_picture(file, sample.image, alpha=sample.alpha, metadata=about)
        writer.add(sample, made=made)

    return complete(
        out,
        shard.numbers(order.count),
        name=order.name,
        there=writer.names,
        made=lambda missing: _made(order, missing, ctx),
        add=add,
        told=told,
    )


def _made(order: Order, numbers: Sequence[int], ctx: JobContext) -> Iterator[tuple[int, Numbered]]:
    if not numbers:
        return
    generator = open_with_matte(order.generator, compute=order.compute, ctx=ctx)
    for number in numbers:
        ctx.check()
        drawn = order.drawn(number)
        found, alpha = draw_with_matte(generator, drawn.seed, psi=drawn.psi, place=drawn.place)
        image = np.asarray(from_float(found, np.uint8), np.uint8)
        sample = Photograph(image, alpha, order.name(number), family=FAMILY)
        yield number, _numbered(order, drawn, sample)


def _numbered(order: Order, drawn: Drawn, sample: Photograph) -> Numbered:
    """A sample with its colours, or why it is none."""
    about = {
        "generator": order.generator,
        "set_seed": order.seed,
        "seed": drawn.seed,
        "psi": drawn.psi,
        "translation": drawn.place.translation,
        "degrees": drawn.place.degrees,
    }
    covered, (low, high) = float(sample.alpha.mean()), SOMEBODY
    if not low < covered < high:
        problem = f"the matte covers {covered:.1%} of the picture"
        return Numbered(None, {"problem": problem, **about})
    colours = own_colours(sample.image, sample.alpha)
    return Numbered(replace(sample, foreground=colours), about)
