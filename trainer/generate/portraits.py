"""New portraits with mattes for the layout `generated`: which ones there are, and who makes which.

A sample has colours estimated from the portrait with its matte, so that recipes that compose
subjects can read it too. Portrait number N of a seed is always the same one, so processes can share
the numbers out, and whoever is stopped goes on with those that are missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.device import Compute
from engine.enhance.generate import PSI, Generated, generate_portrait, open_for_generation
from engine.enhance.networks import Opened
from engine.enhance.settings import DEFAULT, EnhanceSettings, ModelChoice
from engine.errors import UserError
from engine.foreground.multilevel import multilevel
from engine.imaging.digital_source import GENERATED, marked
from engine.imaging.types import Alpha, Metadata, from_float
from engine.jobs.context import NOBODY, JobContext
from trainer.data.generated import GeneratedWriter, shard_manifest
from trainer.data.sample import Photograph, Pixels8

LEFT_OUT = "left_out"
"""Folder with a file for each number that gave no sample."""
FAMILY = "generated"
SUFFIX = ".png"
OPAQUE = 254.5 / 255
_SHARD = re.compile(r"(\d+)/(\d+)")


@dataclass(frozen=True)
class Shard:
    """One of several processes that share the numbers out.

    Attributes:
        number: from 1.
        count: of processes.
    """

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read "2/4".

        Raises:
            UserError: for anything else.
        """
        found = _SHARD.fullmatch(text.strip())
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise UserError(
                f"{text!r} is no part of the work.", remedy="Give for example 2/4, from 1 on."
            )
        return cls(int(found[1]), int(found[2]))

    def numbers(self, count: int) -> range:
        """Which of `count` numbers are this one's."""
        return range(self.number - 1, count, self.count)


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


@dataclass(frozen=True)
class Tally:
    """What became of this process's numbers.

    Attributes:
        there: samples that were made before.
        made: samples made now.
        left_out: numbers that gave no sample, now and before.
    """

    there: int
    made: int
    left_out: int


Told = Callable[[int, int], None]


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
    about = marked(Metadata(), GENERATED, path=Path(f"portrait{SUFFIX}")).metadata
    manifest = shard_manifest(shard.number, shard.count)
    writer = GeneratedWriter(out, manifest=manifest, metadata=about)
    mine = list(shard.numbers(order.count))
    there = [n for n in mine if order.name(n) in writer.names]
    refused = [n for n in mine if _left_out(out, order, n).exists()]
    missing = [n for n in mine if n not in {*there, *refused}]
    made = 0
    told(len(mine) - len(missing), len(mine))
    for done, (number, found) in enumerate(_made(order, missing, ctx), start=1):
        made += _kept(out, writer, order, number, found)
        told(len(mine) - len(missing) + done, len(mine))
    return Tally(len(there), made, len(mine) - len(there) - made)


def _made(order: Order, numbers: Sequence[int], ctx: JobContext) -> Iterator[tuple[int, Generated]]:
    """Portraits, each model's networks opened once."""
    opened: dict[str, Opened] = {}
    for number in numbers:
        ctx.check()
        seed, reference = order.drawn(number)
        models = replace(order.models, reference=reference)
        if reference not in opened:
            opened[reference] = open_for_generation(models, order.settings, compute=order.compute)
        yield (
            number,
            generate_portrait(
                seed,
                models=models,
                settings=replace(order.settings, seed=seed % 2**31),
                psi=order.psi,
                opened=opened[reference],
                compute=order.compute,
                ctx=ctx,
            ),
        )


def _kept(out: Path, writer: GeneratedWriter, order: Order, number: int, found: Generated) -> bool:
    """Write a sample, or why it is none; says whether it is one."""
    name = order.name(number)
    if found.problem:
        _write_left_out(_left_out(out, order, number), found)
        return False
    image = np.asarray(from_float(found.portrait, np.uint8), np.uint8)
    sample = Photograph(
        image, found.alpha, name, family=FAMILY, foreground=_colours(image, found.alpha)
    )
    writer.add(sample, made={"set_seed": order.seed, **found.report})
    return True


def _colours(image: Pixels8, alpha: Alpha) -> Pixels8:
    """The portrait's own where it is opaque in eight bits, else estimated."""
    found = from_float(multilevel(image, alpha)[0], np.uint8)
    return np.where(alpha[..., None] >= OPAQUE, image, np.asarray(found, np.uint8))


def _left_out(out: Path, order: Order, number: int) -> Path:
    return out / LEFT_OUT / f"{order.name(number)}.json"


def _write_left_out(path: Path, found: Generated) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"problem": found.problem, **found.report}), encoding="utf-8")
    except OSError as error:
        raise UserError(f"It can't be written to ({error.strerror}).", path=path) from error
