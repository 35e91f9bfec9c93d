"""How a background lies, how it lights the subject, and its shadow, as people type them."""

from __future__ import annotations

import pytest

from engine.commands.background_choices import parse_harmony, placed, with_despill
from engine.commands.choices import parse_background
from engine.commands.errors import UsageError
from engine.settings import ForegroundSettings, HarmonySettings


def test_nothing_typed_is_nothing_done() -> None:
    assert parse_harmony() == HarmonySettings()
    assert placed(parse_background("red")) == parse_background("red")
    assert with_despill(ForegroundSettings(), "off") == ForegroundSettings()


def test_an_image_is_placed() -> None:
    settings = placed(
        parse_background("red"), zoom=150.0, move="10,-20.5", rotate=-12.0, flip="across"
    ).settings
    assert settings.scale == 1.5
    assert settings.offset == (-0.205, 0.1)
    assert (settings.rotate, settings.flip) == (-12.0, "across")


@pytest.mark.parametrize("wrong", [{"move": "3"}, {"move": "a,b"}, {"flip": "sideways"}])
def test_a_place_that_is_not_understood(wrong) -> None:
    with pytest.raises(UsageError, match=f"--{next(iter(wrong))}"):
        placed(parse_background("red"), **wrong)


def test_light_and_colours() -> None:
    assert parse_harmony("40", "30").wrap == 0.4
    assert parse_harmony("40:2.5%").wrap_width == 0.025
    matched = parse_harmony(match="30:20")
    assert (matched.match, matched.match_light) == (0.3, 0.2)


def test_a_shadow_with_more_and_more_said_about_it() -> None:
    usual = HarmonySettings()
    assert parse_harmony(shadow="drop").shadow_distance == usual.shadow_distance
    assert parse_harmony(shadow="drop:-90").shadow_angle == 270.0
    whole = parse_harmony(shadow="contact:80:12:1.5:60", shadow_colour="#000080")
    assert (whole.shadow, whole.shadow_angle) == ("contact", 80.0)
    assert (whole.shadow_distance, whole.shadow_blur, whole.shadow_opacity) == (0.12, 0.015, 0.6)
    assert whole.shadow_colour == (0.0, 0.0, 128 / 255)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("light_wrap", "much"),
        ("light_wrap", "101"),
        ("light_wrap", "1:2:3"),
        ("match", "-1"),
        ("shadow", "drip"),
        ("shadow", "drop:nan"),
        ("shadow", "drop:1:2:3:4:5"),
        ("shadow_colour", "blurple"),
    ],
)
def test_harmony_that_is_not_understood(option, text) -> None:
    with pytest.raises(UsageError, match=f"--{option.replace('_', '-')}"):
        parse_harmony(**{option: text})


def test_despill() -> None:
    chosen = with_despill(ForegroundSettings(), "lime:80", inside=True)
    assert (chosen.despill, chosen.despill_colour) == (0.8, (0.0, 1.0, 0.0))
    assert chosen.despill_inside
    assert with_despill(ForegroundSettings(), "lime").despill == 1.0
    for text in ("lime:much", "lime:120", "slime"):
        with pytest.raises(UsageError, match="--despill"):
            with_despill(ForegroundSettings(), text)


def test_an_open_lens() -> None:
    settings = parse_background("bokeh:4:80").settings
    assert (settings.kind, settings.lens) == ("blurred", "disc")
    assert (settings.blur, settings.highlights) == (0.04, 0.8)
    assert parse_background("bokeh").settings.lens == "disc"
    assert parse_background("blur:4").settings.lens == "gaussian"
    for text in ("bokeh:much", "bokeh:1:2:3", "blur:1:2"):
        with pytest.raises(UsageError, match="--background"):
            parse_background(text)
