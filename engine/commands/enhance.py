"""`matte enhance`: portraits changed so little that the eye hardly sees it, for better mattes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands import options as o

SAVED = "enhanced"
NETWORKS, CHANGE, MATTE = "Networks", "Change", "Matte of the enhanced photograph"


@o.takes_run(without=("jobs",))
def enhance(
    run: o.RunOptions,
    save: Annotated[
        str,
        typer.Option(
            "--save",
            metavar="LIST",
            help="What to save, with commas between: enhanced, change (a map of what changed), "
            "alpha and cutout (of the enhanced photograph).",
            rich_help_panel=o.FILES,
        ),
    ] = SAVED,
    strength: Annotated[
        str,
        typer.Option(
            "--strength",
            metavar="PERCENT",
            help="How much of the change is added, 0 to 150.",
            rich_help_panel=CHANGE,
        ),
    ] = "100",
    bounds: Annotated[
        str | None,
        typer.Option(
            "--bounds",
            metavar="MOST,MEAN",
            help="How far the face may change, in grey levels of 255: any sample, and the mean. "
            "Default: 24,4; as published there is no limit.",
            rich_help_panel=CHANGE,
        ),
    ] = None,
    box: Annotated[
        str | None,
        typer.Option(
            "--box",
            metavar="LEFT,TOP,RIGHT,BOTTOM",
            help="Head and hair are in here, in pixels of the upright photograph. Default: the "
            "face is looked for, or the head of whoever is found.",
            rich_help_panel=CHANGE,
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            "--steps", min=1, help="Steps of the search. Default: 500.", rich_help_panel=CHANGE
        ),
    ] = None,
    config: Annotated[
        str,
        typer.Option(
            "--config",
            metavar="NAME",
            help="default; paper (as published: the generator's own picture, slow, wants "
            "--features-file); or a variant of its tables, such as without_entropy, weights_2, "
            "noise_only, paper:w_only.",
            rich_help_panel=CHANGE,
        ),
    ] = "default",
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Of the backgrounds.", rich_help_panel=CHANGE)
    ] = 0,
    generator: Annotated[
        str,
        typer.Option(
            "--generator",
            metavar="NAME",
            help="StyleGAN2 weights that draw faces; 'matte models list' shows them. Official ones "
            "are yours to bring: 'matte models add ffhq.pkl'.",
            rich_help_panel=NETWORKS,
        ),
    ] = "portrait_small",
    discriminator: Annotated[
        str,
        typer.Option(
            "--discriminator",
            metavar="NAME",
            help="Its discriminator. Default: NAME_discriminator.",
            rich_help_panel=NETWORKS,
        ),
    ] = "",
    reference: Annotated[
        str,
        typer.Option(
            "--reference",
            metavar="NAME|FILE",
            help="The matting model to enhance for: a method, a network, an .onnx file, or a "
            "TorchScript program.",
            rich_help_panel=NETWORKS,
        ),
    ] = "prn_small",
    trust_program: Annotated[
        bool,
        typer.Option(
            "--trust-program",
            help="Run the TorchScript program of --reference, in a process of its own. Say so only "
            "if you trust who made it.",
            rich_help_panel=NETWORKS,
        ),
    ] = False,
    trimap: Annotated[
        str,
        typer.Option(
            "--trimap",
            metavar="NAME",
            help="Network that is to become surer of its trimap.",
            rich_help_panel=NETWORKS,
        ),
    ] = "trimap_small",
    features: Annotated[
        str,
        typer.Option(
            "--features",
            metavar="NAME",
            help="Network by whose features pictures are compared: a finder of people, or vgg16. "
            "Default: person_small, and vgg16 as published.",
            rich_help_panel=NETWORKS,
        ),
    ] = "",
    features_file: Annotated[
        str,
        typer.Option(
            "--features-file",
            metavar="FILE",
            help="VGG-16's weights, vgg16-397923af.pth.",
            rich_help_panel=NETWORKS,
        ),
    ] = "",
    backgrounds: Annotated[
        Path | None,
        typer.Option(
            "--backgrounds",
            metavar="FOLDER",
            help="Photographs to try the matte on. Default: made light.",
            rich_help_panel=NETWORKS,
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            metavar="NAME",
            help="Matting method. Default: what --reference names (mask_guided for prn_small), or "
            "closed_form for a file.",
            rich_help_panel=MATTE,
        ),
    ] = "",
    mask: Annotated[
        str | None,
        typer.Option(
            "--mask",
            metavar="FILE|FOLDER",
            help="Coarse mask. Default: the person is found.",
            rich_help_panel=MATTE,
        ),
    ] = None,
    find: Annotated[
        str,
        typer.Option(
            "--find",
            metavar="NAME|none",
            help="Network that finds the people; 'none' goes by place and colour.",
            rich_help_panel=MATTE,
        ),
    ] = "",
    propose: Annotated[
        str,
        typer.Option(
            "--propose",
            metavar="NAME|none|finder",
            help="Network that draws the trimap from the mask; 'none' is a band.",
            rich_help_panel=MATTE,
        ),
    ] = "",
    colours: Annotated[
        str,
        typer.Option(
            "--colours",
            metavar="original|enhanced",
            help="Whose colours a cut-out has.",
            rich_help_panel=MATTE,
        ),
    ] = "original",
    device: o.Device = "auto",
    precision: o.Precision = "auto",
) -> None:
    """Enhance portraits for matting.

    A generator of faces is made to draw the portrait, and then searched for the small change of it
    that makes mattes easier. Only that change is added to the photograph, which keeps its detail
    and its depth. It takes minutes a portrait. Ctrl+C loses little: the same command goes on where
    it was stopped, and --resume skips what is complete.

    Each photograph gives STEM_enhanced.png, STEM_change.png and so on. Enhanced files say what they
    are in their XMP (IPTC's digital source type).
    """
    # What computes is imported here, so that help and mistakes take no time.
    from dataclasses import replace

    from engine.commands.choices import parse_compute, parse_guidance, parse_names, parse_trimap
    from engine.commands.enhance_choices import (
        matte_method,
        parse_colours,
        parse_head_box,
        parse_settings,
    )
    from engine.commands.execute import execute
    from engine.commands.inputs import Companion
    from engine.commands.start_cut import one_guidance
    from engine.commands.start_enhance import enhance_command, folder_given
    from engine.enhance.settings import ModelChoice
    from engine.product_table import ENHANCED
    from engine.settings import CutSettings

    one_guidance(mask, None, find=find)
    run = replace(run, jobs=1)
    command = enhance_command(
        run,
        models=ModelChoice(
            generator=generator,
            discriminator=discriminator,
            trimap=trimap,
            reference=reference,
            backgrounds=folder_given(backgrounds),
            trusted=trust_program,
        ),
        settings=parse_settings(
            config,
            strength=strength,
            steps=steps,
            bounds=bounds,
            features=features,
            features_file=features_file,
            seed=seed,
        ),
        cut=CutSettings(
            guidance=parse_guidance(find, None),
            trimap=parse_trimap(propose, radius=None, smart=None),
            method=matte_method(method, reference),
        ),
        products=parse_names(save, tuple(ENHANCED), option="--save"),
        box=parse_head_box(box),
        mask=Companion.given(mask, "mask"),
        enhanced_colours=parse_colours(colours),
        compute=parse_compute(device, precision),
    )
    execute(command, run)
