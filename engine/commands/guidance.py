"""`matte mask` and `matte trimap`: the steps before the matte, each on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.commands import options as o

if TYPE_CHECKING:
    from engine.commands.jobs import MaskJob, TrimapJob
    from engine.commands.plan import Task

_COLOURS = ("quality", "scale", "colour_space", "strip_metadata")
"""Options of files in colour."""


@o.takes_run(without=_COLOURS)
def mask(
    run: o.RunOptions,
    find: o.Find = "",
    box: o.Box = None,
    device: o.Device = "auto",
    precision: o.Precision = "auto",
) -> None:
    """Find the people in photographs and save coarse masks (STEM_mask.png)."""
    from engine.commands.choices import parse_compute, parse_guidance
    from engine.commands.execute import Command, execute
    from engine.commands.jobs import MaskJob

    guidance, compute = parse_guidance(find, box), parse_compute(device, precision)

    def make_job(task: Task) -> MaskJob:
        return MaskJob(
            task=task, delivery=run.delivery, resume=run.resume, settings=guidance, compute=compute
        )

    execute(Command("mask", "Finding people", ("mask",), make_job), run)


@o.takes_run(without=("bits", *_COLOURS))
def trimap(
    run: o.RunOptions,
    mask_given: o.Mask = None,
    find: o.Find = "",
    box: o.Box = None,
    radius: o.Radius = None,
    smart: o.Smart = None,
    hair: o.Hair = False,
    propose: o.Propose = "",
) -> None:
    """Put the unknown band around masks and save trimaps (STEM_trimap.png)."""
    from engine.commands.choices import parse_guidance, parse_trimap
    from engine.commands.execute import Command, execute
    from engine.commands.jobs import TrimapJob
    from engine.commands.start_cut import one_guidance

    masks = one_guidance(mask_given, None, find=find, box=box).mask
    guidance = parse_guidance(find, box)
    settings = parse_trimap(propose, radius=radius, smart=smart, hair=hair)

    def make_job(task: Task) -> TrimapJob:
        return TrimapJob(
            task=task, resume=run.resume, settings=settings, guidance=guidance, mask=masks
        )

    execute(Command("trimap", "Making trimaps", ("trimap",), make_job, (masks,)), run)
