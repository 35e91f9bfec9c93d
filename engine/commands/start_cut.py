"""From the options of `matte cut` to its jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.commands.choices import Background
from engine.commands.errors import UsageError
from engine.commands.execute import Command, say
from engine.commands.inputs import Companion
from engine.commands.jobs import CutJob
from engine.commands.options import RunOptions
from engine.commands.plan import Task
from engine.device import Compute, choose_device
from engine.errors import UserError
from engine.jobs.needs import check_networks, runs_networks
from engine.matting.methods import sees_alone
from engine.settings import CutSettings


@dataclass(frozen=True)
class Guidance:
    """What the user brings: a mask, or a trimap, or neither."""

    mask: Companion | None = None
    trimap: Companion | None = None

    def __bool__(self) -> bool:
        return self.mask is not None or self.trimap is not None


def one_guidance(
    mask: str | None, trimap: str | None, *, find: str = "", box: str | None = None
) -> Guidance:
    """The companions of `--mask` and `--trimap`.

    Raises:
        UsageError: if both are given or one is not there, or with them how to find a subject.
    """
    given = [
        name
        for name, value in (
            ("--mask", mask),
            ("--trimap", trimap),
            ("--find", find or None),
            ("--box", box),
        )
        if value is not None
    ]
    if len(given) > 1 and not {"--mask", "--trimap"}.isdisjoint(given):
        raise UsageError(f"{given[0]} and {given[1]} are both given.", remedy="Leave one out.")
    return Guidance(Companion.given(mask, "mask"), Companion.given(trimap, "trimap"))


def cut_command(
    run: RunOptions,
    settings: CutSettings,
    *,
    products: Sequence[str],
    guidance: Guidance,
    background: Background,
    compute: Compute,
) -> Command:
    """The command that cuts.

    Raises:
        UsageError: for an unknown method, missing weights, a mask or trimap to save where there is
            none, or a trimap to be proposed where one is given.
        UserError: for a device that cannot be used.
    """
    try:
        check_networks(settings)
    except UserError as error:
        raise UsageError(error.problem, remedy=error.remedy, path=error.path) from error
    if guidance.trimap is not None and settings.trimap.source == "network":
        raise UsageError("--trimap and --propose are both given.", remedy="Leave one of them out.")
    if guidance.trimap is not None and "mask" in products:
        raise UsageError(
            "A cut from a trimap has no mask to save.", remedy="Leave 'mask' out of --save."
        )
    if sees_alone(settings) and not {"mask", "trimap"}.isdisjoint(products):
        raise UsageError(
            f"{settings.method} makes the matte alone; there is no mask and no trimap to save.",
            remedy="Leave them out of --save, or say how to find the subject, such as --box.",
        )
    _check_device(compute, settings)

    def make_job(task: Task) -> CutJob:
        return CutJob(
            task=task,
            delivery=run.delivery,
            resume=run.resume,
            settings=settings,
            mask=guidance.mask,
            trimap=guidance.trimap,
            background=background,
            compute=compute,
        )

    return Command(
        name="cut",
        title="Cutting out",
        products=products,
        make_job=make_job,
        companions=(guidance.mask, guidance.trimap, background.images),
        transparent=background.settings.kind == "transparent",
    )


def _check_device(compute: Compute, settings: CutSettings) -> None:
    """A device that was asked for must be there, also while nothing runs on it."""
    if compute.device in ("auto", "cpu"):
        return
    choose_device(compute.device)
    if not runs_networks(settings):
        say(
            f"Note: the method {settings.method} runs on the processor; "
            f"--device {compute.device} is for networks."
        )
