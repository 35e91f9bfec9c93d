"""Panels are tables; they show what they are given and keep nothing."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox

from engine.foreground.estimate import FOREGROUND_METHODS
from engine.setting_paths import value_at, with_value
from engine.settings import CutSettings, EdgeSettings, GuidanceSettings, from_dict, to_dict
from matteapp.gesture import SettingEdits
from matteapp.menus import make_actions
from matteapp.panels.background_tables import BACKGROUND, HARMONY
from matteapp.panels.column import PanelColumn
from matteapp.panels.enhance_choices import OFFERED, offered
from matteapp.panels.fields import NumberField
from matteapp.panels.kinds import Number, OneOf
from matteapp.panels.setting_panel import DEFAULTS, SettingPanel
from matteapp.panels.tables import (
    EDGE,
    FOREGROUND,
    METHODS,
    TRIMAP,
    enhance_panel,
    matte_panel,
)
from matteapp.session import Session

ENHANCE = enhance_panel(*(offered()[name] for name in OFFERED))
PANELS = (TRIMAP, matte_panel(METHODS), EDGE, FOREGROUND, BACKGROUND, HARMONY, ENHANCE)
ROWS = [row for panel in PANELS for row in panel.rows]
WITHOUT_A_ROW = {
    *("guidance.source", "guidance.box", "guidance.finder"),
    *("guidance.clicks", "guidance.cuts"),
    *("trimap.model", "enhance.box"),
}


def _paths(settings: object, prefix: str = "") -> set[str]:
    found = set()
    for field in fields(settings):
        value = getattr(settings, field.name)
        name = f"{prefix}{field.name}"
        found |= _paths(value, f"{name}.") if is_dataclass(value) else {name}
    return found


def test_every_setting_has_one_row() -> None:
    paths = [row.path for row in ROWS]
    assert len(set(paths)) == len(paths)
    whole = {path.rstrip(".01") for path in paths}  # a tuple's two values have a row each
    assert whole | WITHOUT_A_ROW == _paths(CutSettings())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.path)
def test_defaults_lie_on_the_control(row) -> None:
    value = value_at(DEFAULTS, row.path)
    if isinstance(row.kind, Number) and value is not None:
        assert row.kind.low <= value * row.kind.scale <= row.kind.high
    if isinstance(row.kind, OneOf):
        assert value in {option for option, _, _ in row.kind.options}


@pytest.mark.parametrize("row", [r for r in ROWS if isinstance(r.kind, OneOf)], ids=str)
def test_every_choice_is_a_setting(row) -> None:
    for value, _, _ in row.kind.options:
        changed = with_value(DEFAULTS, row.path, value)
        assert from_dict(CutSettings, to_dict(changed)) == changed


def test_methods_are_those_of_the_engine() -> None:
    from engine.matting.methods import METHODS as SOLVERS

    assert {name for name, _, _ in METHODS} == set(SOLVERS)
    row = next(row for row in FOREGROUND.rows if row.path == "foreground.method")
    assert {name for name, _, _ in row.kind.options} == set(FOREGROUND_METHODS)


@pytest.mark.parametrize("spec", PANELS, ids=lambda spec: spec.key)
def test_showing_settings_tells_nobody(qtbot, spec) -> None:
    panel = SettingPanel(spec)
    qtbot.addWidget(panel)
    with qtbot.assertNotEmitted(panel.edited):
        panel.show_settings(replace(DEFAULTS, edge=EdgeSettings(smooth=3.0, feather=1.5)))


def test_a_panel_says_what_was_changed_by_hand(qtbot) -> None:
    panel = SettingPanel(EDGE)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.chip.text() == EDGE.untouched
    assert not panel.reset.isVisible()
    panel.show_settings(replace(DEFAULTS, edge=EdgeSettings(smooth=3.0)))
    assert panel.chip.text() == "changed by hand"
    assert panel.reset.isVisible()
    assert panel.fields["edge.smooth"].label.property("changed")
    assert not panel.fields["edge.feather"].label.property("changed")


def test_a_panel_folds(qtbot) -> None:
    panel = SettingPanel(EDGE)
    qtbot.addWidget(panel)
    panel.show()
    assert not panel.body.isVisible()
    qtbot.mouseClick(panel.header, Qt.MouseButton.LeftButton)
    assert panel.body.isVisible()


def test_rows_come_and_go_with_the_kind_of_background(qtbot) -> None:
    panel = SettingPanel(BACKGROUND)
    qtbot.addWidget(panel)
    panel.show_settings(with_value(DEFAULTS, "background.kind", "gradient"))
    shown = {path for path, field in panel.fields.items() if not field.isHidden()}
    assert "background.angle" in shown
    assert "background.path" not in shown


def test_an_automatic_number_has_no_number(qtbot) -> None:
    panel = SettingPanel(TRIMAP)
    qtbot.addWidget(panel)
    field = panel.fields["trimap.radius"]
    assert isinstance(field, NumberField)
    assert field.automatic.isChecked()
    assert not field.slider.isEnabled()
    with qtbot.waitSignal(panel.edited) as told:
        field.automatic.setChecked(False)
    assert told.args[0] == "trimap.radius"
    assert isinstance(told.args[1], int)


def test_numbers_are_shown_in_their_unit_and_kept_in_theirs(qtbot) -> None:
    panel = SettingPanel(FOREGROUND)
    qtbot.addWidget(panel)
    field = panel.fields["foreground.amount"]
    assert field.box.text() == "100 %"
    with qtbot.waitSignal(panel.edited) as told:
        field.slider.setValue(25)
    assert told.args == ["foreground.amount", 0.25, True]


def test_a_drag_is_one_step(qtbot, grey_document) -> None:
    session = Session()
    session.open_state(grey_document)
    panel, edits = SettingPanel(EDGE), SettingEdits(session)
    qtbot.addWidget(panel)
    panel.edited.connect(lambda path, value, ends: edits.edit(path, value, ends, title="Smooth"))
    slider = panel.fields["edge.smooth"].slider
    slider.setSliderDown(True)
    for position in (2, 4, 6, 8):
        slider.setValue(position)
    slider.setSliderDown(False)
    assert session.history.labels == ("Open", "Smooth")
    assert session.state.settings.edge.smooth == 4.0
    slider.setValue(10)
    assert session.history.labels == ("Open", "Smooth", "Smooth")
    session.undo()
    session.undo()
    assert session.state.settings.edge.smooth == 0.0


def test_a_drag_that_starts_where_it_was_changes_no_older_step(qtbot, grey_document) -> None:
    session = Session()
    session.open_state(grey_document)
    edits = SettingEdits(session)
    edits.edit("edge.smooth", 2.0, True, title="Smooth")
    edits.edit("edge.smooth", 2.0, False, title="Smooth")
    edits.edit("edge.smooth", 5.0, False, title="Smooth")
    assert session.history.labels == ("Open", "Smooth", "Smooth")


def test_reset_brings_the_defaults_back(qtbot, grey_document) -> None:
    session = Session()
    session.open_state(grey_document)
    edits = SettingEdits(session)
    edits.edit("edge.smooth", 2.0, True, title="Smooth")
    edits.reset("edge", title="Reset edge")
    assert session.state.settings.edge == EdgeSettings()


@pytest.fixture
def actions(qapp):
    owner = QObject()
    yield make_actions(owner)
    owner.deleteLater()


def test_the_subject_panel_names_its_source(qtbot, actions) -> None:
    column = PanelColumn(actions)
    qtbot.addWidget(column)
    column.subject.show_guidance(GuidanceSettings("file"), has_strokes=True)
    assert column.subject.chip.text() == "from a file"
    assert "strokes" in column.subject.text.text()


def test_panels_come_in_the_order_of_the_work(qtbot, actions) -> None:
    column = PanelColumn(actions)
    qtbot.addWidget(column)
    assert [section.key for section in column.sections] == [
        *(
            "presets",
            "subject",
            "trimap",
            "matte",
            "edge",
            "foreground",
            "background",
            "harmony",
            "enhance",
            "history",
            "jobs",
        )
    ]


def test_every_control_of_the_window_can_be_named(studio) -> None:
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox)
    nameless = [
        control
        for kind in kinds
        for control in studio.window.findChildren(kind)
        if not control.objectName().startswith("qt_")
        and not (control.accessibleName() or getattr(control, "text", str)())
        and type(control).__name__ != "QScrollBar"
    ]
    assert [control.objectName() or control.parent() for control in nameless] == []
