"""The form of a batch's order: layers and views are behind a button."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from engine.batch.order import Order
from engine.delivery import Delivery
from engine.output_presets import BUILT_IN, Output, OutputPresets
from engine.presets import PLACE
from engine.product_table import CUTS
from matteapp.batch.setup import OrderForm
from matteapp.menus import make_actions


@pytest.fixture
def form(qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv(PLACE, str(tmp_path / "presets"))
    owner = QObject()
    made = OrderForm(make_actions(owner))
    qtbot.addWidget(made)
    yield made
    owner.deleteLater()


def test_layers_and_views_are_ordered_from_the_menu(qtbot, form) -> None:
    form.show_order(Order(Path("/out"), ("cutout", "overlay"), template="{name} {view}"))
    assert form.more_products["overlay"].isChecked()
    assert "(1)" in form.more.text()
    with qtbot.waitSignal(form.wanted) as wanted:
        form.more_products["layers"].trigger()
    order = wanted.args[0]
    assert order.products == ("cutout", "layers", "overlay")
    assert order.template == "{name} {view}"


def test_everything_that_a_cut_gives_can_be_ordered(form) -> None:
    assert {*form.products, *form.more_products} == set(CUTS)


def test_size_colours_and_metadata_are_ordered(qtbot, form) -> None:
    form.show_order(Order(Path("/out")))
    orders: list[Order] = []
    form.wanted.connect(orders.append)
    form.wanted.connect(form.show_order)
    form.delivery.scale.setValue(50)
    form.delivery.metadata.click()
    form.delivery.take_space("adobe_rgb")
    form.delivery.changed.emit()
    form.names.line.setText("{name} {size}")
    form.names.line.editingFinished.emit()
    assert orders[-1].delivery == Delivery(scale=0.5, colour_space="adobe_rgb", metadata=False)
    assert orders[-1].template == "{name} {size}"
    form.show_order(orders[-1])
    assert len(orders) == 4  # showing orders nothing


@pytest.mark.parametrize("name", BUILT_IN)
def test_an_export_preset_is_ordered_as_it_is(form, name) -> None:
    form.show_order(Order(Path("/out"), replace=True))
    orders: list[Order] = []
    form.wanted.connect(orders.append)
    form.presets.chosen.emit(name)
    order = orders[0]
    preset = BUILT_IN[name]
    assert (order.products, order.format) == (preset.products, preset.format)
    assert (order.template, order.delivery) == (preset.template, preset.delivery)
    assert order.replace


def test_an_order_is_kept_as_an_export_preset(form) -> None:
    order = Order(Path("/out"), ("alpha", "overlay"), "tiff", 16, scale=0.25, template="{view}")
    form.show_order(order)
    form.presets.save_asked.emit("Mine")
    assert OutputPresets().named("Mine") == order.output


def test_what_cannot_be_is_told_and_not_ordered(qtbot, form) -> None:
    form.show_order(Order(Path("/out"), ("cutout", "alpha")))
    form.wanted.connect(lambda _: pytest.fail("was ordered"))
    form.names.line.setText("{name}")
    with qtbot.waitSignal(form.refused) as refused:
        form.names.line.editingFinished.emit()
    assert "{product}" in refused.args[0].remedy
    form.names.line.setText("{name}_{product}")
    OutputPresets().put("Enhanced", Output(("enhanced",)))
    with qtbot.waitSignal(form.refused) as refused:
        form.presets.chosen.emit("Enhanced")
    assert "enhance" in refused.args[0].problem
