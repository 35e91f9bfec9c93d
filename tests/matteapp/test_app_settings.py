"""The user's settings: kept, read back in their type, and never out of range."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings

from matteapp.dialogs.preferences import PreferencesDialog
from matteapp.settings import (
    AUTOSAVE,
    PRESSURE,
    SETTINGS,
    THEME,
    UNDO_MEMORY,
    Choice,
    Settings,
    Whole,
)


@pytest.mark.parametrize("spec", SETTINGS.values(), ids=lambda spec: spec.key)
def test_defaults_are_possible_values(spec, store) -> None:
    if isinstance(spec.kind, Choice):
        assert spec.default in {value for value, _ in spec.kind.options}
    if isinstance(spec.kind, Whole):
        assert spec.kind.low <= spec.default <= spec.kind.high
    assert Settings(store).value(spec.key) == spec.default


def test_values_survive_the_file(store, tmp_path) -> None:
    settings = Settings(store)
    settings.set_value(PRESSURE, False)
    settings.set_value(UNDO_MEMORY, 256)
    settings.set_value(THEME, "light")
    store.sync()
    again = Settings(QSettings(store.fileName(), QSettings.Format.IniFormat))
    assert again.value(PRESSURE) is False
    assert again.number(UNDO_MEMORY) == 256
    assert again.text(THEME) == "light"


@pytest.mark.parametrize(
    ("key", "stored", "read"),
    [
        (AUTOSAVE, "soon", SETTINGS[AUTOSAVE].default),
        (AUTOSAVE, "100000", 600),
        (UNDO_MEMORY, -5, 64),
        (THEME, "pink", SETTINGS[THEME].default),
    ],
)
def test_impossible_values_do_no_harm(store, key, stored, read) -> None:
    store.setValue(key, stored)
    assert Settings(store).value(key) == read


def test_the_dialog_has_a_control_for_every_row(qtbot, store) -> None:
    dialog = PreferencesDialog(Settings(store))
    qtbot.addWidget(dialog)
    assert set(dialog.controls) == set(SETTINGS)
    assert all(control.accessibleName() for control in dialog.controls.values())


def test_the_dialog_changes_settings_at_once(qtbot, store) -> None:
    settings = Settings(store)
    dialog = PreferencesDialog(settings)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(settings.changed) as told:
        dialog.controls[AUTOSAVE].setValue(30)
    assert told.args == [AUTOSAVE, 30]
    assert settings.number(AUTOSAVE) == 30
