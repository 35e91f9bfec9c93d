"""From what people type to how a portrait is enhanced."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.commands.choices import parse_guidance
from engine.commands.errors import UsageError
from engine.enhance.change import ChangeBounds
from engine.enhance.settings import (
    CONFIGURATIONS,
    EnhanceSettings,
    FeatureChoice,
    ablations,
)
from engine.imaging.types import Rect
from engine.matting.methods import METHODS, REFINED, SHIPPED_NETWORK, network_methods

UNKNOWABLE = "foreground_true_alpha"
"""The variant of Table IV that wants the true matte, which a photograph hasn't."""
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%?")
_BOUNDS = re.compile(r"(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)")
_COLOURS = ("original", "enhanced")


def parse_strength(text: str) -> float:
    """Read 0 to 150 percent.

    Raises:
        UsageError: for anything else.
    """
    number = _PERCENT.fullmatch(text.strip())
    if number is None or float(number[1]) > 150:
        raise UsageError(
            f"--strength {text!r} is not understood.", remedy="Give 0 to 150 percent, such as 80."
        )
    return float(number[1]) / 100


def parse_config(text: str) -> EnhanceSettings:
    """Read `default`, `paper`, a variant of Tables III and IV, or `paper:VARIANT`.

    Raises:
        UsageError: for anything else, or the variant that wants a true matte.
    """
    if text in CONFIGURATIONS:
        return CONFIGURATIONS[text]
    base, _, variant = text.rpartition(":")
    known = ablations(CONFIGURATIONS.get(base or "default", CONFIGURATIONS["default"]))
    if variant == UNKNOWABLE:
        raise UsageError(
            f"--config {text} compares with a true matte, which a photograph hasn't.",
            remedy="Choose another.",
        )
    if variant not in known or (base and base not in CONFIGURATIONS):
        names = ", ".join([*CONFIGURATIONS, *(name for name in known if name != UNKNOWABLE)])
        raise UsageError(
            f"--config {text!r} is not understood.",
            remedy=f"Known: {names}; and paper:NAME for a variant of 'paper'.",
        )
    return known[variant]


def parse_bounds(text: str) -> ChangeBounds:
    """Read MOST,MEAN in grey levels of 255, above 0.

    Raises:
        UsageError: for anything else.
    """
    found = _BOUNDS.fullmatch(text.replace(" ", ""))
    if found is None or min(float(found[1]), float(found[2])) <= 0:
        raise UsageError(
            f"--bounds {text!r} is not understood.",
            remedy="Give MOST,MEAN in grey levels above 0, such as 24,4.",
        )
    return ChangeBounds(most=float(found[1]), mean=float(found[2]))


def parse_settings(
    config: str,
    *,
    strength: str = "100",
    steps: int | None = None,
    bounds: str | None = None,
    features: str = "",
    features_file: str = "",
    seed: int = 0,
) -> EnhanceSettings:
    """A configuration with what was said differently.

    Raises:
        UsageError: as the other functions here.
    """
    chosen = replace(parse_config(config), strength=parse_strength(strength), seed=seed)
    if steps is not None:
        chosen = replace(chosen, steps=steps)
    if bounds is not None:
        chosen = replace(chosen, bounds=parse_bounds(bounds))
    if features or features_file:
        name = features or chosen.features.name
        chosen = replace(chosen, features=FeatureChoice(name, features_file))
    return chosen


def parse_head_box(text: str | None) -> Rect | None:
    """Read LEFT,TOP,RIGHT,BOTTOM; None without it.

    Raises:
        UsageError: if it is no box.
    """
    box = None if text is None else parse_guidance("", text).box
    return None if box is None else Rect(*box)


def parse_colours(text: str) -> bool:
    """Whether a cut-out has the enhanced colours.

    Raises:
        UsageError: for a word that is not known.
    """
    if text not in _COLOURS:
        raise UsageError(
            f"--colours {text!r} is not understood.", remedy=f"Use {' or '.join(_COLOURS)}."
        )
    return text == "enhanced"


def matte_method(method: str, reference: str) -> str:
    """The method of the matte: the one named, else the model that was enhanced for.

    The shipped network corrects another method's matte, and is given closed form's. A program of
    the user's judges squares alone; closed form takes its place.
    """
    if method:
        return method
    if reference == SHIPPED_NETWORK:
        return REFINED
    return reference if reference in {**METHODS, **network_methods()} else "closed_form"
