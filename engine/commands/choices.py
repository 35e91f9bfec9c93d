"""From what people type to settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from engine.commands.errors import UsageError
from engine.device import DEVICES, Compute
from engine.settings import (
    FINDER,
    BackgroundSettings,
    ForegroundMethod,
    ForegroundSettings,
    GuidanceSettings,
    GuidanceSource,
    ImageFit,
    Lens,
    TrimapSettings,
)

if TYPE_CHECKING:
    from engine.commands.inputs import Companion

_FOREGROUND_METHODS: tuple[str, ...] = get_args(ForegroundMethod)
_BOX = re.compile(r"(\d+),(\d+),(\d+),(\d+)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%?")

_AMOUNTS = {
    "--decontaminate": "Give an amount from 0 to 100, 'off', a method, or METHOD:AMOUNT.",
    "--background": "Give the amounts of a blur in percent, from 0 to 100.",
}
_LENSES: dict[str, tuple[Lens, int]] = {"blur": ("gaussian", 1), "bokeh": ("disc", 2)}
"""The lens of a kind of blur, and how many amounts it takes."""

BAND = "none"
"""Instead of a network's name: a band along the mask's edge."""
BY_FINDER = "finder"
"""Instead of a network's name: what the network that found the person was not sure of."""
CLASSICAL = "none"
"""Instead of a network's name: an outline by place and colour, or GrabCut in a box."""


@dataclass(frozen=True)
class Background:
    """What a cut is put on.

    Attributes:
        settings: everything but the file of an image.
        images: the image's file, or a folder with one for each photograph.
    """

    settings: BackgroundSettings
    images: Companion | None = None


def parse_foreground(text: str) -> ForegroundSettings:
    """Read `AMOUNT`, `METHOD` or `METHOD:AMOUNT`; the amount is in percent, `off` is 0.

    Raises:
        UsageError: for anything else.
    """
    method, _, amount = text.partition(":")
    if not amount and method not in _FOREGROUND_METHODS:
        method, amount = "multilevel", method
    for known in get_args(ForegroundMethod):
        if known == method.replace("-", "_"):
            share = 1.0 if not amount else _share(amount, text)
            return ForegroundSettings(method=known, amount=share)
    raise UsageError(
        f"There is no foreground method {method!r}.",
        remedy=f"Known: {', '.join(_FOREGROUND_METHODS)}.",
    )


def _share(amount: str, text: str, *, option: str = "--decontaminate") -> float:
    if amount == "off":
        return 0.0
    number = _PERCENT.fullmatch(amount)
    if number is None or float(number[1]) > 100:
        raise UsageError(f"{option} {text!r} is not understood.", remedy=_AMOUNTS[option])
    return float(number[1]) / 100


def parse_trimap(
    propose: str, *, radius: int | None, smart: bool | None, hair: bool = False
) -> TrimapSettings:
    """What a network is not sure of, or a band along the mask's edge.

    Args:
        propose: name of the network's weights, `BAND`, `BY_FINDER`, or empty: the default's
            network, or a band if anything is said about one.
        radius: of the band.
        smart: of the band.
        hair: look for hair around it as well.

    Raises:
        UsageError: if something is said about the band and a network is named.
    """
    about_band = radius is not None or smart is not None
    if propose == BAND or (about_band and not propose):
        return TrimapSettings(source="radius", radius=radius, smart=smart is not False, hair=hair)
    if propose == BY_FINDER and not about_band:
        return TrimapSettings(source="finder", hair=hair)
    if about_band:
        option = "--smart" if radius is None else "--radius"
        raise UsageError(f"--propose and {option} are both given.", remedy="Leave one out.")
    if not propose:
        return TrimapSettings(hair=hair)
    return TrimapSettings(source="network", model=propose, hair=hair)


def parse_guidance(find: str, box: str | None) -> GuidanceSettings:
    """How the subject is found.

    Args:
        find: name of a network's weights, `CLASSICAL`, or empty for the default's.
        box: LEFT,TOP,RIGHT,BOTTOM in pixels of the upright photograph, or None.

    Raises:
        UsageError: if the box is not one.
    """
    finder = "" if find == CLASSICAL else find or FINDER
    if box is None:
        return GuidanceSettings(finder=finder)
    numbers = _BOX.fullmatch(box.replace(" ", ""))
    sides = tuple(map(int, numbers.groups())) if numbers else (0, 0, 0, 0)
    left, top, right, bottom = sides
    if left >= right or top >= bottom:
        raise UsageError(
            f"--box {box!r} is not understood.",
            remedy="Give LEFT,TOP,RIGHT,BOTTOM in pixels, such as 100,40,620,900.",
        )
    source: GuidanceSource = "automatic" if finder else "grabcut"
    return GuidanceSettings(source, (top, left, bottom, right), finder)


