"""Keys that people choose: kept, followed by menus and tips, and never on two actions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QPushButton

from engine.errors import UserError
from matteapp.actions import ACTIONS, KEY_NOTES
from matteapp.dialogs.keys import COLUMNS, KeySheet
from matteapp.dialogs.shortcuts import ShortcutsDialog
from matteapp.menus import make_actions
from matteapp.shortcuts import RESERVED, Shortcuts, defaults, native


@pytest.fixture
def actions(qapp):
    owner = QObject()
    yield make_actions(owner)
    owner.deleteLater()


@pytest.fixture
def shortcuts(actions, store) -> Shortcuts:
    return Shortcuts(actions, store)


def _on(action) -> list[str]:
    return [keys.toString() for keys in action.shortcuts()]


def test_without_a_choice_actions_have_the_tables_keys(actions, shortcuts) -> None:
    assert all(tuple(_on(action)) == defaults(name) for name, action in actions.items())


def test_a_chosen_key_is_on_the_action_and_in_its_tip(actions, shortcuts) -> None:
    shortcuts.rebind("tool.foreground", ("N", "Ctrl+Alt+N"))
    assert _on(actions["tool.foreground"]) == ["N", "Ctrl+Alt+N"]
    assert actions["tool.foreground"].toolTip().endswith("(N)")


def test_choices_survive_the_file(actions, shortcuts, store) -> None:
    shortcuts.rebind("tool.foreground", ("N",))
    shortcuts.rebind("view.fit", ())
    store.sync()
    again = Shortcuts(actions, QSettings(store.fileName(), QSettings.Format.IniFormat))
    assert again.keys("tool.foreground") == ("N",)
    assert again.keys("view.fit") == ()
    assert again.keys("view.actual") == defaults("view.actual")


def test_a_key_that_is_taken_is_refused_and_named(shortcuts) -> None:
    with pytest.raises(UserError, match="Background brush"):
        shortcuts.rebind("tool.foreground", ("2",))
    assert shortcuts.keys("tool.foreground") == ("1",)


def test_taking_a_key_leaves_its_owner_the_others(shortcuts) -> None:
    shortcuts.take("tool.foreground", "F1")
    assert shortcuts.keys("tool.foreground") == ("1", "F1")
    assert shortcuts.keys("help.keys") == ("?",)


@pytest.mark.parametrize("key", [*RESERVED, "", "Ctrl+K, Ctrl+S"])
def test_what_is_no_key_is_refused(shortcuts, key) -> None:
    with pytest.raises(UserError):
        shortcuts.rebind("tool.foreground", (key,))


def test_a_chosen_key_wins_over_one_that_came_later(actions, store) -> None:
    store.setValue("keys/edit.clear", "F1")  # chosen when nothing else had it
    shortcuts = Shortcuts(actions, store)
    assert shortcuts.owner("F1") == "edit.clear"
    assert _on(actions["help.keys"]) == ["?"]


def test_what_was_kept_and_cannot_be_does_no_harm(actions, store) -> None:
    store.setValue("keys/view.fit", "Space nonsense Ctrl+9")
    store.setValue("keys/gone.action", "Ctrl+8")
    assert Shortcuts(actions, store).keys("view.fit") == ("Ctrl+9",)


def test_the_way_back(actions, shortcuts, store) -> None:
    shortcuts.take("tool.foreground", "2")
    with pytest.raises(UserError):
        shortcuts.reset("tool.background")
    shortcuts.reset_all()
    assert all(tuple(_on(action)) == defaults(name) for name, action in actions.items())
    assert not [key for key in store.allKeys() if key.startswith("keys/")]


def test_the_sheet_shows_every_key(qtbot, actions, shortcuts) -> None:
    shortcuts.rebind("tool.foreground", ("Ctrl+Alt+N",))
    sheet = KeySheet(actions, change=lambda: None)
    qtbot.addWidget(sheet)
    shown = [label.text() for label in sheet.findChildren(QLabel)]
    bound = [native(key) for name in ACTIONS for key in shortcuts.keys(name)]
    assert set(bound) <= set(shown)
    assert {key for note in KEY_NOTES for key in note.keys} <= set(shown)


def test_every_group_of_actions_is_on_the_sheet() -> None:
    listed = {group for column in COLUMNS for group, _ in column}
    assert {name.partition(".")[0] for name in ACTIONS} <= listed


@pytest.fixture
def dialog(qtbot, shortcuts) -> ShortcutsDialog:
    made = ShortcutsDialog(shortcuts)
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_dialog_lists_every_action(dialog) -> None:
    assert set(dialog.items) == set(ACTIONS)


def test_a_free_key_can_be_added(dialog, shortcuts) -> None:
    dialog.choose("edit.clear")
    dialog.press.setKeySequence(QKeySequence("Ctrl+Alt+D"))
    assert dialog.add.isEnabled()
    assert not dialog.take.isVisible()
    dialog.add.click()
    assert shortcuts.keys("edit.clear") == ("Ctrl+Alt+D",)
    assert native("Ctrl+Alt+D") in dialog.items["edit.clear"].text(1)


def test_a_taken_key_is_said_and_can_be_taken(dialog, shortcuts) -> None:
    dialog.choose("edit.clear")
    dialog.press.setKeySequence(QKeySequence("2"))
    assert not dialog.add.isEnabled()
    assert "Background brush" in dialog.note.text()
    dialog.take.click()
    assert shortcuts.keys("edit.clear") == ("2",)
    assert shortcuts.keys("tool.background") == ()
    dialog.reset.click()
    assert shortcuts.keys("edit.clear") == ()


def test_a_key_is_taken_away_by_its_button(dialog, shortcuts) -> None:
    dialog.choose("help.keys")
    caps = {cap.accessibleName(): cap for cap in dialog.findChildren(QPushButton)}
    caps[f"Take {native('F1')} away"].click()
    assert shortcuts.keys("help.keys") == ("?",)


def test_actions_are_found_by_name_and_by_key(dialog) -> None:
    dialog.search.setText("lasso")
    assert [n for n, item in dialog.items.items() if not item.isHidden()] == ["tool.lasso"]
    dialog.search.setText("ctrl+shift+s")
    assert [n for n, item in dialog.items.items() if not item.isHidden()] == ["file.save_as"]


def test_a_rebound_key_works_in_the_window(studio, qtbot) -> None:
    studio.preferences.shortcuts.take("view.alpha", "2")
    studio.window.actions_by_name["view.alpha"].setEnabled(True)
    qtbot.keyClick(studio.window, "2")
    assert studio.canvas.view == "alpha"
