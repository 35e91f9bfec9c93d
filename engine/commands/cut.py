"""`matte cut`: photographs to cut-outs, mattes and composites."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.commands import options as o
from engine.settings import CutSettings, EdgeSettings, GuidanceSettings

SAVED = "cutout"


@o.takes_run()
def cut(
    run: o.RunOptions,
    save: Annotated[
        str,
        typer.Option(
            "--save",
            metavar="LIST",
            help="What to save, with commas between: cutout, alpha, trimap, mask, foreground, "
            "composite.",
            rich_help_panel=o.FILES,
        ),
    ] = SAVED,
    mask: o.Mask = None,
    trimap: o.TrimapFile = None,
    find: o.Find = "",
    box: o.Box = None,
    radius: o.Radius = None,
    smart: o.Smart = None,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            metavar="NAME",
            help="Matting method; 'matte models list' shows them.",
            rich_help_panel=o.GUIDANCE,
        ),
    ] = "closed_form",
    refine: Annotated[
        str,
        typer.Option(
            "--refine",
            metavar="NAME",
            help="Network that improves the matte which the method found.",
            rich_help_panel=o.GUIDANCE,
        ),
    ] = "",
    propose: o.Propose = "",
    decontaminate: Annotated[
        str,
        typer.Option(
            "--decontaminate",
            metavar="AMOUNT|METHOD[:AMOUNT]",
            help="How far the background's colour is taken out of the edge, 0 to 100 percent or "
            "'off', and by which method: multilevel, closed_form, blur_fusion, network.",
            rich_help_panel=o.GUIDANCE,
        ),
    ] = "multilevel:100",
    background: o.Background = None,
    fit: o.Fit = "fill",
    linear_light: o.LinearLight = False,
    fill_holes: Annotated[
        int, o.edge_size("--fill-holes", "Fill holes up to this area.", metavar="AREA")
    ] = 0,
    remove_specks: Annotated[
        int, o.edge_size("--remove-specks", "Remove specks up to this area.", metavar="AREA")
    ] = 0,
    smooth: Annotated[float, o.edge_size("--smooth", "Smooth the contour.")] = 0.0,
    feather: Annotated[float, o.edge_size("--feather", "Blur the edge.")] = 0.0,
    contrast: Annotated[float, o.edge_share("--contrast", "Make the edge steeper.")] = 0.0,
    shift: Annotated[
        float,
        o.edge_share("--shift", "Pull the edge in (below 0) or push it out.", least=-100.0),
    ] = 0.0,
    clean_black: Annotated[
        float, o.edge_share("--clean-black", "Alpha up to this becomes 0.")
    ] = 0.0,
    clean_white: Annotated[
        float, o.edge_share("--clean-white", "Alpha from this on becomes 100 %.")
    ] = 100.0,
    device: o.Device = "auto",
    precision: o.Precision = "auto",
) -> None:
    """Cut people out of photographs.

    Without --mask or --trimap the subject is found by itself. Each photograph gives
    STEM_cutout.png, STEM_alpha.png and so on, as large as the upright photograph.
    """
    # What computes is imported here, so that help and mistakes take no time.
    from engine.commands.choices import (
        BAND,
        parse_background,
        parse_compute,
        parse_foreground,
        parse_guidance,
        parse_names,
        parse_trimap,
    )
    from engine.commands.execute import execute
    from engine.commands.start_cut import cut_command, one_guidance
    from engine.products import PRODUCTS

    brought = one_guidance(mask, trimap, find=find, box=box)
    settings = CutSettings(
        guidance=GuidanceSettings("file") if brought else parse_guidance(find, box),
        trimap=parse_trimap(propose or (BAND if trimap else ""), radius=radius, smart=smart),
        method=method,
        refine=refine,
        edge=EdgeSettings(
            fill_holes=fill_holes,
            remove_specks=remove_specks,
            smooth=smooth,
            feather=feather,
            contrast=contrast / 100,
            shift=shift / 100,
            clean_black=clean_black / 100,
            clean_white=clean_white / 100,
        ),
        foreground=parse_foreground(decontaminate),
    )
    command = cut_command(
        run,
        settings,
        products=parse_names(save, tuple(PRODUCTS), option="--save"),
        guidance=brought,
        background=parse_background(
            background or "transparent", fit=fit, linear_light=linear_light
        ),
        compute=parse_compute(device, precision),
    )
    execute(command, run)
