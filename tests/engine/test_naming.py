"""Names of files from templates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.naming import FIELDS, TEMPLATE, Named, check_template, fields_of, filled
from engine.product_table import EVERY, product_paths

ABOUT = Named("face", size=(1600, 1200), day=date(2026, 11, 22), counter=7)


def test_every_field_is_filled() -> None:
    template = "-".join(f"{{{name}}}" for name in FIELDS)
    assert fields_of(template) == set(FIELDS)
    name = filled(template, ABOUT, product="on_white", view="On white")
    assert name == "face-on_white-On white-1200x1600-2026-11-22-007"


def test_a_name_with_braces_is_not_filled_again() -> None:
    assert filled(TEMPLATE, Named("{date}"), product="alpha", view="") == "{date}_alpha"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{nmae}", "Did you mean {name}"),
        ("{name", "brace"),
        ("name}", "brace"),
        ("a/b", "has none of"),
        ("  ", "not empty"),
        ("what?", "has none of"),
        (".{name}", "dot or a space"),
        ("{name} ", "dot or a space"),
        ("n" * 300, "too long"),
    ],
)
def test_what_gives_no_name_is_refused_in_words(template, said) -> None:
    with pytest.raises(UserError, match=said):
        check_template(template)


def test_a_size_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UserError, match="not known"):
        filled("{name}_{size}", Named("face"), product="alpha", view="")


def test_by_default_every_product_has_a_name_of_its_own() -> None:
    paths = product_paths("face", folder=Path("out"), products=list(EVERY))
    assert len(set(paths.values())) == len(EVERY)
    assert paths["cutout"] == Path("out/face_cutout.png")
    assert paths["masked"] == Path("out/face_masked.psd")
    assert paths["alpha"] == Path("out/face_alpha.png")


def test_two_products_of_one_name_are_refused() -> None:
    with pytest.raises(UserError, match="Two files"):
        product_paths("a", folder=Path(), products=["cutout", "alpha"], template="{name}")
    one = product_paths("a", folder=Path(), products=["cutout"], template="{name}")
    assert one == {"cutout": Path("a.png")}


def test_formats_that_cannot_hold_a_product_give_way() -> None:
    paths = product_paths(
        "a", folder=Path(), products=["composite", "alpha", "layers", "onion"], format_name="jpeg"
    )
    assert [path.suffix for path in paths.values()] == [".jpg", ".png", ".psd", ".png"]
