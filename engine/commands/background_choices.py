"""From what people type to how a background lies, how it lights the subject, and its shadow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar, get_args

from engine.commands.choices import Background, parse_colour
from engine.commands.errors import UsageError
from engine.settings import ForegroundSettings, HarmonySettings, ImageFlip, ShadowKind

T = TypeVar("T", bound=str)


def placed(
    background: Background,
    *,
    zoom: float = 100.0,
    move: str = "0,0",
    rotate: float = 0.0,
    flip: str = "none",
) -> Background:
    """A background whose image is zoomed, moved, turned and mirrored.

    Args:
        background: which.
        zoom: in percent, on top of its fit.
        move: RIGHT,DOWN in percent of the frame's sides.
        rotate: degrees, clockwise.
        flip: a name of `ImageFlip`.

    Raises:
        UsageError: if one of them is not understood.
    """
    right, down = _numbers(
        move.split(","), option="--move", text=move, wanted="RIGHT,DOWN", count=2
    )
    settings = replace(
        background.settings,
        scale=zoom / 100,
        offset=(down / 100, right / 100),
        rotate=rotate,
        flip=_one_of(flip, get_args(ImageFlip), option="--flip"),
    )
    return replace(background, settings=settings)


def parse_harmony(
    light_wrap: str = "0", match: str = "0", shadow: str = "none", shadow_colour: str = "black"
) -> HarmonySettings:
    """How the subject and its background are made to belong together.

    Args:
        light_wrap: AMOUNT or AMOUNT:WIDTH, in percent.
        match: COLOURS or COLOURS:LIGHT, in percent.
        shadow: none, or KIND[:ANGLE[:DISTANCE[:BLUR[:OPACITY]]]], degrees and percent.
        shadow_colour: as CSS names colours.

    Raises:
        UsageError: if one of them is not understood.
    """
    usual = HarmonySettings()
    wrap = _shares(light_wrap, option="--light-wrap", wanted="AMOUNT[:WIDTH]", most=2)
    matched = _shares(match, option="--match", wanted="COLOURS[:LIGHT]", most=2)
    return replace(
        _shadow(shadow),
        wrap=wrap[0],
        wrap_width=wrap[1] if len(wrap) > 1 else usual.wrap_width,
        match=matched[0],
        match_light=matched[1] if len(matched) > 1 else usual.match_light,
        shadow_colour=parse_colour(shadow_colour, option="--shadow-colour"),
    )


def with_despill(
    foreground: ForegroundSettings, despill: str, *, inside: bool = False
) -> ForegroundSettings:
    """Read `off`, COLOUR or COLOUR:AMOUNT, the amount in percent.

    Raises:
        UsageError: if it is not understood.
    """
    if despill == "off":
        return foreground
    colour, _, amount = despill.partition(":")
    shares = _shares(amount or "100", option="--despill", wanted="COLOUR[:AMOUNT]", most=1)
    return replace(
        foreground,
        despill=shares[0],
        despill_colour=parse_colour(colour, option="--despill"),
        despill_inside=inside,
    )


def _shadow(text: str) -> HarmonySettings:
    usual, (kind, *rest) = HarmonySettings(), text.split(":")
    wanted = "KIND[:ANGLE[:DISTANCE[:BLUR[:OPACITY]]]]"
    if len(rest) > 4:
        raise _not_understood("--shadow", text, wanted)
    angle = usual.shadow_angle
    if rest:
        (angle,) = _numbers(rest[:1], option="--shadow", text=text, wanted=wanted, count=1)
    shares = (
        _shares(":".join(rest[1:]), option="--shadow", wanted=wanted, most=3) if rest[1:] else ()
    )
    left_out = usual.shadow_distance, usual.shadow_blur, usual.shadow_opacity
    distance, blur, opacity = (*shares, *left_out[len(shares) :])
    return replace(
        usual,
        shadow=_one_of(kind, get_args(ShadowKind), option="--shadow"),
        shadow_angle=angle % 360,
        shadow_distance=distance,
        shadow_blur=blur,
        shadow_opacity=opacity,
    )


def _shares(text: str, *, option: str, wanted: str, most: int) -> tuple[float, ...]:
    """Percents with colons between, as shares."""
    parts = text.replace("%", "").split(":")
    if len(parts) > most:
        raise _not_understood(option, text, wanted)
    numbers = _numbers(parts, option=option, text=text, wanted=wanted, count=len(parts))
    if not all(0 <= number <= 100 for number in numbers):
        raise _not_understood(option, text, f"{wanted}, from 0 to 100 percent")
    return tuple(number / 100 for number in numbers)


def _numbers(
    parts: Sequence[str], *, option: str, text: str, wanted: str, count: int
) -> tuple[float, ...]:
    try:
        numbers = tuple(map(float, parts))
    except ValueError as error:
        raise _not_understood(option, text, wanted) from error
    if len(numbers) != count or not all(abs(number) < float("inf") for number in numbers):
        raise _not_understood(option, text, wanted)
    return numbers


def _one_of(text: str, known: tuple[T, ...], *, option: str) -> T:
    for each in known:
        if each == text:
            return each
    raise _not_understood(option, text, f"one of {', '.join(known)}")


def _not_understood(option: str, text: str, wanted: str) -> UsageError:
    return UsageError(f"{option} {text!r} is not understood.", remedy=f"Give {wanted}.")
