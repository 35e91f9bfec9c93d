"""What people type about an enhancement, and what it means."""

from __future__ import annotations

import pytest

from engine.commands.enhance_choices import (
    matte_method,
    parse_bounds,
    parse_colours,
    parse_config,
    parse_head_box,
    parse_settings,
    parse_strength,
)
from engine.commands.errors import UsageError
from engine.enhance.settings import DEFAULT, PAPER, Weights, ablations
from engine.imaging.types import Rect


@pytest.mark.parametrize(
    ("text", "share"), [("0", 0.0), ("80", 0.8), ("150%", 1.5), ("12.5 %", 0.125)]
)
def test_a_strength_is_in_percent(text, share) -> None:
    assert parse_strength(text) == share


@pytest.mark.parametrize("text", ["151", "-1", "much", "", "1e1"])
def test_another_strength_is_refused(text) -> None:
    with pytest.raises(UsageError, match="--strength"):
        parse_strength(text)


def test_configurations_and_the_variants_of_the_tables_have_names() -> None:
    assert parse_config("paper") is PAPER
    assert parse_config("without_entropy") == ablations(DEFAULT)["without_entropy"]
    assert parse_config("paper:weights_2").weights == Weights(5, 5, 10, 10)
    assert parse_config("paper:w_only").mode == "plain"
    for wrong in ("papier", "nobody:w_only", "paper:nothing"):
        with pytest.raises(UsageError, match="weights_1"):
            parse_config(wrong)
    with pytest.raises(UsageError, match="true matte"):
        parse_config("foreground_true_alpha")


def test_bounds_are_two_numbers_of_grey_levels() -> None:
    assert (parse_bounds("12, 2.5").most, parse_bounds("12,2.5").mean) == (12.0, 2.5)
    for wrong in ("12", "0,4", "a,b"):
        with pytest.raises(UsageError, match="MOST,MEAN"):
            parse_bounds(wrong)


def test_what_is_said_changes_a_configuration_and_nothing_else() -> None:
    assert parse_settings("default") == DEFAULT
    said = parse_settings("paper", strength="50", steps=7, seed=3, features_file="vgg.pth")
    assert (said.strength, said.steps, said.seed, said.mode) == (0.5, 7, 3, "plain")
    assert (said.features.name, said.features.file) == ("vgg16", "vgg.pth")
    assert parse_settings("paper", features="person_small").features.file == ""


def test_box_and_colours() -> None:
    assert parse_head_box(None) is None
    assert parse_head_box("10,20,110,90") == Rect(20, 10, 90, 110)
    assert parse_colours("enhanced")
    assert not parse_colours("original")
    with pytest.raises(UsageError, match="--colours"):
        parse_colours("green")


def test_the_matte_is_the_references_where_it_is_a_method() -> None:
    assert matte_method("", "closed_form") == "closed_form"
    assert matte_method("", "prn_small") == "mask_guided"  # alone it answers its prior
    assert matte_method("", "theirs.onnx") == "closed_form"
    assert matte_method("knn", "prn_small") == "knn"
