"""Everything people can do, in one table: from it come the menus, the keys and the key sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from engine.compositing.views import VIEWS
from matteapp.icons import dress
from matteapp.tools.table import LAST_BRUSH_KEY, TOOLS


@dataclass(frozen=True)
class ActionSpec:
    """A row of the table.

    Attributes:
        name: what code calls it, "group.what".
        title: what menus call it.
        keys: its key sequences; the first is shown in menus.
        icon: a Phosphor icon, or empty.
        tip: what it does, in a sentence.
        checkable: it is on or off.
        needs_document: it makes sense only while a photograph is open.
    """

    name: str
    title: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    checkable: bool = False
    needs_document: bool = True


@dataclass(frozen=True)
class KeyNote:
    """A key that a tool listens to itself while it is held or pressed; for the key sheet."""

    title: str
    keys: tuple[str, ...]


def _without(name: str, title: str, keys: tuple[str, ...], icon: str, tip: str) -> ActionSpec:
    return ActionSpec(name, title, keys, icon, tip, needs_document=False)


_FIXED: tuple[ActionSpec, ...] = (
    _without("file.open", "&Open…", ("Ctrl+O",), "folder-open", "Open a photograph or a project."),
    _without("file.sample", "Open the Sa&mple", (), "user-square", "Open a portrait to try with."),
    _without("file.paste", "&Paste Photograph", ("Ctrl+V",), "clipboard", "Open what was copied."),
    ActionSpec(
        "file.next", "Open &Next", (), "arrow-line-right", "Open the next of the files dropped."
    ),
    ActionSpec(
        "file.save", "&Save Project", ("Ctrl+S",), "floppy-disk", "Save all work as one file."
    ),
    ActionSpec(
        "file.save_as", "Save Project &As…", ("Ctrl+Shift+S",), "", "Save under another name."
    ),
    ActionSpec(
        "file.embed",
        "&Keep the Photograph Inside",
        (),
        "package",
        "Store the photograph in the project file itself.",
        checkable=True,
    ),
    ActionSpec(
        "file.export", "&Export…", (), "export", "Save the cut-out, the matte and more as pictures."
    ),
    ActionSpec("file.close", "&Close", ("Ctrl+W",), "x", "Close the photograph."),
    _without("file.quit", "&Quit", ("Ctrl+Q",), "sign-out", "Leave the application."),
    ActionSpec("edit.undo", "&Undo", ("Ctrl+Z",), "arrow-u-up-left", "Take the last step back."),
    ActionSpec("edit.redo", "&Redo", ("Ctrl+Shift+Z",), "arrow-u-up-right", "Take the step again."),
    ActionSpec("edit.copy", "&Copy Result", ("Ctrl+C",), "copy", "Copy the cut-out."),
    ActionSpec("edit.clear", "Clear &Strokes", (), "eraser", "Take all strokes away."),
    _without("edit.settings", "Se&ttings…", (), "gear-six", "Choose theme, memory and more."),
    ActionSpec("run.again", "&Solve Again", ("Ctrl+R",), "play", "Solve the matte again."),
    ActionSpec(
        "run.all", "Run &All", ("Ctrl+Shift+R",), "fast-forward", "Start again from the subject."
    ),
    ActionSpec("run.stop", "S&top", ("Esc",), "stop", "Stop what runs."),
    ActionSpec("view.fit", "&Fit", ("Ctrl+0",), "frame-corners", "Show the whole photograph."),
    ActionSpec("view.actual", "&100 %", ("Ctrl+1",), "square", "Show every pixel as one pixel."),
    ActionSpec("view.next", "&Next View", ("F",), "", "Show the next view."),
    ActionSpec("view.previous", "&Previous View", ("Shift+F",), "", "Show the view before."),
    ActionSpec(
        "wipe.left", "Wipe to the &Left", ("Ctrl+Left",), "", "Move the line between two views."
    ),
    ActionSpec(
        "wipe.right", "Wipe to the &Right", ("Ctrl+Right",), "", "Move the line between two views."
    ),
    ActionSpec(
        "enhance.run",
        "&Enhance the Portrait",
        ("Ctrl+E",),
        "sparkle",
        "Change the photograph a little, so that its matte gets better.",
    ),
    ActionSpec(
        "enhance.keep",
        "&Keep the Best So Far",
        (),
        "check",
        "End the enhancement and keep the best that was found.",
    ),
    ActionSpec(
        "enhance.stop", "&Discard the Enhancement", (), "stop", "Stop enhancing; nothing changes."
    ),
    ActionSpec(
        "enhance.remove", "Take the Enhancement A&way", (), "", "Have the photograph alone again."
    ),
    _without(
        "enhance.import",
        "&Import a Network…",
        (),
        "download-simple",
        "Add weights that you have got, after their licence is shown.",
    ),
    ActionSpec(
        "tool.last", "&Last Brush", (LAST_BRUSH_KEY,), "paint-brush", "Take the last brush."
    ),
    ActionSpec("brush.smaller", "S&maller Brush", ("[",), "", "Make the brush smaller."),
    ActionSpec("brush.larger", "La&rger Brush", ("]",), "", "Make the brush larger."),
    ActionSpec("brush.softer", "So&fter Brush", ("Shift+[", "{"), "", "Soften the brush's rim."),
    ActionSpec("brush.harder", "&Harder Brush", ("Shift+]", "}"), "", "Harden the brush's rim."),
    _without("help.keys", "&Keys", ("F1", "?"), "keyboard", "Show all keys."),
    _without("help.log", "Show the &Log", (), "article", "Open the folder with the log file."),
    _without("help.about", "&About", (), "info", "Which version this is."),
)


_MORE_VIEW_KEYS = {"alpha": ("K",)}


def _view_rows() -> Iterator[ActionSpec]:
    for name, view in VIEWS.items():
        keys = (view.key, *_MORE_VIEW_KEYS.get(name, ()))
        tip = f"Show the view “{view.title}”."
        yield ActionSpec(f"view.{name}", view.title, keys, view.icon, tip, checkable=True)


def _tool_rows() -> Iterator[ActionSpec]:
    for name, tool in TOOLS.items():
        keys = (tool.key,) if tool.key else ()
        yield ActionSpec(f"tool.{name}", tool.title, keys, tool.icon, tool.tip, checkable=True)


ACTIONS: dict[str, ActionSpec] = {row.name: row for row in (*_FIXED, *_tool_rows(), *_view_rows())}

KEY_NOTES: tuple[KeyNote, ...] = (
    KeyNote("Opposite brush while held", ("Alt",)),
    KeyNote("Pan while held", ("Space",)),
    KeyNote("Straight line from the last point", ("Shift+click",)),
    KeyNote("Zoom at the cursor", ("Ctrl+wheel",)),
)

_SEPARATOR = ""
RECENT = "recent"
MENUS: dict[str, tuple[str, ...]] = {
    "&File": (
        "file.open", RECENT, "file.sample", "file.paste", "file.next", _SEPARATOR,
        "file.save", "file.save_as", "file.embed", _SEPARATOR,
        "file.export", _SEPARATOR,
        "file.close", "file.quit",
    ),
    "&Edit": (
        "edit.undo", "edit.redo", _SEPARATOR, "edit.copy", "edit.clear", _SEPARATOR,
        "edit.settings",
    ),
    "&Matte": (
        "run.again", "run.all", "run.stop", _SEPARATOR,
        "enhance.run", "enhance.keep", "enhance.stop", "enhance.remove", _SEPARATOR,
        "enhance.import",
    ),
    "&View": (
        *(f"view.{name}" for name in VIEWS), _SEPARATOR,
        "view.next", "view.previous", "wipe.left", "wipe.right", _SEPARATOR,
        "view.fit", "view.actual",
    ),
    "&Tools": (
        *(f"tool.{name}" for name in TOOLS), "tool.last", _SEPARATOR,
        "brush.smaller", "brush.larger", "brush.softer", "brush.harder",
    ),
    "&Help": ("help.keys", "help.log", "help.about"),
}  # fmt: skip


def make_actions(parent: QObject) -> dict[str, QAction]:
    """One QAction for every row."""
    made = {name: _make(row, parent) for name, row in ACTIONS.items()}
    for group in ("view", "tool"):
        exclusive = QActionGroup(parent)
        for name, action in made.items():
            if name.startswith(f"{group}.") and action.isCheckable():
                exclusive.addAction(action)
    return made


def fill_menus(bar: QMenuBar, actions: dict[str, QAction], *, recent: QMenu) -> None:
    """Build the menus from their table."""
    for title, names in MENUS.items():
        menu = bar.addMenu(title)
        for name in names:
            if name == _SEPARATOR:
                menu.addSeparator()
            elif name == RECENT:
                menu.addMenu(recent)
            else:
                menu.addAction(actions[name])


def _make(row: ActionSpec, parent: QObject) -> QAction:
    action = QAction(row.title, parent)
    action.setObjectName(row.name)
    action.setShortcuts([QKeySequence(key) for key in row.keys])
    action.setCheckable(row.checkable)
    hint = f"  ({row.keys[0]})" if row.keys else ""
    action.setToolTip(f"{row.tip or row.title}{hint}")
    action.setStatusTip(row.tip)
    if row.icon:
        dress(action, row.icon)
    if row.name == "file.quit":
        action.setMenuRole(QAction.MenuRole.QuitRole)
    return action
