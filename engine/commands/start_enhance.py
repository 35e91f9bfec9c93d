"""From the options of `matte enhance` to its jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.commands.enhance_job import CUT_PRODUCTS, EnhanceJob
from engine.commands.errors import UsageError
from engine.commands.execute import Command, say
from engine.commands.inputs import Companion
from engine.commands.options import RunOptions
from engine.commands.plan import Task
from engine.device import Compute, choose_device
from engine.enhance.scenery import scenery_of
from engine.enhance.settings import EnhanceSettings, ModelChoice
from engine.errors import UserError
from engine.imaging.types import Rect
from engine.jobs.enhancing import advice, check_enhancing
from engine.jobs.needs import check_networks
from engine.settings import CutSettings, ForegroundSettings


def enhance_command(
    run: RunOptions,
    *,
    models: ModelChoice,
    settings: EnhanceSettings,
    cut: CutSettings,
    products: Sequence[str],
    box: Rect | None = None,
    mask: Companion | None = None,
    enhanced_colours: bool = False,
    compute: Compute = Compute(),
) -> Command:
    """The command that enhances; says where better weights are, if only our small ones are here.

    Raises:
        UsageError: for missing weights, an unknown method, or a folder without backgrounds.
        UserError: for a device that cannot be used.
    """
    if "cutout" not in products:
        cut = replace(cut, foreground=ForegroundSettings(amount=0.0))
    _check(models, settings, cut if {*CUT_PRODUCTS} & {*products} else None)
    if compute.device != "auto":
        choose_device(compute.device)
    told = advice(models)
    if told:
        say(f"Note: {told}\n")

    def make_job(task: Task) -> EnhanceJob:
        return EnhanceJob(
            task=task,
            delivery=run.delivery,
            resume=run.resume,
            models=models,
            settings=settings,
            cut=cut,
            box=box,
            mask=mask,
            enhanced_colours=enhanced_colours,
            compute=compute,
        )

    return Command(
        name="enhance",
        title="Enhancing",
        products=products,
        make_job=make_job,
        companions=(mask,),
        transparent=True,
    )


def folder_given(path: Path | None) -> Path | None:
    """The folder of `--backgrounds`.

    Raises:
        UsageError: if it is none.
    """
    folder = None if path is None else path.expanduser()
    if folder is not None and not folder.is_dir():
        raise UsageError("There is no such folder of backgrounds.", path=folder)
    return folder


def _check(models: ModelChoice, settings: EnhanceSettings, cut: CutSettings | None) -> None:
    try:
        check_enhancing(models, settings)
        if cut is not None:
            check_networks(cut)
        scenery_of(models.backgrounds)
    except UserError as error:
        raise UsageError(error.problem, remedy=error.remedy, path=error.path) from error
