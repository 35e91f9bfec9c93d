"""Named sets of a cut's settings: those that come along, and the user's own in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from engine.errors import UserError
from engine.settings import (
    BackgroundSettings,
    CutSettings,
    EdgeSettings,
    ForegroundSettings,
    HarmonySettings,
    from_dict,
    to_dict,
)
from engine.shelf import Shelf

PARTS = (
    "trimap", "method", "refine", "edge", "foreground", "background", "harmony", "enhance",
)  # fmt: skip
"""What a preset may set. Where the subject is belongs to one photograph alone."""
PLACE = "MATTEAPP_PRESETS"
"""Environment variable with another folder to keep presets in."""
_FILE = "presets.json"


@dataclass(frozen=True)
class Preset:
    """A set of settings with a name.

    Attributes:
        settings: only its parts mean anything.
        parts: which of `PARTS` it sets; the others stay as they are.
        tip: what it is good for, in a sentence.
    """

    settings: CutSettings
    parts: tuple[str, ...] = PARTS
    tip: str = ""

    def on(self, settings: CutSettings) -> CutSettings:
        """These settings with the preset's parts; a box around a head stays where it is."""
        changed = replace(settings, **{part: getattr(self.settings, part) for part in self.parts})
        return replace(changed, enhance=replace(changed.enhance, box=settings.enhance.box))


BUILT_IN: Mapping[str, Preset] = {
    "Web shop": Preset(
        CutSettings(
            edge=EdgeSettings(remove_specks=400, clean_black=0.02, clean_white=0.98),
            background=BackgroundSettings("colour"),
            harmony=HarmonySettings(shadow="drop", shadow_angle=90.0, shadow_opacity=0.25),
        ),
        ("edge", "background", "harmony"),
        "White behind, a soft shadow, and no loose specks.",
    ),
    "Passport": Preset(
        CutSettings(
            background=BackgroundSettings(
                "gradient", colour=(0.93, 0.94, 0.95), colour_end=(0.84, 0.86, 0.88)
            ),
            harmony=HarmonySettings(wrap=0.15),
        ),
        ("background", "harmony"),
        "An even, light grey behind, and no shadow.",
    ),
    "Portrait lens": Preset(
        CutSettings(
            background=BackgroundSettings("blurred", lens="disc", blur=0.025),
            harmony=HarmonySettings(wrap=0.25, wrap_width=0.008),
        ),
        ("background", "harmony"),
        "What was behind, out of focus as an open lens shows it.",
    ),
    "Green screen": Preset(
        CutSettings(
            edge=EdgeSettings(clean_black=0.05, clean_white=0.95),
            foreground=ForegroundSettings(
                despill=1.0, despill_colour=(0.0, 0.7, 0.2), despill_inside=True
            ),
        ),
        ("edge", "foreground"),
        "Takes a green screen's light off the subject and cleans what is nearly nothing.",
    ),
    "Blend in": Preset(
        CutSettings(harmony=HarmonySettings(wrap=0.4, match=0.35, match_light=0.25)),
        ("harmony",),
        "Light and colours of the picture behind fall on the subject.",
    ),
}
"""The presets that come along; nobody can change or delete them."""


class Presets(Shelf[Preset]):
    """All presets there are.

    Args:
        folder: where the user's own are kept; None for the usual place.
    """

    def __init__(self, folder: Path | None = None) -> None:
        path = (presets_folder() if folder is None else folder) / _FILE
        super().__init__(path, BUILT_IN, what="preset", dumped=_dumped, parsed=_preset)

    def save(self, name: str, settings: CutSettings) -> None:
        """Keep all of `PARTS` under a name, in place of what had it.

        Raises:
            UserError: for a name that cannot be used, or if it cannot be written.
        """
        self.put(name, Preset(replace(settings, enhance=replace(settings.enhance, box=None))))


def presets_folder() -> Path:
    """Where the user's presets are kept."""
    given = os.environ.get(PLACE)
    return Path(given) if given else user_config_path("matteapp", appauthor=False)


def remembered(settings: CutSettings) -> str:
    """The parts of these settings that mean something for another photograph, as text."""
    return json.dumps(_dumped(Preset(replace(settings, enhance=CutSettings().enhance))))


def recalled(text: str) -> Preset:
    """What `remembered` made text of.

    Raises:
        UserError: if it is something else.
    """
    try:
        return _preset(json.loads(text))
    except (ValueError, TypeError) as error:
        raise UserError("The settings of the last photograph cannot be read.") from error


def _dumped(preset: Preset) -> dict[str, Any]:
    """Only what differs from the defaults, so that later versions may add to them."""
    values, defaults = to_dict(preset.settings), to_dict(CutSettings())
    changed = {part: _differing(values[part], defaults[part]) for part in preset.parts}
    kept = {part: value for part, value in changed.items() if value not in ({}, None)}
    return {"parts": list(preset.parts), "settings": kept}


def _differing(value: Any, default: Any) -> Any:
    if not isinstance(value, dict):
        return None if value == default else value
    return {name: each for name, each in value.items() if each != default[name]}


def _preset(value: Any) -> Preset:
    if not isinstance(value, dict) or not set(value.get("parts", ())) <= set(PARTS):
        raise UserError("a preset is a table with parts and settings")
    settings = from_dict(CutSettings, value.get("settings", {}))
    return Preset(settings, tuple(value.get("parts", PARTS)))
