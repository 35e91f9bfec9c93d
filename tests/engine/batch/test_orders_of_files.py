"""What a batch is told about its files is kept in its journal, and checked before it begins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.batch.order import Order, from_order_dict, to_order_dict
from engine.delivery import Delivery
from engine.errors import UserError
from engine.output_presets import BUILT_IN, Output

ORDER = Order(
    Path("out"),
    ("cutout", "on_white", "layers"),
    "tiff",
    16,
    scale=0.5,
    colour_space="display_p3",
    metadata=False,
    template="{name} {view}",
)


def test_an_order_comes_back_whole() -> None:
    assert from_order_dict(to_order_dict(ORDER)) == ORDER


def test_an_order_of_an_older_program_has_what_was_usual_then() -> None:
    values = to_order_dict(Order(Path("out")))
    for name in ("scale", "colour_space", "metadata", "template"):
        del values[name]
    assert from_order_dict(values) == Order(Path("out"))


def test_files_are_named_and_written_as_ordered() -> None:
    ORDER.check()
    assert ORDER.delivery == Delivery(16, 92, 0.5, "display_p3", metadata=False)
    names = [path.name for path in ORDER.targets(Path("in/a.jpg")).values()]
    assert names == ["a Cut-out.tif", "a On white.tif", "a New layer with mask.psd"]


@pytest.mark.parametrize(
    "change",
    [
        {"colour_space": "pantone"},
        {"scale": 0.0},
        {"template": "{name}"},
        {"template": "{product} {nmae}"},
    ],
)
def test_what_cannot_go_well_is_refused(change) -> None:
    with pytest.raises(UserError):
        replace(ORDER, **change).check()


@pytest.mark.parametrize("name", ["scale", "colour_space", "metadata", "template"])
def test_other_files_are_another_order(name) -> None:
    assert replace(ORDER, **{name: getattr(Order(Path()), name)}).fingerprint != ORDER.fingerprint


def test_names_hold_the_number_and_the_size_of_the_files() -> None:
    order = replace(ORDER, template="{counter} {size} {product}")
    order.check()
    made = order.targets(Path("in/a.jpg"), counter=7, size=(300, 201))
    assert made["cutout"].name == "007 100x150 cutout.tif"
    assert (order.names_size, order.names_photograph) == (True, False)
    with pytest.raises(UserError, match="size"):
        order.targets(Path("in/a.jpg"), counter=7)


def test_a_preset_is_ordered_but_for_what_only_an_enhancement_gives() -> None:
    for preset in BUILT_IN.values():
        saved = ORDER.saving(preset)
        assert saved.output == replace(preset, tip="")
        assert (saved.folder, saved.settings) == (ORDER.folder, ORDER.settings)
    with pytest.raises(UserError, match="enhanced"):
        ORDER.saving(Output(("cutout", "enhanced")))
