"""A preset under the options of `matte cut`: what was typed wins, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from engine.commands.choices import Background
from engine.commands.errors import UsageError
from engine.commands.inputs import Companion
from engine.commands.options import RunOptions
from engine.errors import UserError
from engine.output_presets import OutputPresets
from engine.presets import Presets
from engine.setting_paths import value_at, with_value
from engine.settings import CutSettings

_KIND = ("kind", "colour", "colour_end", "angle", "path", "blur", "lens", "highlights")
_SHADOW = ("shadow", "shadow_angle", "shadow_distance", "shadow_blur", "shadow_opacity")
SETS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("trimap", "propose", "radius", "smart"), ("trimap",)),
    "hair": ("trimap.hair",),
    "method": ("method",),
    "refine": ("refine",),
    "decontaminate": ("foreground.method", "foreground.amount"),
    "despill": ("foreground.despill", "foreground.despill_colour"),
    "despill_inside": ("foreground.despill_inside",),
    "background": tuple(f"background.{name}" for name in _KIND),
    "fit": ("background.fit",),
    "zoom": ("background.scale",),
    "move": ("background.offset",),
    "rotate": ("background.rotate",),
    "flip": ("background.flip",),
    "linear_light": ("background.linear_light",),
    "light_wrap": ("harmony.wrap", "harmony.wrap_width"),
    "match": ("harmony.match", "harmony.match_light"),
    "shadow": tuple(f"harmony.{name}" for name in _SHADOW),
    "shadow_colour": ("harmony.shadow_colour",),
    **{
        name: (f"edge.{name}",)
        for name in (
            *("fill_holes", "remove_specks", "smooth", "feather", "contrast", "shift"),
            *("clean_black", "clean_white"),
        )
    },
}
"""What each option of `matte cut` sets, of what a preset sets, too."""


def with_preset(asked: CutSettings, name: str, *, typed: Iterable[str]) -> CutSettings:
    """A preset's settings, but for what was typed.

    Args:
        asked: what all options say together.
        name: of the preset; empty for none.
        typed: names of the options that were given.

    Raises:
        UsageError: if there is no such preset.
    """
    if not name:
        return asked
    try:
        settings = Presets().named(name).on(asked)
    except UserError as error:
        raise UsageError(error.problem, remedy=error.remedy, path=error.path) from error
    for option in typed:
        for path in SETS.get(option, ()):
            settings = with_value(settings, path, value_at(asked, path))
    return settings


def with_output(
    run: RunOptions, save: str, name: str, *, typed: Iterable[str]
) -> tuple[RunOptions, str]:
    """The options of the files, and `--save`, as an export preset has them, but for what was typed.

    Args:
        run: what all options say.
        save: what `--save` says.
        name: of the export preset; empty for none.
        typed: names of the options that were given.

    Raises:
        UsageError: if there is no such preset.
    """
    if not name:
        return run, save
    try:
        output = OutputPresets().named(name)
    except UserError as error:
        raise UsageError(error.problem, remedy=error.remedy, path=error.path) from error
    how = output.delivery
    preset: dict[str, Any] = {
        "format": output.format,
        "bits": how.bits,
        "quality": how.quality,
        "scale": how.scale * 100,
        "colour_space": how.colour_space,
        "strip_metadata": not how.metadata,
        "name_template": output.template,
    }
    given = set(typed)
    changed = replace(run, **{key: one for key, one in preset.items() if key not in given})
    return changed, save if "save" in given else ",".join(output.products)


def typed_options(context: typer.Context) -> tuple[str, ...]:
    """Names of the options that were given, not left at their defaults."""
    sources = ((name, context.get_parameter_source(name)) for name in context.params)
    return tuple(
        name for name, source in sources if source is not None and "DEFAULT" not in source.name
    )


def background_of(settings: CutSettings, asked: Background) -> Background:
    """The background to cut with: its file is the one typed, or else the preset's."""
    chosen = settings.background
    images = asked.images
    if chosen.kind == "image" and images is None:
        images = Companion.given(str(Path(chosen.path)), "background")
    return Background(chosen, images if chosen.kind == "image" else None)
