"""The menus, and how rows of the table of actions become what is in them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from engine.compositing.views import VIEWS
from matteapp.actions import ACTIONS, COMPARE_ACTIONS, WITH_ACTIONS, ActionSpec, plain_title
from matteapp.batch.actions import BATCH_ROWS
from matteapp.icons import dress
from matteapp.language import _
from matteapp.tools.table import TOOLS

_SEPARATOR = ""
RECENT = "recent"
COMPARE_WITH = "with"
BATCH = "batch"
SUBMENUS: dict[str, tuple[str, tuple[str, ...]]] = {
    COMPARE_WITH: ("&Compare With", WITH_ACTIONS),
    BATCH: ("Batc&h Work", tuple(f"batch.{name}" for name in BATCH_ROWS)),
}
"""Menus within menus: their place, title and actions."""
MENUS: dict[str, tuple[str, ...]] = {
    "&File": (
        "file.open", RECENT, "file.sample", "file.paste", "file.generate", _SEPARATOR,
        "file.next", "file.previous", "file.move_left", "file.move_right", _SEPARATOR,
        "file.reveal", _SEPARATOR,
        "file.batch", BATCH, _SEPARATOR,
        "file.save", "file.save_as", "file.save_all", "file.embed", _SEPARATOR,
        "file.export", _SEPARATOR,
        "file.close", "file.quit",
    ),
    "&Edit": (
        "edit.undo", "edit.redo", "edit.snapshot", _SEPARATOR,
        "edit.copy", "edit.copy_file", "edit.clear", _SEPARATOR,
        "edit.settings", "edit.keys", "edit.models",
    ),
    "&Matte": (
        "run.again", "run.all", "run.hair", "run.pause", "run.stop", _SEPARATOR,
        "enhance.run", "enhance.keep", "enhance.stop", "enhance.remove", _SEPARATOR,
        "enhance.import", _SEPARATOR,
        "preset.save",
    ),
    "&View": (
        *(f"view.{name}" for name in VIEWS), _SEPARATOR,
        "view.next", "view.previous", "peek.input", "peek.guidance", "show.band", _SEPARATOR,
        *COMPARE_ACTIONS, COMPARE_WITH, "wipe.left", "wipe.right", _SEPARATOR,
        "show.plain",
        "view.fit", "view.actual",
    ),
    "&Tools": (
        *(f"tool.{name}" for name in TOOLS), "tool.last", _SEPARATOR,
        "brush.smaller", "brush.larger", "brush.softer", "brush.harder",
    ),
    "&Help": ("help.tour", "help.keys", "help.log", "help.about"),
}  # fmt: skip


def make_actions(parent: QObject) -> dict[str, QAction]:
    """One QAction for every row."""
    made = {name: _make(row, parent) for name, row in ACTIONS.items()}
    for group in ("view", "tool", "compare", "with"):
        exclusive = QActionGroup(parent)
        for name, action in made.items():
            if name.startswith(f"{group}.") and action.isCheckable():
                exclusive.addAction(action)
    return made


def fill_menus(bar: QMenuBar, actions: dict[str, QAction], *, recent: QMenu) -> None:
    """Build the menus from their table."""
    for title, names in MENUS.items():
        menu = bar.addMenu(_(title))
        for name in names:
            if name == _SEPARATOR:
                menu.addSeparator()
            elif name == RECENT:
                menu.addMenu(recent)
            elif name in SUBMENUS:
                below, listed = SUBMENUS[name]
                menu.addMenu(_(below)).addActions([actions[each] for each in listed])
            else:
                menu.addAction(actions[name])


def tip_with(row: ActionSpec, keys: Sequence[str]) -> str:
    """What an action does, and the first of its keys."""
    shown = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
    return (_(row.tip) or plain_title(row)) + (f"  ({shown})" if shown else "")


def _make(row: ActionSpec, parent: QObject) -> QAction:
    action = QAction(_(row.title), parent)
    action.setObjectName(row.name)
    action.setShortcuts([QKeySequence(key) for key in row.keys])
    action.setCheckable(row.checkable)
    action.setToolTip(tip_with(row, row.keys))
    action.setStatusTip(_(row.tip))
    if row.icon:
        dress(action, row.icon)
    if row.name == "file.quit":
        action.setMenuRole(QAction.MenuRole.QuitRole)
    return action
