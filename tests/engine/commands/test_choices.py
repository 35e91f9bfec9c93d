"""What people type becomes settings, or a message that says what could be typed."""

from __future__ import annotations

import pytest

from engine.commands.choices import (
    parse_background,
    parse_foreground,
    parse_names,
    parse_trimap,
)
from engine.commands.errors import UsageError
from engine.settings import TrimapSettings


@pytest.mark.parametrize(
    ("text", "method", "amount"),
    [
        ("multilevel", "multilevel", 1.0),
        ("closed_form:50", "closed_form", 0.5),
        ("blur-fusion:12.5%", "blur_fusion", 0.125),
        ("80", "multilevel", 0.8),
        ("0", "multilevel", 0.0),
        ("off", "multilevel", 0.0),
        ("100%", "multilevel", 1.0),
    ],
)
def test_decontamination(text, method, amount):
    settings = parse_foreground(text)
    assert (settings.method, settings.amount) == (method, amount)


@pytest.mark.parametrize(
    ("propose", "radius", "smart", "wanted"),
    [
        ("", None, None, TrimapSettings()),
        ("mine", None, None, TrimapSettings(source="network", model="mine")),
        ("none", None, None, TrimapSettings(source="radius")),
        ("none", 4, False, TrimapSettings(source="radius", radius=4, smart=False)),
        ("", 7, None, TrimapSettings(source="radius", radius=7)),
        ("", None, True, TrimapSettings(source="radius")),
        ("", None, False, TrimapSettings(source="radius", smart=False)),
    ],
)
def test_a_band_is_drawn_where_something_is_said_about_it(propose, radius, smart, wanted):
    assert parse_trimap(propose, radius=radius, smart=smart) == wanted


@pytest.mark.parametrize(("band", "option"), [((3, None), "--radius"), ((None, False), "--smart")])
def test_a_network_draws_no_band(band, option):
    with pytest.raises(UsageError, match=f"--propose and {option}"):
        parse_trimap("mine", radius=band[0], smart=band[1])


@pytest.mark.parametrize(
    "text", ["101", "-1", "magic", "multilevel:much", "magic:50", "nan", "1e1"]
)
def test_decontamination_that_is_not_understood(text):
    with pytest.raises(UsageError):
        parse_foreground(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("transparent", "transparent"),
        ("blur", "blurred"),
        ("#3a6ea5", "colour"),
        ("teal", "colour"),
        ("rgb(10, 20, 30)", "colour"),
        ("white:#3a6ea5", "gradient"),
        ("white:black:45", "gradient"),
    ],
)
def test_kinds_of_background(text, kind):
    assert parse_background(text).settings.kind == kind


def test_a_colour_is_read_exactly():
    assert parse_background("#3a6ea5").settings.colour == (0x3A / 255, 0x6E / 255, 0xA5 / 255)


def test_a_gradient_has_two_colours_and_a_direction():
    settings = parse_background("white:#000:45", linear_light=True).settings
    assert settings.colour == (1.0, 1.0, 1.0)
    assert settings.colour_end == (0.0, 0.0, 0.0)
    assert settings.angle == 45.0
    assert settings.linear_light


def test_the_strength_of_a_blur_is_in_percent():
    assert parse_background("blur:5").settings.blur == 0.05


def test_a_file_of_that_name_goes_before_a_colour(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "red").write_bytes(b"")
    background = parse_background("red", fit="fit")
    assert background.settings.kind == "image"
    assert background.settings.fit == "fit"
    assert background.images.path.name == "red"


@pytest.mark.parametrize(
    "text", ["beach.jpg", "#12", "#11223344", "a:b", "white:black:up", "blur:x", "a:b:c:d", ""]
)
def test_a_background_that_is_nothing_is_refused_with_what_it_could_be(text):
    with pytest.raises(UsageError) as refused:
        parse_background(text)
    assert refused.value.remedy


def test_an_unknown_fit_is_refused(tmp_path):
    with pytest.raises(UsageError, match="fill or fit"):
        parse_background(str(tmp_path), fit="stretch")


def test_lists_keep_the_order_of_what_is_known_and_no_doubles():
    assert parse_names("b, a,b", ("a", "b"), option="--save") == ("a", "b")


@pytest.mark.parametrize("text", ["", ",", "a,c"])
def test_lists_with_nothing_or_the_unknown_are_refused(text):
    with pytest.raises(UsageError, match="Known: a, b"):
        parse_names(text, ("a", "b"), option="--save")
