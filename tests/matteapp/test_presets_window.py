"""Presets in the window: one step of the history each, and kept in a file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.document import edits
from engine.imaging.write import write_picture
from engine.presets import BUILT_IN, Presets
from engine.settings import CutSettings, EdgeSettings, GuidanceSettings, HarmonySettings
from matteapp.errors_ui import ErrorDesk, MessageBar
from matteapp.panels.presets import PresetsPanel
from matteapp.presetting import Presetting
from matteapp.session import Session
from matteapp.settings import REMEMBER, Settings


@dataclass
class Room:
    """Presets without the rest of the window."""

    session: Session
    settings: Settings
    bar: MessageBar
    presets: Presets
    presetting: Presetting
    window: QWidget


@pytest.fixture
def room(qtbot, store, tmp_path, grey_document):
    window, panel, session, settings = QWidget(), PresetsPanel(), Session(), Settings(store)
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(panel)
    bar, presets = MessageBar(window), Presets(tmp_path / "presets")
    presetting = Presetting(
        session, panel, presets=presets, settings=settings, bar=bar, desk=ErrorDesk(bar, window)
    )
    session.open_state(grey_document)
    window.show()
    return Room(session, settings, bar, presets, presetting, window)


@pytest.fixture
def panel(room):
    return room.window.findChild(PresetsPanel)


def choose(panel, name: str) -> None:
    index = panel.combo.findData(name)
    panel.combo.setCurrentIndex(index)
    panel.combo.activated.emit(index)


def edit(room, **parts) -> None:
    room.session.apply(
        lambda state: edits.set_settings(state, replace(state.settings, **parts)), label="Edit"
    )


def test_a_preset_is_one_step_and_undone_as_one(room, panel) -> None:
    choose(panel, "Web shop")
    state = room.session.state
    assert state.settings == BUILT_IN["Web shop"].on(state.settings)
    assert room.session.history.labels[-1] == "Preset: Web shop"
    assert panel.chip.text() == "Web shop"
    room.session.undo()
    assert panel.chip.text() == "none"
    assert panel.current == ""


def test_what_is_saved_is_offered_and_chosen(room, panel, qtbot) -> None:
    edit(room, edge=EdgeSettings(smooth=4.0), method="knn")
    panel.buttons["save"].click()
    assert panel.name.isVisible()
    qtbot.keyClicks(panel.name, "Mine")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    assert not panel.name.isVisible()
    assert panel.current == panel.chip.text() == "Mine"
    assert room.presets.named("Mine").settings.edge.smooth == 4.0
    edit(room, edge=EdgeSettings())
    assert panel.current == ""
    choose(panel, "Mine")
    assert room.session.state.settings.edge.smooth == 4.0


def test_a_name_that_is_taken_is_said_in_the_bar(room, panel, qtbot) -> None:
    panel.ask_name()
    qtbot.keyClicks(panel.name, "passport")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    assert "comes along" in room.bar.text.text()
    assert panel.name.isVisible()  # to be mended
    assert room.presets.own() == {}


def test_rename_and_delete_and_bring_back(room, panel, qtbot) -> None:
    edit(room, edge=EdgeSettings(feather=2.0))
    panel.save_asked.emit("One")
    panel.buttons["rename"].click()
    assert panel.name.text() == "One"
    panel.name.clear()
    qtbot.keyClicks(panel.name, "Two")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    assert list(room.presets.own()) == ["Two"]
    panel.buttons["delete"].click()
    assert room.presets.own() == {}
    room.bar.action.click()
    assert room.presets.named("Two").settings.edge.feather == 2.0


def test_what_comes_along_can_be_neither_renamed_nor_deleted(room, panel) -> None:
    choose(panel, "Passport")
    assert not panel.buttons["rename"].isEnabled()
    assert not panel.buttons["delete"].isEnabled()
    assert panel.buttons["save"].isEnabled()


def test_a_broken_file_leaves_what_comes_along(room, panel) -> None:
    path = room.presets.path
    path.parent.mkdir()
    path.write_text("{")
    panel.save_asked.emit("Mine")
    assert "presets" in room.bar.text.text()
    assert path.read_text() == "{"


@pytest.mark.parametrize("wanted", [True, False])
def test_the_next_photograph_starts_as_people_want(room, panel, grey_document, wanted) -> None:
    room.settings.set_value(REMEMBER, wanted)
    edit(room, harmony=HarmonySettings(wrap=0.5), guidance=GuidanceSettings("file", (1, 2, 3, 4)))
    fresh = replace(grey_document, settings=CutSettings())
    settings = room.presetting.for_new(fresh).settings
    assert settings.harmony.wrap == (0.5 if wanted else 0.0)
    assert settings.guidance == GuidanceSettings()


def test_a_photograph_that_is_opened_has_the_last_ones_settings(
    studio, qtbot, grey_document, tmp_path
) -> None:
    studio.session.open_state(grey_document)
    photograph = tmp_path / "next.png"
    write_picture(photograph, grey_document.image.pixels)
    studio.settings.set_value(REMEMBER, True)
    edit(studio, edge=EdgeSettings(contrast=0.3))
    before = studio.session.state.image
    studio.files.open_paths([photograph])

    def opened() -> bool:
        state = studio.session.state
        return state is not None and state.image is not before

    qtbot.waitUntil(opened, timeout=60_000)
    studio.live.stop()
    studio.window.actions_by_name["preset.save"].trigger()
    assert studio.window.panels.presets.name.isVisible()
    assert studio.session.state.settings.edge.contrast == 0.3
    assert not studio.session.dirty
