"""Export presets: what comes along can be had, and the user's own come back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.delivery import Delivery
from engine.errors import UserError
from engine.output_presets import BUILT_IN, Output, OutputPresets
from engine.product_table import check_targets, product_paths

MINE = Output(("alpha", "on_white"), "tiff", "{date} {name}_{product}", Delivery(16, scale=0.25))


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_comes_along_can_be_had(name) -> None:
    output = BUILT_IN[name]
    output.delivery.check()
    targets = product_paths(
        "face",
        folder=Path("out"),
        products=output.products,
        format_name=output.format,
        template=output.template,
    )
    check_targets(targets, bits=output.delivery.bits)


def test_the_users_own_come_back(tmp_path) -> None:
    OutputPresets(tmp_path).put("Mine", MINE)
    assert OutputPresets(tmp_path).named("mine") == MINE
    written = json.loads((tmp_path / "exports.json").read_text("utf-8"))
    assert written["Mine"]["delivery"] == {"bits": 16, "scale": 0.25}


@pytest.mark.parametrize(
    "value",
    [
        {"products": ["hat"]},
        {"format": "gif"},
        {"template": "{x}"},
        {"sizes": 3},
        [],
        {"format": 1},
    ],
)
def test_a_file_that_is_none_is_refused_and_named(tmp_path, value) -> None:
    presets = OutputPresets(tmp_path)
    presets.path.write_text(json.dumps({"Mine": value}), "utf-8")
    with pytest.raises(UserError, match=r"file of export presets") as caught:
        presets.own()
    assert caught.value.path == presets.path
