"""What people can do with a batch; `matteapp/actions.py` makes rows of its table of them."""

from __future__ import annotations

BATCH_ROWS: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "add": ("Add &Photographs…", (), "plus", "Add photographs to the batch."),
    "folder": ("Add &Folder…", (), "folder-plus", "Add all photographs of a folder to the batch."),
    "watch": ("&Watch a Folder…", (), "eye", "Cut what comes into a folder, until this is off."),
    "start": ("&Start", ("Ctrl+Return",), "play", "Work off the photographs of the batch."),
    "pause": ("P&ause", (), "pause", "Finish what is under way and begin nothing more."),
    "cancel": ("&Cancel", (), "stop", "Stop what is under way, and leave what waits."),
    "retry": (
        "&Retry",
        (),
        "arrow-clockwise",
        "Cut again what failed or was stopped; if several are chosen, those.",
    ),
    "settings": (
        "Use Open Photograph's S&ettings",
        (),
        "sliders-horizontal",
        "Give all photographs of the batch the settings of the one that is open.",
    ),
    "mark": ("&Mark", ("Ctrl+M",), "star", "Mark the photograph, to come back to it; or unmark."),
    "open": ("&Open to Fix", (), "pencil-simple", "Open the photograph, to fix it by hand."),
    "return": (
        "P&ut Result Back",
        (),
        "tray",
        "Save the open photograph as it is now as its result in the batch.",
    ),
    "remove": ("Remo&ve", (), "minus-circle", "Take the photograph out of the batch."),
    "new": ("&New Batch", (), "file-plus", "Begin without photographs; all results stay."),
}
"""What can be done with a batch: title, keys, icon, tip."""
