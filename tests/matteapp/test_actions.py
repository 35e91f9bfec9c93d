"""The table of actions: no two keys the same, nothing without a place, nothing undone."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

from engine.compositing.views import VIEWS
from matteapp.actions import ACTIONS
from matteapp.menus import MENUS, RECENT, SUBMENUS
from matteapp.tools.table import TOOLS

# From the product's sheet of keys, and the system's own for files, undo and quitting.
KNOWN_KEYS = {
    *("A", "B", "D", "F", "H", "J", "K", "M", "O", "P", "S", "T", "V", "W", "X", "Y", "Z"),
    *("E", "G", "I", "L", "Q", "R"),
    *("1", "2", "3", "?", "\\", "Shift+F6"),
    *(
        "F1",
        "F2",
        "F3",
        "F4",
        "F5",
        "F6",
        "F7",
        "F8",
        "Shift+F8",
        "[",
        "]",
        "{",
        "}",
        "Shift+[",
        "Shift+]",
    ),
    *("Ctrl+0", "Ctrl+1", "Ctrl+R", "Ctrl+Shift+R", "Esc", "Shift+F", "Ctrl+C", "Ctrl+V"),
    *("Ctrl+E", "Ctrl+Left", "Ctrl+Right"),
    *("Ctrl+B", "Ctrl+M", "Ctrl+Return"),
    *("Ctrl+O", "Ctrl+S", "Ctrl+Shift+S", "Ctrl+W", "Ctrl+Q", "Ctrl+Z", "Ctrl+Shift+Z"),
    *("Ctrl+Tab", "Ctrl+Shift+Tab", "Ctrl+Alt+S", "Ctrl+Shift+C"),
    *("Ctrl+Shift+PgUp", "Ctrl+Shift+PgDown"),
}


def test_no_key_is_taken_twice() -> None:
    keys = Counter(QKeySequence(key).toString() for row in ACTIONS.values() for key in row.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_key_is_one_of_the_sheet() -> None:
    assert {key for row in ACTIONS.values() for key in row.keys} <= KNOWN_KEYS


@pytest.mark.parametrize("row", ACTIONS.values(), ids=lambda row: row.name)
def test_every_key_can_be_pressed(row) -> None:
    assert all(not QKeySequence(key).isEmpty() for key in row.keys)
    assert row.title


def test_tools_and_views_are_in_the_same_table() -> None:
    assert all(ACTIONS[f"tool.{name}"].keys[0] == tool.key for name, tool in TOOLS.items())
    assert all(ACTIONS[f"view.{name}"].keys[0] == view.key for name, view in VIEWS.items())


def test_every_action_is_in_one_menu() -> None:
    menus = (*MENUS.values(), *(names for _, names in SUBMENUS.values()))
    listed = Counter(name for names in menus for name in names if name)
    assert set(listed) - {RECENT, *SUBMENUS} == set(ACTIONS)
    assert set(listed.values()) == {1}


def test_every_action_does_something(studio) -> None:
    assert set(studio.commands.table) == set(ACTIONS)


def test_letters_in_menus_are_unique(studio) -> None:
    for names in MENUS.values():
        titles = [ACTIONS[name].title for name in names if name in ACTIONS]
        titles += [SUBMENUS[name][0] for name in names if name in SUBMENUS]
        letters = [title[title.index("&") + 1].lower() for title in titles if "&" in title]
        assert len(set(letters)) == len(letters), titles
