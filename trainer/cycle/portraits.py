"""Photographs of a cycle become portraits with mattes by the StyleMatte there is."""

from __future__ import annotations

from engine.errors import UserError
from trainer.cycle.photographs import photographs_of
from trainer.cycle.surroundings import weights_in
from trainer.cycle.work import MATTING, Facts, Work
from trainer.prepare.domains import domain_named
from trainer.prepare.finders import open_finder
from trainer.prepare.mattes import Matter
from trainer.prepare.report import REPORT
from trainer.prepare.rgba import Order, prepare_rgba
from trainer.prepare.verdicts import Rules

PORTRAITS = "portraits"
"""Their folder, layout `rgba`."""


def cut_portraits(work: Work) -> Facts:
    """Make the mattes that are not there yet, and keep those that agree with the segmenter.

    Raises:
        UserError: if too few agree, or photographs or a network are missing.
        Cancelled: when asked to stop.
    """
    asked = work.config.portraits
    finder = open_finder(
        domain_named(asked.domain),
        segmenter=asked.segmenter,
        annotations=asked.annotations,
        compute=work.compute,
    )
    order = Order(
        photographs_of(work),
        finder,
        Matter(work.before.weights_name(MATTING), work.compute),
        Rules(asked.epsilon, asked.threshold, asked.covered),
        choices=asked.model_dump(mode="json", exclude={"least"}),
    )
    out = work.folder / PORTRAITS
    with weights_in(work.before.weights):
        order.matter.prepare()
        report = prepare_rgba(order, out, told=work.told, ctx=work.ctx)
    if report.kept < asked.least:
        raise UserError(
            f"Only {report.kept} of {report.pictures} photographs become portraits with mattes.",
            remedy="It says why of each of the others; maybe StyleMatte must learn longer.",
            path=out / REPORT,
        )
    return {"photographs": report.pictures, "kept": report.kept, "dropped": report.counts}
