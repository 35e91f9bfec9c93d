"""Both themes are complete and readable."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor, QPalette

from matteapp.theme import colours, palette, resolve, style_sheet

# WCAG 2.1, success criterion 1.4.3: text 4.5, and 1.4.11: parts of controls 3.
READABLE, VISIBLE = 4.5, 3.0
GROUNDS = ("window", "surface", "raised", "field", "hover", "notice", "alarm", "surround")
TEXT_ON = [
    *(("text", ground) for ground in GROUNDS),
    *(("muted", ground) for ground in ("window", "surface", "field")),
    *(("accent", ground) for ground in ("window", "surface", "field")),  # what was changed, links
    ("accent_text", "accent"),
]
# Icons have the text's colour; focus rings the accent's, and on what is accented its text's;
# ticks are outlined in the muted colour.
PARTS_ON = [
    *(("accent", ground) for ground in ("window", "surface", "raised", "field", "hover")),
    *(("muted", ground) for ground in ("window", "surface")),
    *(("text", ground) for ground in GROUNDS),
    ("accent_text", "accent"),
]


def _luminance(name: str) -> float:
    colour = QColor(name)
    linear = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_can_be_read(theme, text, ground) -> None:
    table = colours(theme)
    assert _contrast(table[text], table[ground]) >= READABLE


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("part", "ground"), PARTS_ON)
def test_parts_of_controls_can_be_seen(theme, part, ground) -> None:
    table = colours(theme)
    assert _contrast(table[part], table[ground]) >= VISIBLE


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_greys_are_neutral(theme) -> None:
    table = colours(theme)
    for name in ("window", "surface", "raised", "field", "surround", "groove"):
        assert QColor(table[name]).saturation() == 0


def test_both_themes_have_the_same_colours() -> None:
    assert set(colours("dark")) == set(colours("light"))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_style_sheet_is_complete(theme) -> None:
    assert "@" not in style_sheet(colours(theme))
    assert palette(colours(theme)).color(QPalette.ColorRole.Text).isValid()


def test_a_wish_is_followed(qapp) -> None:
    assert resolve("dark", qapp) == "dark"
    assert resolve("light", qapp) == "light"
    assert resolve("system", qapp) in ("dark", "light")


def test_text_in_the_style_sheet_grows() -> None:
    assert "font-size: 22px" in style_sheet(colours("dark"))
    grown = style_sheet(colours("dark"), percent=200)
    assert "font-size: 44px" in grown
    assert not re.search(r"\dtx\b", grown)
