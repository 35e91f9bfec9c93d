"""The options that several commands have, each described once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from engine.naming import TEMPLATE

if TYPE_CHECKING:
    from engine.delivery import Delivery

FILES, GUIDANCE, EDGE, RUN = "Files", "Guidance", "Edge of the matte", "Run"

Inputs = Annotated[
    list[str],
    typer.Argument(metavar="IN", help="Photographs: files, folders, or patterns like '*.jpg'."),
]
Out = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        help="Folder to save in; or a file, for one photograph and one product.",
        rich_help_panel=FILES,
    ),
]
Recursive = Annotated[
    bool,
    typer.Option("--recursive", help="Look into folders within folders.", rich_help_panel=FILES),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="png, tiff, webp, jpeg, psd or exr; PSD and EXR keep layers. Default: png.",
        rich_help_panel=FILES,
    ),
]
Bits = Annotated[
    int | None,
    typer.Option(
        "--bits",
        metavar="8|16",
        help="Bits a channel. Default: the photograph's own, where the format holds them.",
        rich_help_panel=FILES,
    ),
]
Quality = Annotated[
    int,
    typer.Option(
        "--quality", min=1, max=100, help="Quality of JPEG and WebP.", rich_help_panel=FILES
    ),
]
Scale = Annotated[
    float,
    typer.Option(
        "--scale",
        min=1.0,
        max=400.0,
        metavar="PERCENT",
        help="Size of the files, in percent of the photograph's.",
        rich_help_panel=FILES,
    ),
]
ColourSpace = Annotated[
    str,
    typer.Option(
        "--colour-space",
        metavar="NAME|FILE",
        help="Colours of the files: photograph (as they are), srgb, display_p3, adobe_rgb, or an "
        "ICC file. EXR is linear whatever is chosen.",
        rich_help_panel=FILES,
    ),
]
StripMetadata = Annotated[
    bool,
    typer.Option(
        "--strip-metadata",
        help="Leave out what the photograph says of camera, place and people (EXIF and XMP).",
        rich_help_panel=FILES,
    ),
]
NameTemplate = Annotated[
    str,
    typer.Option(
        "--name-template",
        metavar="TEMPLATE",
        help="Names of the files, with {name}, {product}, {view}, {size}, {date} and {counter}.",
        rich_help_panel=FILES,
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite", help="Replace files that are there already.", rich_help_panel=FILES
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Skip photographs whose files are there already and complete.",
        rich_help_panel=FILES,
    ),
]
Report = Annotated[
    Path | None,
    typer.Option(
        "--json",
        metavar="REPORT",
        help="Write what became of each photograph to this file.",
        rich_help_panel=FILES,
    ),
]
Jobs = Annotated[
    int,
    typer.Option("--jobs", "-j", min=1, max=64, help="Photographs at a time.", rich_help_panel=RUN),
]
Watch = Annotated[
    bool,
    typer.Option(
        "--watch",
        help="Go on and cut what comes into the folders, until Ctrl+C. What is done and unchanged "
        "is not done again.",
        rich_help_panel=RUN,
    ),
]
Device = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="DEVICE",
        help="auto, cpu, cuda or mps: where networks run. One that is not there is an error.",
        rich_help_panel=RUN,
    ),
]
Precision = Annotated[
    str,
    typer.Option(
        "--precision",
        metavar="auto|float32",
        help="Arithmetic of networks: what the device is fastest in, or float32.",
        rich_help_panel=RUN,
    ),
]
Propose = Annotated[
    str,
    typer.Option(
        "--propose",
        metavar="NAME|none|finder",
        help="Network that draws the trimap from the mask; 'none' is a band along the mask's edge, "
        "'finder' what the network that found the person was not sure of. "
        "Default: mask_small, or a band if --radius or --smart says how wide.",
        rich_help_panel=GUIDANCE,
    ),
]
Find = Annotated[
    str,
    typer.Option(
        "--find",
        metavar="NAME|none",
        help="Network that finds the people; 'none' looks for an outline by place and colour, or "
        "for what stands out in --box. Default: person_small.",
        rich_help_panel=GUIDANCE,
    ),
]
Box = Annotated[
    str | None,
    typer.Option(
        "--box",
        metavar="LEFT,TOP,RIGHT,BOTTOM",
        help="The subject is in here alone, in pixels of the upright photograph.",
        rich_help_panel=GUIDANCE,
    ),
]
Mask = Annotated[
    str | None,
    typer.Option(
        "--mask",
        metavar="FILE|FOLDER",
        help="Coarse mask: grey, binary, soft, or an alpha channel. A folder is matched by name.",
        rich_help_panel=GUIDANCE,
    ),
]
TrimapFile = Annotated[
    str | None,
    typer.Option(
        "--trimap",
        metavar="FILE|FOLDER",
        help="Trimap: 0 background, 128 unknown, 255 foreground. A folder is matched by name.",
        rich_help_panel=GUIDANCE,
    ),
]
Radius = Annotated[
    int | None,
    typer.Option(
        "--radius",
        min=0,
        max=10_000,
        metavar="PIXELS",
        help="A band along the mask's edge, so wide to each side. Default of a band: grows with "
        "the photograph.",
        rich_help_panel=GUIDANCE,
    ),
]
Smart = Annotated[
    bool | None,
    typer.Option(
        "--smart/--no-smart",
        help="A band along the mask's edge, wider where hair or texture makes it uncertain.",
        rich_help_panel=GUIDANCE,
    ),
]
Hair = Annotated[
    bool,
    typer.Option(
        "--hair",
        help="Look for hair around the subject's edge and solve it, too.",
        rich_help_panel=GUIDANCE,
    ),
]


def edge_share(name: str, text: str, *, least: float = 0.0) -> typer.models.OptionInfo:
    """An option of the edge tools in percent."""
    option: typer.models.OptionInfo = typer.Option(
        name, min=least, max=100.0, metavar="PERCENT", help=text, rich_help_panel=EDGE
    )
    return option


def edge_size(name: str, text: str, *, metavar: str = "PIXELS") -> typer.models.OptionInfo:
    """An option of the edge tools in pixels."""
    option: typer.models.OptionInfo = typer.Option(
        name, min=0, metavar=metavar, help=text, rich_help_panel=EDGE
    )
    return option


@dataclass(frozen=True)
class RunOptions:
    """What every command that works through photographs can be told."""

    inputs: Inputs
    out: Out
    format: Format = None
    bits: Bits = None
    quality: Quality = 92
    scale: Scale = 100.0
    colour_space: ColourSpace = "photograph"
    strip_metadata: StripMetadata = False
    name_template: NameTemplate = TEMPLATE
    recursive: Recursive = False
    overwrite: Overwrite = False
    resume: Resume = False
    report: Report = None
    jobs: Jobs = 2

    @property
    def delivery(self) -> Delivery:
        """How the files are written."""
        from engine.delivery import Delivery

        return Delivery(
            self.bits,
            self.quality,
            self.scale / 100,
            self.colour_space,
            metadata=not self.strip_metadata,
        )


def takes_run(
    *, without: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of `RunOptions`; it gets them as its first argument.

    Typer reads a command's options off its signature: this one has `RunOptions`' fields in place of
    that argument, those that are needed before the command's own and the others behind.

    Args:
        without: fields that mean nothing to it and keep their defaults.
    """

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        shared = [one for one in _run_parameters() if one.name not in without]
        needed = [one for one in shared if one.default is Parameter.empty]
        optional = [one for one in shared if one not in needed]

        @wraps(command)
        def called(**values: Any) -> None:
            run = RunOptions(**{one.name: values.pop(one.name) for one in shared})
            command(run, **values)

        parameters = [
            one.replace(kind=Parameter.KEYWORD_ONLY) for one in (*needed, *own, *optional)
        ]
        called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return called

    return decorated


def _run_parameters() -> list[Parameter]:
    hints = get_type_hints(RunOptions, include_extras=True)
    fields = inspect.signature(RunOptions).parameters.values()
    return [field.replace(annotation=hints[field.name]) for field in fields]
