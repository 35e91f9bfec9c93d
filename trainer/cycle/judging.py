"""How good StyleMatte is after a round, and what the round's pictures look like."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.errors import UserError
from engine.imaging.atomic import make_folder, replace_atomically
from engine.imaging.types import to_float
from engine.imaging.write import write_picture
from engine.models.loaded import LoadedNetwork, load_network
from trainer.cycle.generator import FIRST, SECOND, SYNTHETIC
from trainer.cycle.photographs import judged_on
from trainer.cycle.portraits import PORTRAITS
from trainer.cycle.report import METRICS, tables_of
from trainer.cycle.surroundings import weights_in
from trainer.cycle.work import MATTING, Facts, Work
from trainer.data.layouts.opening import open_photographs
from trainer.data.sample import Photograph, Photographs
from trainer.evaluation.guidance import kind_named
from trainer.evaluation.networks import evaluate_network, scaled_down
from trainer.logs import PICTURES
from trainer.validation.sheet import picture_sheet

PROFILE = "p3m"
EVALUATION = "evaluation"
"""The step's name, and the start of the names of files with the errors of each photograph."""
MADE = (PORTRAITS, FIRST, SECOND, SYNTHETIC)
"""The steps of a round of which the figures say something too."""
COLUMNS = 4
"""Of pictures with their mattes on a sheet."""
ROWS = 4


def judge(work: Work) -> Facts:
    """Judge StyleMatte as it is after the round; write figures, tables and pictures.

    Raises:
        UserError: if photographs are missing, or none of a set can be scored.
        Cancelled: when asked to stop.
    """
    make_folder(work.folder / PICTURES)
    with weights_in(work.weights):
        network = load_network(work.weights_name(MATTING), compute=work.compute)
    sets = {name: _judged(work, network, name) for name in work.config.evaluation.sets}
    for name, layout in {PORTRAITS: "rgba", SYNTHETIC: "generated"}.items():
        if work.number:
            _show_pairs(work, name, open_photographs(layout, root=work.folder / name))
    made = {name: work.facts(name) for name in MADE} if work.number else {}
    facts = {"title": work.title, "sets": sets, "made": made}
    earlier = [work.at(number).facts(EVALUATION) for number in range(work.number)]
    _write_metrics((work.folder, work.out), [*earlier, facts])
    return facts


def _judged(work: Work, network: LoadedNetwork, name: str) -> Facts:
    """Means of a set; the errors of each photograph and a sheet are files."""
    asked, photographs = work.config.evaluation, judged_on(work, name)

    def told(done: int, wanted: int) -> None:
        work.ctx.check()
        work.told(done, wanted)

    found = evaluate_network(
        network,
        photographs,
        kind_named("trimap"),  # a network that looks alone is given none
        subject=f"{network.name} of {work.title} on {name}",
        profile=PROFILE,
        long_side=asked.long_side,
        limit=asked.count or None,
        progress=told,
    )
    file = _file_name(name)
    found.write(work.folder / f"{EVALUATION}-{file}.json")
    if not found.scores:
        raise UserError(
            f"No photograph of {name} can be scored: {found.failures[0].problem}",
            path=work.folder,
        )
    shown = (
        scaled_down(photographs.photograph(index), asked.long_side)
        for index in range(min(asked.shown, len(photographs)))
    )
    rows: list[list[NDArray[Any]]] = [
        [one.image, network.run(to_float(one.image)), one.alpha] for one in shown
    ]
    _write_sheet(work, f"mattes-{file}", rows)
    return {"count": len(found.scores), "failed": len(found.failures), "mean": found.mean()}


def _show_pairs(work: Work, name: str, photographs: Photographs) -> None:
    """A sheet of the first pictures, each with its matte beside it."""
    count = min(len(photographs), COLUMNS * ROWS)
    columns = min(COLUMNS, count)
    pairs = (photographs.photograph(index) for index in range(count // columns * columns))
    _write_sheet(work, name, list(_rows_of(pairs, columns)))


def _rows_of(pairs: Iterator[Photograph], columns: int) -> Iterator[list[NDArray[Any]]]:
    while row := list(islice(pairs, columns)):
        yield [picture for one in row for picture in (one.image, one.alpha)]


def _write_sheet(work: Work, name: str, rows: Sequence[Sequence[NDArray[Any]]]) -> None:
    write_picture(work.folder / PICTURES / f"{name}.png", picture_sheet(rows))


def _write_metrics(folders: Sequence[Path], rounds: Sequence[Facts]) -> None:
    """Figures and tables of all rounds so far, into each of some folders."""
    text = json.dumps({"profile": PROFILE, "rounds": rounds}, indent=1, ensure_ascii=False)
    for folder in folders:
        for ending, content in (("json", text + "\n"), ("md", tables_of(rounds))):
            with replace_atomically(folder / f"{METRICS}.{ending}") as temporary:
                temporary.write_text(content, encoding="utf-8")


def _file_name(name: str) -> str:
    return "".join(each if each.isalnum() or each in "-_." else "-" for each in name)
