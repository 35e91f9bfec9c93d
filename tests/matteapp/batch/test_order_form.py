"""The form of a batch's order: layers and views are behind a button."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from engine.batch.order import Order
from engine.product_table import CUTS
from matteapp.actions import make_actions
from matteapp.batch.setup import OrderForm


@pytest.fixture
def form(qtbot):
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
