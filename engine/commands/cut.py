"""`matte cut`: photographs to cut-outs, mattes and composites."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.commands import background_options as b
from engine.commands import options as o
from engine.settings import CutSettings, EdgeSettings, GuidanceSettings

SAVED = "cutout"


@o.takes_run()
def cut(
    run: o.RunOptions,
    context: typer.Context,
    preset: Annotated[
        str,
        typer.Option(
            "--preset",
            metavar="NAME",
            help="Settings kept under a name, here or in the window; what else is typed wins.",
            rich_help_panel=o.RUN,
        ),
    ] = "",
    export_preset: Annotated[
        str,
        typer.Option(
            "--export-preset",
            metavar="NAME",
            help="Files, format, size and names kept under a name; what else is typed wins.",
            rich_help_panel=o.FILES,
        ),
    ] = "",
    save: Annotated[
        str,
        typer.Option(
            "--save",
            metavar="LIST",
            help="What to save, with commas between: cutout, alpha, trimap, mask, foreground, "
            "composite; as PSD masked, layer, layers; views: on_black, on_white, on_grey, overlay, "
            "onion, ants, trimap_view, guidance.",
            rich_help_panel=o.FILES,
        ),
    ] = SAVED,
    mask: o.Mask = None,
    trimap: o.TrimapFile = None,
    find: o.Find = "",
    box: o.Box = None,
    radius: o.Radius = None,
    smart: o.Smart = None,
    hair: o.Hair = False,
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
    despill: Annotated[
        str,
        typer.Option(
            "--despill",
            metavar="COLOUR[:AMOUNT]",
            help="Take this colour's light off the subject, 0 to 100 percent.",
            rich_help_panel=o.GUIDANCE,
        ),
    ] = "off",
    despill_inside: Annotated[
        bool,
        typer.Option(
            "--despill-inside",
            help="Do so in the whole subject, not near its edge alone.",
            rich_help_panel=o.GUIDANCE,
        ),
    ] = False,
    background: b.Background = None,
    fit: b.Fit = "fill",
    zoom: b.Zoom = 100.0,
    move: b.Move = "0,0",
    rotate: b.Rotate = 0.0,
    flip: b.Flip = "none",
    linear_light: b.LinearLight = False,
    light_wrap: b.LightWrap = "0",
    match: b.Match = "0",
    shadow: b.Shadow = "none",
    shadow_colour: b.ShadowColour = "black",
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
    watch: o.Watch = False,
    device: o.Device = "auto",
    precision: o.Precision = "auto",
) -> None:
    """Cut people out of photographs.

    Without --mask or --trimap the subject is found by itself. Each photograph gives
    STEM_cutout.png, STEM_alpha.png and so on, as large as the upright photograph.
    """
    # What computes is imported here, so that help and mistakes take no time.
    from engine.commands.background_choices import parse_harmony, placed, with_despill
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
    from engine.commands.given import background_of, typed_options, with_output, with_preset
    from engine.commands.start_cut import cut_command, one_guidance
    from engine.product_table import CUTS

    brought = one_guidance(mask, trimap, find=find, box=box)
    under = parse_background(background or "transparent", fit=fit, linear_light=linear_light)
    under = placed(under, zoom=zoom, move=move, rotate=rotate, flip=flip)
    asked = CutSettings(
        guidance=GuidanceSettings("file") if brought else parse_guidance(find, box),
        trimap=parse_trimap(
            propose or (BAND if trimap else ""), radius=radius, smart=smart, hair=hair
        ),
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
        foreground=with_despill(parse_foreground(decontaminate), despill, inside=despill_inside),
        background=under.settings,
        harmony=parse_harmony(light_wrap, match, shadow, shadow_colour),
    )
    typed = typed_options(context)
    settings = with_preset(asked, preset, typed=typed)
    run, save = with_output(run, save, export_preset, typed=typed)
    products = parse_names(save, tuple(CUTS), option="--save")
    behind, compute = background_of(settings, under), parse_compute(device, precision)
    command = cut_command(
        run, settings, products=products, guidance=brought, background=behind, compute=compute
    )
    if not watch:
        execute(command, run)
        return
    from engine.commands import watching

    folders = watching.watched_folders(run, guidance=brought, background=behind)
    order = watching.order_of(run, settings, products=products, background=behind)
    watching.watch(order, folders, run, compute=compute)
