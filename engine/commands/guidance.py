"""`matte mask` and `matte trimap`: the steps before the matte, each on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.commands import options as o

if TYPE_CHECKING:
    from engine.commands.jobs import MaskJob, TrimapJob
    from engine.commands.plan import Task


def mask(
    inputs: o.Inputs,
    out: o.Out,
    image_format: o.Format = None,
    bits: o.Bits = None,
    recursive: o.Recursive = False,
    overwrite: o.Overwrite = False,
    resume: o.Resume = False,
    report: o.Report = None,
    jobs: o.Jobs = 1,
) -> None:
    """Find the person in photographs and save coarse masks (STEM_mask.png)."""
    from engine.commands.execute import Command, RunOptions, execute
    from engine.commands.jobs import MaskJob

    run = RunOptions(
        inputs, out, recursive, image_format, bits, 92, overwrite, resume, report, jobs
    )

    def make_job(task: Task) -> MaskJob:
        return MaskJob(task=task, bits=bits, resume=resume)

    execute(Command("mask", "Finding people", ("mask",), make_job), run)


def trimap(
    inputs: o.Inputs,
    out: o.Out,
    mask_given: o.Mask = None,
    radius: o.Radius = None,
    smart: o.Smart = True,
    propose: o.Propose = "",
    image_format: o.Format = None,
    recursive: o.Recursive = False,
    overwrite: o.Overwrite = False,
    resume: o.Resume = False,
    report: o.Report = None,
    jobs: o.Jobs = 1,
) -> None:
    """Put the unknown band around masks and save trimaps (STEM_trimap.png)."""
    from engine.commands.choices import parse_trimap
    from engine.commands.execute import Command, RunOptions, execute
    from engine.commands.inputs import Companion
    from engine.commands.jobs import TrimapJob

    run = RunOptions(
        inputs, out, recursive, image_format, None, 92, overwrite, resume, report, jobs
    )
    masks = Companion.given(mask_given, "mask")
    settings = parse_trimap(propose, radius=radius, smart=smart)

    def make_job(task: Task) -> TrimapJob:
        return TrimapJob(task=task, resume=resume, settings=settings, mask=masks)

    execute(Command("trimap", "Making trimaps", ("trimap",), make_job, (masks,)), run)
