"""Everything people can do, in one table: from it come the menus, the keys and the key sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.compositing.views import VIEWS
from matteapp.batch.actions import BATCH_ROWS
from matteapp.canvas.panes import CompareMode
from matteapp.language import _
from matteapp.tools.table import LAST_BRUSH_KEY, TOOLS

_ON_CANVAS = ("brush", "compare", "peek", "preset", "show", "tool", "view", "wipe", "with")
"""Groups of actions that change only what the canvas shows, or what a hand does on it."""


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

    @property
    def needs_canvas(self) -> bool:
        """Whether it does something to the canvas, which has to be in sight."""
        return self.name.partition(".")[0] in _ON_CANVAS


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
    _without(
        "file.generate",
        "&Generate Portraits…",
        (),
        "users-three",
        "Let a network draw portraits with their mattes.",
    ),
    ActionSpec(
        "file.next",
        "&Next Photograph",
        ("Ctrl+Tab",),
        "arrow-line-right",
        "Show the next of the open photographs.",
    ),
    ActionSpec(
        "file.previous",
        "Pre&vious Photograph",
        ("Ctrl+Shift+Tab",),
        "arrow-line-left",
        "Show the open photograph before this one.",
    ),
    ActionSpec(
        "file.move_left",
        "Move Lef&t in Strip",
        ("Ctrl+Shift+PgUp",),
        "arrow-left",
        "Put the photograph one place further left among the open ones.",
    ),
    ActionSpec(
        "file.move_right",
        "Move R&ight in Strip",
        ("Ctrl+Shift+PgDown",),
        "arrow-right",
        "Put the photograph one place further right among the open ones.",
    ),
    ActionSpec(
        "file.save", "&Save Project", ("Ctrl+S",), "floppy-disk", "Save all work as one file."
    ),
    ActionSpec(
        "file.save_as", "Save Project &As…", ("Ctrl+Shift+S",), "", "Save under another name."
    ),
    ActionSpec(
        "file.save_all", "Save A&ll Projects", ("Ctrl+Alt+S",), "", "Save all unsaved projects."
    ),
    ActionSpec(
        "file.reveal",
        "Show in &Folder",
        (),
        "folder",
        "Show the project's file, or else the photograph's, in its folder.",
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
    ActionSpec(
        "edit.snapshot",
        "Take a S&napshot",
        (),
        "camera",
        "Keep what is shown by a name, to come back to it later.",
    ),
    ActionSpec("edit.copy", "&Copy Result", ("Ctrl+C",), "copy", "Copy the cut-out."),
    ActionSpec(
        "edit.copy_file",
        "Copy Result as a &File",
        ("Ctrl+Shift+C",),
        "file-arrow-down",
        "Copy the cut-out as a PNG file, to be pasted into a folder or a message.",
    ),
    ActionSpec("edit.clear", "Clear &Strokes", (), "eraser", "Take all strokes away."),
    _without("edit.settings", "Se&ttings…", (), "gear-six", "Choose theme, memory and more."),
    ActionSpec("run.again", "&Solve Again", ("Ctrl+R",), "play", "Solve the matte again."),
    ActionSpec(
        "run.all", "Run &All", ("Ctrl+Shift+R",), "fast-forward", "Start again from the subject."
    ),
    ActionSpec(
        "run.hair",
        "Refine &Hair",
        (),
        "wind",
        "Look for strands around the subject's edge and have them solved, too.",
        checkable=True,
    ),
    ActionSpec(
        "run.pause",
        "Pa&use the Live Solve",
        (),
        "pause",
        "Take strokes and settings without solving anything; going on solves it all at once.",
        checkable=True,
        needs_document=False,
    ),
    ActionSpec("run.stop", "S&top", ("Esc",), "stop", "Stop what runs."),
    ActionSpec(
        "preset.save",
        "Save Settings as &Preset…",
        (),
        "floppy-disk",
        "Keep the settings of this cut under a name, for other photographs.",
    ),
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
    _without(
        "edit.keys", "Change &Keys…", (), "keyboard", "Give actions and tools keys of your choice."
    ),
    _without(
        "edit.models",
        "&Models…",
        (),
        "stack",
        "See which networks there are, what each is good for, and whose; import and remove them.",
    ),
    _without(
        "help.tour",
        "Take the &Tour",
        (),
        "map-trifold",
        "See in two minutes how a portrait is cut out.",
    ),
    _without("help.log", "Show the &Log", (), "article", "Open the folder with the log file."),
    _without("help.about", "&About", (), "info", "Which version this is."),
)


PEEKS: dict[str, tuple[str, str, str]] = {
    "input": ("Original &Image", "X", "See the photograph while the key is held."),
    "guidance": ("Original &Mask", "P", "See the mask while the key is held."),
}
"""Views that are shown while a key is held: title, key and tip."""
_BEFORE_KEY = "\\"

COMPARE_MODES: dict[CompareMode, tuple[str, str, str]] = {
    "off": ("N&o Comparison", "square", "Show one view alone."),
    "wipe": ("&Across a Line", "square-half", "Part the view from another by a line to drag."),
    "side": ("Side &by Side", "columns", "Show another view of the same place beside it."),
}
"""Ways to compare: title, icon and tip."""
COMPARE_ACTIONS = tuple(f"compare.{mode}" for mode in COMPARE_MODES)
WITH_ACTIONS = tuple(f"with.{name}" for name in VIEWS)


def _batch_rows() -> Iterator[ActionSpec]:
    yield ActionSpec(
        "file.batch",
        "&Batch",
        ("Ctrl+B",),
        "stack",
        "Cut many photographs by the same settings, and look through the results.",
        checkable=True,
        needs_document=False,
    )
    for name, (title, keys, icon, tip) in BATCH_ROWS.items():
        checkable = name == "watch"
        yield ActionSpec(
            f"batch.{name}", title, keys, icon, tip, checkable=checkable, needs_document=False
        )


def _viewing_rows() -> Iterator[ActionSpec]:
    for name, (title, key, tip) in PEEKS.items():
        keys = (key, _BEFORE_KEY) if name == "input" else (key,)
        yield ActionSpec(f"peek.{name}", title, keys, "", tip, checkable=True)
    for mode, (title, icon, tip) in COMPARE_MODES.items():
        yield ActionSpec(f"compare.{mode}", title, (), icon, tip, checkable=True)
    for name, view in VIEWS.items():
        tip = f"Compare with the view “{view.title}”."
        yield ActionSpec(f"with.{name}", f"With {view.title}", (), "", tip, checkable=True)
    band = "Outline what is unknown on every view."
    yield ActionSpec("show.band", "&Edge Band", ("J",), "", band, checkable=True)
    plain = "Show the picture as it is again."
    yield ActionSpec("show.plain", "Reset &Gain and Gamma", (), "arrow-counter-clockwise", plain)


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


ACTIONS: dict[str, ActionSpec] = {
    row.name: row
    for row in (*_FIXED, *_tool_rows(), *_view_rows(), *_viewing_rows(), *_batch_rows())
}

KEY_NOTES: tuple[KeyNote, ...] = (
    KeyNote("Opposite brush while held", ("Alt",)),
    KeyNote("Pan while held", ("Space",)),
    KeyNote("Straight line from the last point", ("Shift+click",)),
    KeyNote("Zoom at the cursor", ("Ctrl+wheel",)),
)


def plain_title(row: ActionSpec) -> str:
    """A title as it stands in sentences and lists."""
    return _(row.title).replace("&", "").rstrip("…")
