"""All of a cycle: what comes before, and round after round of the same steps.

Source: paper 000, figure 2. Each step that is done leaves a mark; whoever is stopped anywhere goes
on with the step that has none, and that step with what it had made.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.imaging.atomic import make_folder
from trainer.cycle import generator, judging, matting, photographs, portraits
from trainer.cycle.config import Config
from trainer.cycle.processes import Processes, processes
from trainer.cycle.watching import Watching
from trainer.cycle.work import GENERATOR, MATTING, Facts, Step, Work
from trainer.logs import RUN, write_run
from trainer.network_start import say

BEFORE = (
    Step("photographs", "photographs", photographs.draw_photographs),
    Step(matting.RUN, "StyleMatte", matting.train_before, by_all=True),
    Step(MATTING, "its weights", matting.hand_out_before),
    Step(judging.EVALUATION, "evaluation", judging.judge),
)
ROUND = (
    Step(portraits.PORTRAITS, "mattes of the photographs", portraits.cut_portraits),
    Step(generator.FIRST, "StyleMatteGAN against D4", generator.train_first, by_all=True),
    Step(generator.SECOND, "StyleMatteGAN against both", generator.train_second, by_all=True),
    Step(GENERATOR, "its weights", generator.hand_out),
    Step(generator.SYNTHETIC, "synthetic portraits with mattes", generator.draw_pairs),
    Step(matting.RUN, "StyleMatte", matting.tune, by_all=True),
    Step(MATTING, "its weights", matting.hand_out),
    Step(judging.EVALUATION, "evaluation", judging.judge),
)
"""The steps of each round, in order."""
FREE = "rounds"
"""What of the config may change when a cycle goes on."""
Told = Callable[[str], None]


def run_cycle(config: Config, out: Path, *, device: str = "auto", told: Told = say) -> None:
    """Go through all rounds, from where it was stopped.

    Args:
        config: of the cycle.
        out: its folder; made if it is not there.
        device: one of `engine.device.DEVICES`.
        told: called with what is going on.

    Raises:
        UserError: if a step can't be done, or the folder has a cycle with another config.
        Cancelled: if a signal stopped it.
    """
    out = out.resolve()
    with processes(device=device) as those:
        if those.first:
            _begin(config, out)
        for number in range(config.rounds + 1):
            work = Work(config, out, number, device)
            for step in ROUND if number else BEFORE:
                if not those.agreed(work.is_done(step.name)):
                    _take(step, work, those, told)
        those.agreed(None)


def _take(step: Step, work: Work, those: Processes, told: Told) -> None:
    began = time.monotonic()
    told(f"{work.title}: {step.title}")
    facts = _done(step, work, those)
    if those.first and facts is not None:
        work.finish(step.name, {**facts, "seconds": round(time.monotonic() - began, 1)})


def _done(step: Step, work: Work, those: Processes) -> Facts | None:
    if step.by_all:
        make_folder(work.folder)
        return step.do(work)  # minds signals by itself
    if not those.first:
        return None
    make_folder(work.folder)
    with Watching(f"{work.title}: {step.title}") as ctx:
        return step.do(replace(work, ctx=ctx, told=ctx.told))


def _begin(config: Config, out: Path) -> None:
    """Make the folder, or see that it is the same cycle."""
    make_folder(out)
    now, file = config.model_dump(mode="json"), out / RUN
    if file.is_file():
        before = _config_in(file)
        other = sorted(key for key in now if key != FREE and before.get(key) != now[key])
        if other:
            raise UserError(
                f"The cycle in this folder was begun with another config: {', '.join(other)}.",
                remedy="Go on with the same one, or choose another folder.",
                path=out,
            )
    write_run(out, {"cycle": now})


def _config_in(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8"))["cycle"])
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            "This is no cycle's.", remedy="Choose another folder.", path=file
        ) from error
