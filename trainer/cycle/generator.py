"""StyleMatteGAN in a cycle: it learns from the photographs' mattes, and makes synthetic pairs."""

from __future__ import annotations

import json
from pathlib import Path

from engine.errors import UserError
from engine.imaging.atomic import replace_atomically
from trainer.cycle.config import GENERATOR_RECIPE, Training, as_sets
from trainer.cycle.portraits import PORTRAITS
from trainer.cycle.surroundings import weights_in
from trainer.cycle.training import trained
from trainer.cycle.work import GENERATOR, Facts, Work
from trainer.data.roots import TABLE
from trainer.export import export_run
from trainer.generate.stylemattegan import Order, generate_with_mattes

FIRST, SECOND = "stylemattegan-first", "stylemattegan-second"
"""Folders of the trainings, and the steps' names."""
SYNTHETIC = "synthetic"
"""The data set that a round makes, and its folder."""
DATA = "data.toml"
"""A round's list of data sets."""


def train_first(work: Work) -> Facts:
    """Against D4; from the second round on with the generator of the round before, if it may.

    Raises:
        UserError: as `trained`.
        Cancelled: if a signal stopped it.
    """
    asked, later = work.config.generator, work.number > 1
    start = work.before.weights_file(GENERATOR) if later and asked.goes_on else None
    return _trained(work, FIRST, asked.first, start, as_sets(asked.later) if later else [])


def train_second(work: Work) -> Facts:
    """Against D3 and D4, from the weights of the first, if it is wanted.

    Raises:
        UserError: as `trained`.
        Cancelled: if a signal stopped it.
    """
    wanted = work.config.generator.second
    return {} if wanted is None else _trained(work, SECOND, wanted, work.folder / FIRST, [])


def hand_out(work: Work) -> Facts:
    """List the weights of generator and discriminator.

    Raises:
        UserError: if there are none.
    """
    last = FIRST if work.config.generator.second is None else SECOND
    row = export_run(work.folder / last, folder=work.weights)[0]
    return {"name": row.model, "file": row.file}


def draw_pairs(work: Work) -> Facts:
    """Make the round's synthetic portraits with mattes, and list them as a data set.

    Raises:
        UserError: if none has a matte, or the folder can't be written to.
        Cancelled: when asked to stop.
    """
    asked, out = work.config.synthetic, work.folder / SYNTHETIC
    order = Order(
        count=asked.count,
        generator=work.weights_name(GENERATOR),
        psi=None if asked.psi == "schedule" else asked.psi,
        shift=asked.shift,
        degrees=asked.degrees,
        seed=work.config.seed + work.number,
        compute=work.compute,
    )
    with weights_in(work.weights):
        tally = generate_with_mattes(order, out, told=work.told, ctx=work.ctx)
    samples = tally.there + tally.made
    if not samples:
        raise UserError(
            f"None of {asked.count} portraits has a matte that covers something, but not all.",
            remedy="Let the generator learn longer.",
            path=out,
        )
    _list_data(work.folder / DATA)
    return {"samples": samples, "left_out": tally.left_out}


def _trained(
    work: Work, name: str, training: Training, start: Path | None, changed: list[str]
) -> Facts:
    stage = "second" if name == SECOND else "first"
    folder = json.dumps(str(work.folder / PORTRAITS))
    implied = [f"stage={stage}", "data.source=rgba", f"data.folder={folder}"]
    return trained(
        GENERATOR_RECIPE,
        training,
        out=work.folder / name,
        start=start,
        device=work.device,
        sets=[*changed, *implied],
    )


def _list_data(path: Path) -> None:
    row = f'{SYNTHETIC} = {{ path = "{SYNTHETIC}", layout = "generated" }}'
    with replace_atomically(path) as temporary:
        temporary.write_text(f"[{TABLE}]\n{row}\n", encoding="utf-8")
