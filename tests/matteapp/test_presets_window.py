"""Presets in the window: one step of the history each, and kept in a file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from engine.document import edits
from engine.presets import BUILT_IN, PLACE, Presets
from engine.settings import CutSettings, EdgeSettings, GuidanceSettings, HarmonySettings
from matteapp.settings import REMEMBER


@pytest.fixture
def panel(studio, grey_document):
    studio.session.open_state(grey_document)
    return studio.window.panels.presets


def kept(studio, name: str):
    return Presets().named(name).settings


def choose(panel, name: str) -> None:
    index = panel.combo.findData(name)
    panel.combo.setCurrentIndex(index)
    panel.combo.activated.emit(index)


def edit(studio, **parts) -> None:
    studio.session.apply(
        lambda state: edits.set_settings(state, replace(state.settings, **parts)), label="Edit"
    )


def test_a_preset_is_one_step_and_undone_as_one(studio, panel) -> None:
    choose(panel, "Web shop")
    state = studio.session.state
    assert state.settings == BUILT_IN["Web shop"].on(state.settings)
    assert studio.session.history.labels[-1] == "Preset: Web shop"
    assert panel.chip.text() == "Web shop"
    studio.session.undo()
    assert panel.chip.text() == "none"
    assert panel.current == ""


def test_what_is_saved_is_offered_and_chosen(studio, panel, qtbot) -> None:
    edit(studio, edge=EdgeSettings(smooth=4.0), method="knn")
    studio.window.actions_by_name["preset.save"].trigger()
    assert panel.name.isVisible()
    qtbot.keyClicks(panel.name, "Mine")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    assert not panel.name.isVisible()
    assert panel.current == panel.chip.text() == "Mine"
    assert kept(studio, "Mine").edge.smooth == 4.0
    edit(studio, edge=EdgeSettings())
    assert panel.current == ""
    choose(panel, "Mine")
    assert studio.session.state.settings.edge.smooth == 4.0


def test_a_name_that_is_taken_is_said_in_the_bar(studio, panel, qtbot) -> None:
    panel.ask_name()
    qtbot.keyClicks(panel.name, "passport")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    assert "comes along" in studio.window.bar.text.text()
    assert panel.name.isVisible()  # to be mended
    assert Presets().own() == {}


def test_rename_and_delete_and_bring_back(studio, panel, qtbot) -> None:
    edit(studio, edge=EdgeSettings(feather=2.0))
    panel.save_asked.emit("One")
    panel.buttons["rename"].click()
    assert panel.name.text() == "One"
    panel.name.clear()
    qtbot.keyClicks(panel.name, "Two")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    assert list(Presets().own()) == ["Two"]
    panel.buttons["delete"].click()
    assert Presets().own() == {}
    studio.window.bar.action.click()
    assert kept(studio, "Two").edge.feather == 2.0


def test_what_comes_along_can_be_neither_renamed_nor_deleted(studio, panel) -> None:
    choose(panel, "Passport")
    assert not panel.buttons["rename"].isEnabled()
    assert not panel.buttons["delete"].isEnabled()
    assert panel.buttons["save"].isEnabled()


def test_a_broken_file_leaves_what_comes_along(qapp, studio, panel, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))
    path = Presets().path
    path.write_text("{")
    studio.presetting._presets = Presets()
    panel.save_asked.emit("Mine")
    assert "presets" in studio.window.bar.text.text()
    assert path.read_text() == "{"


@pytest.mark.parametrize("wanted", [True, False])
def test_the_next_photograph_starts_as_people_want(studio, panel, grey_document, wanted) -> None:
    studio.settings.set_value(REMEMBER, wanted)
    edit(studio, harmony=HarmonySettings(wrap=0.5), guidance=GuidanceSettings("file", (1, 2, 3, 4)))
    fresh = replace(grey_document, settings=CutSettings())
    settings = studio.presetting.for_new(fresh).settings
    assert settings.harmony.wrap == (0.5 if wanted else 0.0)
    assert settings.guidance == GuidanceSettings()


def test_a_photograph_that_is_opened_has_the_last_ones_settings(
    studio, panel, qtbot, sample
) -> None:
    studio.settings.set_value(REMEMBER, True)
    edit(studio, edge=EdgeSettings(contrast=0.3))
    with qtbot.waitSignal(studio.session.changed, timeout=20_000):
        studio.files.open_paths([sample])
    qtbot.waitUntil(lambda: studio.session.state is not None and studio.session.state.size[0] > 48)
    assert studio.session.state.settings.edge.contrast == 0.3
    assert not studio.session.dirty
    studio.live.stop()