def parse_compute(device: str, precision: str) -> Compute:
    """Where networks run, and in what arithmetic.

    Raises:
        UsageError: if there is no such device or precision.
    """
    if device not in DEVICES:
        raise UsageError(f"There is no device {device!r}.", remedy=f"Use {', '.join(DEVICES)}.")
    if precision == "auto":
        return Compute(device)
    if precision == "float32":
        return Compute(device, "float32")
    raise UsageError(f"--precision {precision!r} is not possible.", remedy="Use auto or float32.")


def parse_background(text: str, *, fit: str = "fill", linear_light: bool = False) -> Background:
    """Read a file, a folder, a colour, `transparent`, `blur`, `bokeh`, or a gradient.

    Args:
        text: what was typed; a file or folder of that name goes first.
        fit: "fill" or "fit", for images.
        linear_light: blend in linear light.

    Raises:
        UsageError: if it is none of these.
    """
    from engine.commands.inputs import Companion

    path = Path(text).expanduser()
    if text and path.exists():
        settings = BackgroundSettings(
            kind="image", fit=_fit(fit), path=str(path), linear_light=linear_light
        )
        return Background(settings, Companion(path, "background"))
    kind, *rest = text.split(":")
    if kind == "transparent" and not rest:
        return Background(BackgroundSettings())
    if kind in _LENSES and len(rest) <= _LENSES[kind][1]:
        return Background(_blurred(kind, rest, linear_light=linear_light))
    return Background(_colours(text, [kind, *rest], linear_light=linear_light))


def _blurred(kind: str, rest: list[str], *, linear_light: bool) -> BackgroundSettings:
    """`blur`, `blur:PERCENT`, `bokeh`, `bokeh:PERCENT` or `bokeh:PERCENT:HIGHLIGHTS`."""
    usual = BackgroundSettings()
    shares = [_share(amount, amount, option="--background") for amount in rest]
    blur, highlights, *_ = (*shares, *(usual.blur, usual.highlights)[len(shares) :])
    return BackgroundSettings(
        kind="blurred",
        blur=blur,
        lens=_LENSES[kind][0],
        highlights=highlights,
        linear_light=linear_light,
    )


def _colours(text: str, parts: list[str], *, linear_light: bool) -> BackgroundSettings:
    """A colour, or a gradient `FROM:TO` or `FROM:TO:DEGREES`."""
    if len(parts) == 1:
        return BackgroundSettings(
            kind="colour", colour=_colour(parts[0], text), linear_light=linear_light
        )
    if len(parts) > 3:
        raise _not_a_background(text)
    angle = BackgroundSettings().angle
    if len(parts) == 3:
        try:
            angle = float(parts[2]) % 360
        except ValueError as error:
            raise _not_a_background(text) from error
    return BackgroundSettings(
        kind="gradient",
        colour=_colour(parts[0], text),
        colour_end=_colour(parts[1], text),
        angle=angle,
        linear_light=linear_light,
    )


def _colour(name: str, text: str) -> tuple[float, float, float]:
    try:
        return parse_colour(name, option="--background")
    except UsageError as error:
        raise _not_a_background(text) from error


def parse_colour(name: str, *, option: str) -> tuple[float, float, float]:
    """A colour as CSS writes it, such as `#3a6ea5` or `teal`, as RGB in [0, 1].

    Raises:
        UsageError: if it is none, or see-through.
    """
    from PIL.ImageColor import getrgb

    try:
        channels = getrgb(name)
    except ValueError as error:
        raise _no_colour(name, option) from error
    if len(channels) != 3:
        raise _no_colour(name, option)
    return channels[0] / 255, channels[1] / 255, channels[2] / 255


def _no_colour(name: str, option: str) -> UsageError:
    return UsageError(
        f"{option} {name!r} is not a colour.", remedy="Give one such as '#3a6ea5' or 'teal'."
    )


def _fit(text: str) -> ImageFit:
    fits: tuple[ImageFit, ...] = get_args(ImageFit)
    for known in fits:
        if known == text:
            return known
    raise UsageError(f"--fit {text!r} is not understood.", remedy="Use fill or fit.")


def _not_a_background(text: str) -> UsageError:
    return UsageError(
        f"--background {text!r} is neither a file or folder that is there, nor a colour.",
        remedy="Use a file, a folder, '#3a6ea5', a colour's name, 'transparent', 'blur', "
        "'bokeh', or a gradient such as 'white:#3a6ea5'.",
    )


def parse_names(text: str, known: tuple[str, ...], *, option: str) -> tuple[str, ...]:
    """Read a list with commas between; each once, in the order of `known`.

    Raises:
        UsageError: for an empty list or an unknown name.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        raise UsageError(
            f"{option} {(wrong or [text])[0]!r} is not understood.",
            remedy=f"Known: {', '.join(known)}.",
        )
    return tuple(name for name in known if name in names)
