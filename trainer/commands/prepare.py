"""`matte-train prepare`: training data made of one's own pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainer.commands.options import Device

prepare = typer.Typer(
    name="prepare",
    help="Make training data of one's own pictures.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Source = Annotated[
    str, typer.Argument(metavar="FOLDER|NAME", help="Pictures, however deep; or a data set.")
]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="The prepared set's folder.")]
DomainName = Annotated[
    str, typer.Option("--domain", metavar="NAME", help="What the subjects are: person or animal.")
]
SplitName = Annotated[str | None, typer.Option("--split", metavar="NAME", help="Of a data set.")]
Method = Annotated[
    str, typer.Option("--method", metavar="NAME", help="Makes the mattes, as in 'matte cut'.")
]
Segmenter = Annotated[
    str,
    typer.Option(
        "--segmenter",
        metavar="NAME|FILE",
        help="Finds subjects: weights of a segmenter, or a file of DeepLabV3's published ones.",
    ),
]
Outlines = Annotated[
    Path | None,
    typer.Option("--annotations", metavar="FILE", help="Subjects as COCO's JSON has them."),
]
Epsilon = Annotated[
    float, typer.Option("--epsilon", min=0, max=1, help="Alpha above it is the subject.")
]
Threshold = Annotated[
    float,
    typer.Option("--threshold", min=0, max=1, help="Mean difference of matte and segmenter."),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="The first N pictures only.")]
Part = Annotated[
    str, typer.Option("--shard", metavar="I/N", help="This process does part I of N, from 1 on.")
]


@prepare.callback()
def about() -> None:
    """Make training data of one's own pictures."""


@prepare.command("rgba")
def rgba(
    source: Source,
    out: Out,
    domain: DomainName = "person",
    split: SplitName = None,
    method: Method = "stylematte",
    segmenter: Segmenter = "",
    annotations: Outlines = None,
    epsilon: Epsilon = 0.1,
    threshold: Threshold = 0.1,
    limit: Limit = None,
    shard: Part = "1/1",
    device: Device = "auto",
) -> None:
    """Make RGBA pictures of those with one subject, for a generator of pictures with mattes.

    Dropped are pictures without a subject or with several, and those whose matte and segmenter
    disagree; report.json says which and why. Goes on where it was stopped. Several processes may
    share the work: --shard 1/4, 2/4, … into the same folder.
    """
    from rich.console import Console
    from rich.progress import Progress

    from engine.device import Compute
    from trainer.data.folders import PictureFiles
    from trainer.data.picture_folders import pictures_of
    from trainer.generate.portraits import Shard
    from trainer.prepare.domains import domain_named
    from trainer.prepare.finders import open_finder
    from trainer.prepare.mattes import Matter
    from trainer.prepare.report import REPORT
    from trainer.prepare.rgba import Order, prepare_rgba
    from trainer.prepare.verdicts import Rules

    part, what, out = Shard.parse(shard), domain_named(domain), out.expanduser()
    pictures = pictures_of(source, split=split, but=out)
    compute = Compute(device=device)
    matter = Matter(method, compute)
    matter.prepare()
    order = Order(
        PictureFiles(pictures.files[:limit]),
        open_finder(what, segmenter=segmenter, annotations=annotations, compute=compute),
        matter,
        Rules(epsilon, threshold),
        choices={
            "pictures": str(Path(source).resolve()) if Path(source).is_dir() else source,
            "domain": domain,
            "method": method,
            "subjects": str(annotations or segmenter or what.segmenter),
            "epsilon": epsilon,
            "threshold": threshold,
        },
    )
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Preparing pictures")
        report = prepare_rgba(
            order,
            out,
            shard=part,
            told=lambda done, wanted: progress.update(task, completed=done, total=wanted),
        )
    Console().print(report.table())
    typer.echo(f"{report.kept} pictures in {out}; what was dropped and why is in {REPORT}.")
